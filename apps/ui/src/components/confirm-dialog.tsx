import { AlertDialog } from '@base-ui/react/alert-dialog'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button.tsx'
import { backdropLook, popupLook } from './dialog.tsx'
import { ErrorState } from './error-state.tsx'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  children: ReactNode
  /** Names what will happen, e.g. "Delete server". */
  action: string
  onConfirm: () => void
  busy: boolean
  /** What has to be there before it may be confirmed is not there yet. */
  disabled?: boolean
  error: unknown
}

/** Asks before something that cannot be taken back. The safe answer has the focus. */
export function ConfirmDialog({ open, onOpenChange, title, children, action, onConfirm, busy, disabled = false, error }: Props) {
  const { t } = useTranslation()
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        {/* Also over the dialog that asks. */}
        <AlertDialog.Backdrop forceRender className={backdropLook} />
        <AlertDialog.Popup className={`${popupLook} gap-2 p-5`}>
          <AlertDialog.Title dir="auto" className="wrap-anywhere text-lg">
            {title}
          </AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="text-ink-2">
            {children}
          </AlertDialog.Description>
          {error !== null && error !== undefined && <ErrorState error={error} />}
          <div className="mt-3 flex flex-wrap justify-end gap-2">
            <AlertDialog.Close render={<Button>{t('common.cancel')}</Button>} />
            <Button variant="danger" busy={busy} disabled={disabled} onClick={onConfirm}>
              {action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
