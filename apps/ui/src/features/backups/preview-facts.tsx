import type { BackupCounts, RestorePreview } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { Facts } from '../../components/facts.tsx'

/** What a restore would bring, and what it would cost. */
export function PreviewFacts({ preview }: { preview: RestorePreview }) {
  const { t, i18n } = useTranslation()
  const { createdAt, schemaVersion, appVersion, holds, now, toApprove } = preview
  const counts = ({ profiles, servers, tokens }: BackupCounts) =>
    [t('restore.profiles', { count: profiles }), t('restore.servers', { count: servers }), t('restore.tokens', { count: tokens })].join(
      ', ',
    )
  return (
    <div className="flex flex-col gap-3">
      <Facts
        items={[
          [t('restore.made'), new Date(createdAt).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })],
          [t('restore.version'), t('restore.versionValue', { schema: schemaVersion, app: appVersion })],
          [t('restore.holds'), counts(holds)],
          [t('restore.now'), now ? counts(now) : t('restore.unreadable')],
        ]}
      />
      <p>{t('restore.text')}</p>
      <p>
        {toApprove > 0 && `${t('restore.approval', { count: toApprove })} `}
        {t('restore.revoked')}
      </p>
    </div>
  )
}
