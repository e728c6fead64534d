import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { leaving } from './router.tsx'

/** Asks before a page is left on which something was typed and not saved. */
export function LeaveDialog() {
  const { t } = useTranslation()
  const isAsked = useStore(leaving, ({ go }) => go !== null)
  const stay = () => leaving.setState({ go: null })
  return (
    <ConfirmDialog
      open={isAsked}
      onOpenChange={(open) => !open && stay()}
      title={t('leave.title')}
      action={t('leave.action')}
      onConfirm={() => {
        const { go } = leaving.getState()
        stay()
        go?.()
      }}
      busy={false}
      error={null}
    >
      {t('leave.text')}
    </ConfirmDialog>
  )
}
