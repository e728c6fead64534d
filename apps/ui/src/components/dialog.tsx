import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  children: ReactNode
  /** A click beside it does not close it: for what is shown only once. */
  stays?: boolean
  /** With room for two columns. */
  wide?: boolean
  /** It is out of sight: what it held may go. */
  onClosed?: () => void
}

export const backdropLook =
  'fixed inset-0 z-40 bg-scrim transition-opacity duration-(--calm) data-ending-style:opacity-0 data-starting-style:opacity-0'
export const popupLook =
  'fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 -translate-y-1/2 flex-col rounded-lg bg-surface shadow-floating outline-none transition-[opacity,scale] duration-(--calm) ease-(--ease) data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0'

export function Dialog({ open, onOpenChange, title, description, children, stays = false, wide = false, onClosed }: Props) {
  const { t } = useTranslation()
  return (
    <Base.Root open={open} onOpenChange={onOpenChange} onOpenChangeComplete={(now) => !now && onClosed?.()} disablePointerDismissal={stays}>
      <Base.Portal>
        <Base.Backdrop className={backdropLook} />
        <Base.Popup className={`${popupLook} ${wide ? 'max-w-5xl!' : ''}`}>
          <div className="flex items-start justify-between gap-4 px-5 pt-4.5">
            <div className="min-w-0">
              <Base.Title dir="auto" className="wrap-anywhere text-lg">
                {title}
              </Base.Title>
              {description && <Base.Description className="mt-0.5 text-ink-2">{description}</Base.Description>}
            </div>
            <Base.Close
              aria-label={t('common.close')}
              className="-me-2 -mt-1 flex size-8 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
            >
              <X aria-hidden className="size-4" />
            </Base.Close>
          </div>
          <div className="quiet-scroll min-h-0 overflow-y-auto px-5 pt-4 pb-5">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
