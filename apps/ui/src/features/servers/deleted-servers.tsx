import type { DeletedServer } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useDeletedServers } from '../../lib/use-nouns.ts'
import { RestoreRenamed } from './restore-renamed.tsx'
import { useRestore } from './use-restore.ts'

/** The servers that can come back; nothing where there are none. */
export function DeletedServers() {
  const { t } = useTranslation()
  const deleted = useDeletedServers()
  const restore = useRestore()
  const [renaming, setRenaming] = useState<DeletedServer | null>(null)
  const [purging, setPurging] = useState<DeletedServer | null>(null)
  if (!deleted.data || deleted.data.length === 0) return null
  return (
    <div className="mt-6">
      <Card title={t('deleted.title')} description={t('deleted.description')} body="list">
        <ul className="divide-y divide-line">
          {deleted.data.map((server) => (
            <li key={server.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
              <div className="min-w-0 flex-1 basis-64">
                <p dir="auto" className="wrap-anywhere font-medium">
                  {server.name}
                </p>
                <p className="wrap-anywhere text-ink-3 text-sm">
                  {t('deleted.when')} <TimeAgo at={server.deletedAt} />
                  {' · '}
                  {t('deleted.keeps')} <code dir="ltr">{server.endpoint}</code>
                </p>
              </div>
              <Button
                size="small"
                aria-label={t('deleted.restoreLabel', { name: server.name })}
                busy={restore.isPending && restore.variables.server === server.id}
                onClick={() => (server.nameTaken ? setRenaming(server) : restore.mutate({ server: server.id }))}
              >
                {t('deleted.restore')}
              </Button>
              <Button
                size="small"
                variant="quiet"
                className="text-bad! hover:bg-bad-soft!"
                aria-label={t('deleted.purgeLabel', { name: server.name })}
                onClick={() => setPurging(server)}
              >
                {t('deleted.purge')}
              </Button>
            </li>
          ))}
        </ul>
      </Card>
      <RestoreRenamed server={renaming} onClose={() => setRenaming(null)} />
      <PurgeServer server={purging} onClose={() => setPurging(null)} />
    </div>
  )
}

function PurgeServer({ server, onClose }: { server: DeletedServer | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const purge = useMutation(
    queries.servers.purge.mutationOptions({
      onSuccess: () => {
        if (server) {
          see({ type: 'server.purged', serverId: server.id })
          say(t('deleted.purged', { name: server.name }))
        }
        onClose()
      },
    }),
  )
  return (
    <ConfirmDialog
      open={server !== null}
      onOpenChange={(open) => {
        if (open) return
        purge.reset()
        onClose()
      }}
      title={t('deleted.purgeTitle', { name: server?.name ?? '' })}
      action={t('deleted.purgeAction')}
      onConfirm={() => server && purge.mutate({ server: server.id })}
      busy={purge.isPending}
      error={purge.error}
    >
      {t('deleted.purgeText')}
    </ConfirmDialog>
  )
}
