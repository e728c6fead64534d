import type { Backup } from '@local-mcp/contract'
import { Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Tag } from '../../components/tag.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { formatBytes } from '../../lib/format-bytes.ts'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'

interface Props {
  backup: Backup
  onRestore: () => void
  /** Null: it cannot be deleted here. */
  onDelete: (() => void) | null
}

export function BackupRow({ backup, onRestore, onDelete }: Props) {
  const { t, i18n } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const { id, name, path, kind, sizeBytes, createdAt, verifiedAt, missing } = backup
  const verify = useAction(
    queries.backups.verify.mutationOptions({
      onSuccess: (verified) => {
        see({ type: 'backup.finished', backup: verified })
        say(t('backups.verified', { name }))
      },
    }),
  )
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium">
            {new Date(createdAt).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })}
          </span>
          <Tag tone={kind === 'manual' ? 'accent' : 'quiet'}>{t(`backups.kinds.${kind}`)}</Tag>
          {missing && <Tag tone="bad">{t('backups.missing')}</Tag>}
        </div>
        <p className="text-ink-3 text-sm">
          {formatBytes(sizeBytes, i18n.language)}
          {verifiedAt !== null && (
            <>
              {' · '}
              {t('backups.checked')} <TimeAgo at={verifiedAt} />
            </>
          )}
        </p>
        <p dir="ltr" title={path} className="wrap-anywhere font-mono text-ink-3 text-xs">
          {path}
        </p>
      </div>
      <div className="flex items-center gap-2">
        {!missing && (
          <>
            <Button
              size="small"
              busy={verify.isPending}
              aria-label={t('backups.verifyLabel', { name })}
              onClick={() => verify.mutate({ backup: id })}
            >
              {t('backups.verify')}
            </Button>
            <Button size="small" aria-label={t('backups.restoreLabel', { name })} onClick={onRestore}>
              {t('backups.restore')}
            </Button>
          </>
        )}
        {onDelete && (
          <IconButton label={t('backups.deleteLabel', { name })} icon={<Trash2 aria-hidden className="size-4" />} onClick={onDelete} />
        )}
      </div>
    </li>
  )
}
