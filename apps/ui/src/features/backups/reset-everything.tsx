import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { useSay } from '../../lib/use-action.ts'

/** What the operation wants to be told; the same in every language. */
const WORD = 'reset'

export function ResetEverything() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const show = (now: boolean) => {
    setOpen(now)
    setTyped('')
    reset.reset()
  }
  const reset = useMutation(
    queries.data.reset.mutationOptions({
      onSuccess: () => {
        say(t('reset.ordered'))
        setOpen(false)
      },
    }),
  )
  return (
    <>
      <Button variant="quiet" className="-ms-3.5 text-bad! hover:bg-bad-soft!" onClick={() => show(true)}>
        {t('reset.open')}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={show}
        title={t('reset.confirmTitle')}
        action={t('reset.action')}
        onConfirm={() => reset.mutate({ confirm: WORD })}
        busy={reset.isPending}
        disabled={typed.trim() !== WORD}
        error={reset.error}
      >
        <p className="mb-3">{t('reset.confirmText')}</p>
        <TextField label={t('reset.word', { word: WORD })} name="confirm" value={typed} onChange={setTyped} code />
      </ConfirmDialog>
    </>
  )
}
