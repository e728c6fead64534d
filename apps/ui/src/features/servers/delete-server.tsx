import type { Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useRestore } from './use-restore.ts'

export function DeleteServer({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const [open, setOpen] = useState(false)
  const say = useSay()
  const see = useSee()
  const restore = useRestore()
  const remove = useMutation(
    queries.servers.delete.mutationOptions({
      onSuccess: () => {
        navigate('/servers', { replace: true })
        see({ type: 'server.deleted', serverId: server.id })
        say(t('server.deleted', { name: server.name }), { label: t('common.undo'), run: () => restore.mutate({ server: server.id }) })
      },
    }),
  )
  return (
    <div>
      <Button variant="quiet" className="text-bad! hover:bg-bad-soft!" onClick={() => setOpen(true)}>
        {t('server.delete')}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t('server.deleteTitle', { name: server.name })}
        action={t('server.delete')}
        onConfirm={() => remove.mutate({ server: server.id })}
        busy={remove.isPending}
        error={remove.error}
      >
        {t('server.deleteText', { count: server.profileIds.length })}
      </ConfirmDialog>
    </div>
  )
}
