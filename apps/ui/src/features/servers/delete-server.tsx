import type { Server } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useOptimistic } from '../../lib/use-optimistic.ts'
import { useRestore } from './use-restore.ts'

/** Deletes at once: it can be undone, by the toast and from the list of deleted servers, with all that belonged to it. */
export function DeleteServer({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const restore = useRestore()
  const remove = useOptimistic(
    queries.servers.delete.mutationOptions({
      onSuccess: () =>
        say(t('server.deleted', { name: server.name }), { label: t('common.undo'), run: () => restore.mutate({ server: server.id }) }),
    }),
    {
      queryKey: queries.servers.list.queryKey(),
      apply: (list: Server[], input) => list.filter(({ id }) => id !== input.server),
      settle: () => see({ type: 'server.deleted', serverId: server.id }),
    },
  )
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <Button
        variant="quiet"
        className="text-bad! hover:bg-bad-soft!"
        onClick={() => {
          remove.mutate({ server: server.id })
          navigate('/servers', { replace: true })
        }}
      >
        {t('server.delete')}
      </Button>
      <p className="text-ink-3 text-sm">{t('server.deleteText', { count: server.profileIds.length })}</p>
    </div>
  )
}
