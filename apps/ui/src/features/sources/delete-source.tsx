import type { Source } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useServers } from '../../lib/use-nouns.ts'

export function DeleteSource({ source, onClose }: { source: Source | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const servers = useServers()
  const users = servers.data?.filter(({ id }) => source?.serverIds.includes(id)).map(({ name }) => name) ?? []
  const remove = useMutation(
    queries.sources.delete.mutationOptions({
      onSuccess: () => {
        if (source) {
          see({ type: 'source.deleted', sourceId: source.id })
          say(t('sources.deleted', { name: source.name }))
        }
        onClose()
      },
    }),
  )
  return (
    <ConfirmDialog
      open={source !== null}
      onOpenChange={(open) => {
        if (open) return
        remove.reset()
        onClose()
      }}
      title={t('sources.deleteTitle', { name: source?.name ?? '' })}
      action={users.length === 0 ? t('sources.delete') : t('sources.deleteForce')}
      // By force only where the person was told who loses it.
      onConfirm={() => source && remove.mutate({ source: source.id, force: users.length > 0 })}
      busy={remove.isPending}
      error={remove.error}
    >
      {users.length === 0 ? t('sources.deleteText') : t('sources.deleteUsed', { names: users.join(', ') })}
    </ConfirmDialog>
  )
}
