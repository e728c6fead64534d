import { useTranslation } from 'react-i18next'
import { Tag } from '../../components/tag.tsx'

/** Marks the profile that /mcp/gateway leads to. */
export function DefaultTag() {
  const { t } = useTranslation()
  return <Tag>{t('profiles.default')}</Tag>
}
