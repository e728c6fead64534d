import { skipToken, useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { useSay } from '../../lib/use-action.ts'
import { PreviewFacts } from './preview-facts.tsx'

/** Shows what a backup holds beside what is there now, and restores it after a yes. @param source id or path; null: closed */
export function RestoreDialog({ source, onClose }: { source: string | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const preview = useQuery({
    ...queries.backups.preview.queryOptions({ input: source === null ? skipToken : { backup: source } }),
    // The file may be another one the next time, and trying a bad one again does not make it better.
    gcTime: 0,
    retry: false,
  })
  const restore = useMutation(
    queries.backups.restore.mutationOptions({
      onSuccess: () => {
        say(t('restore.ordered'))
        onClose()
      },
    }),
  )
  return (
    <ConfirmDialog
      open={source !== null}
      onOpenChange={(open) => {
        if (open) return
        restore.reset()
        onClose()
      }}
      title={t('restore.title')}
      action={t('restore.action')}
      onConfirm={() => source !== null && restore.mutate({ backup: source })}
      busy={restore.isPending}
      disabled={preview.data === undefined}
      error={restore.error ?? preview.error}
    >
      {preview.data ? <PreviewFacts preview={preview.data} /> : preview.isPending && <p role="status">{t('restore.reading')}</p>}
    </ConfirmDialog>
  )
}
