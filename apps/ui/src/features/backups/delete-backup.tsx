import type { Backup } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'

export function DeleteBackup({ backup, onClose }: { backup: Backup | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const remove = useMutation(
    queries.backups.delete.mutationOptions({
      onSuccess: () => {
        if (backup) see({ type: 'backup.deleted', backupId: backup.id })
        say(t('backups.deleted'))
        onClose()
      },
    }),
  )
  return (
    <ConfirmDialog
      open={backup !== null}
      onOpenChange={(open) => {
        if (open) return
        remove.reset()
        onClose()
      }}
      title={t('backups.deleteTitle')}
      action={t('backups.delete')}
      onConfirm={() => backup && remove.mutate({ backup: backup.id })}
      busy={remove.isPending}
      error={remove.error}
    >
      {t('backups.deleteText', { name: backup?.name ?? '' })}
    </ConfirmDialog>
  )
}
