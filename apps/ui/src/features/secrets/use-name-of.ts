import type { Secret } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'

/** What a person calls a stored secret: the key of a server is named after it. */
export function useNameOf(): (secret: Secret) => string {
  const { t } = useTranslation()
  return ({ kind, name, usedBy }) => (kind === 'api_key' ? t('secrets.keyOf', { name: usedBy[0]?.name ?? t('secrets.noServer') }) : name)
}
