import { useTranslation } from 'react-i18next'
import { useBackupProgress } from '../../app/backup-progress.ts'
import { formatBytes } from '../../lib/format-bytes.ts'

/** How far the backup is that is being made, whoever asked for it. */
export function BackupProgressBar() {
  const { t, i18n } = useTranslation()
  const progress = useBackupProgress()
  if (progress === null) return null
  const { doneBytes, totalBytes } = progress
  const done = formatBytes(doneBytes, i18n.language)
  const total = formatBytes(totalBytes, i18n.language)
  return (
    <div className="arrive rounded-md border border-line bg-sunken px-4 py-3">
      <p className="mb-2 text-ink-2 text-sm tabular-nums">{t('backups.progress', { done, total })}</p>
      <progress aria-label={t('backups.progressLabel')} value={doneBytes} max={totalBytes} className="h-1.5 w-full accent-accent" />
    </div>
  )
}
