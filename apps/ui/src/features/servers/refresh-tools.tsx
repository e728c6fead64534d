import type { Server } from '@local-mcp/contract'
import { ListRestart } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'

/** Connects anew and lists everything again; says what changed. */
export function RefreshTools({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const refresh = useAction(
    queries.servers.refresh.mutationOptions({
      onSuccess: ({ status, ...lists }) => {
        see({ type: 'server.status.changed', serverId: server.id, status })
        const sum = (what: 'added' | 'removed' | 'modified') =>
          Object.values(lists).reduce((count, changes) => count + changes[what].length, 0)
        const [added, removed, modified] = [sum('added'), sum('removed'), sum('modified')]
        if (status.state === 'connected')
          say(added + removed + modified === 0 ? t('refresh.same') : t('refresh.changed', { added, removed, modified }))
      },
    }),
  )
  return (
    <Button
      size="small"
      icon={<ListRestart aria-hidden className="size-3.5" />}
      busy={refresh.isPending}
      disabled={!server.enabled || !server.approved}
      onClick={() => refresh.mutate({ server: server.id })}
    >
      {t('refresh.action')}
    </Button>
  )
}
