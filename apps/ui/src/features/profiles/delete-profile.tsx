import type { Profile } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'

export function DeleteProfile({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const [open, setOpen] = useState(false)
  const say = useSay()
  const see = useSee()
  const remove = useMutation(
    queries.profiles.delete.mutationOptions({
      onSuccess: () => {
        navigate('/profiles', { replace: true })
        see({ type: 'profile.deleted', profileId: profile.id })
        say(t('profile.deleted', { name: profile.name }))
      },
    }),
  )
  if (profile.isDefault) return <p className="px-1 text-ink-3 text-sm">{t('profile.deleteDefault')}</p>
  return (
    <div>
      <Button variant="quiet" className="text-bad! hover:bg-bad-soft!" onClick={() => setOpen(true)}>
        {t('profile.delete')}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t('profile.deleteTitle', { name: profile.name })}
        action={t('profile.delete')}
        onConfirm={() => remove.mutate({ profile: profile.id })}
        busy={remove.isPending}
        error={remove.error}
      >
        {t('profile.deleteText')}
      </ConfirmDialog>
    </div>
  )
}
