import type { DeletedServer } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'

/** Another server has its name by now: it comes back under a new one. */
export function RestoreRenamed({ server, onClose }: { server: DeletedServer | null; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog
      open={server !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t('deleted.renameTitle', { name: server?.name ?? '' })}
      description={t('deleted.renameText')}
    >
      {server && <RenameForm server={server} onClose={onClose} />}
    </Dialog>
  )
}

function RenameForm({ server, onClose }: { server: DeletedServer; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const [name, setName] = useState<string>(t('deleted.renameDefault', { name: server.name }))
  const restore = useMutation(
    queries.servers.restore.mutationOptions({
      onSuccess: (restored) => {
        see({ type: 'server.restored', server: restored })
        say(t('deleted.restored', { name: restored.name }))
        onClose()
      },
    }),
  )
  return (
    <Form
      error={restore.error}
      busy={restore.isPending}
      onSubmit={() => restore.mutate({ server: server.id, newName: name })}
      fields={['newName', 'name']}
      actions={
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" variant="primary" busy={restore.isPending}>
            {t('deleted.restore')}
          </Button>
        </div>
      }
    >
      {(errors) => (
        <TextField
          label={t('deleted.newName')}
          // The name of the field in the input of the operation is another one where it was refused for being taken.
          name={errors.name ? 'name' : 'newName'}
          value={name}
          onChange={setName}
          maxLength={255}
          error={errors.newName ?? errors.name}
          autoFocus
        />
      )}
    </Form>
  )
}
