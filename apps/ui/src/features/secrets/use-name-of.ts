import type { Secret } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'

/** What a person calls a stored secret: the key of a server is named after it. */
export function useNameOf(): (secret: Secret) => string {
  const { t } = useTranslation()
  return ({ kind, name, usedBy }) => {
    const server = usedBy[0]?.name ?? t('secrets.noServer')
    if (kind === 'api_key') return t('secrets.keyOf', { name: server })
    if (kind === 'sign_in') return t('secrets.signInAs', { name, server })
    return kind === 'client_secret' ? t('secrets.clientSecretAt', { name }) : name
  }
}
