import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { useAction, useSay } from '../../lib/use-action.ts'

/** Forgets the keys from before rotations, after a look at what that means. */
export function ForgetKeys({ count }: { count: number }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const [asking, setAsking] = useState(false)
  const purge = useAction(
    queries.secrets.purgeKeys.mutationOptions({
      onSuccess: ({ purged }) => {
        setAsking(false)
        say(t('vault.forgotten', { count: purged }))
      },
    }),
  )
  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>
        {t('vault.forget')}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('vault.forgetTitle', { count })}
        action={t('vault.forget')}
        onConfirm={() => purge.mutate(undefined)}
        busy={purge.isPending}
        error={purge.error}
      >
        <p>{t('vault.forgetWhat')}</p>
      </ConfirmDialog>
    </>
  )
}
