import { Tooltip } from '@base-ui/react/tooltip'
import type { ComponentProps, ReactNode } from 'react'

type Props = Omit<ComponentProps<'button'>, 'children'> & { label: string; icon: ReactNode }

/** A button with an icon alone: the label is its name and its tooltip. */
export function IconButton({ label, icon, disabled = false, onClick, className = '', ref, ...rest }: Props) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger
        ref={ref as ComponentProps<typeof Tooltip.Trigger>['ref']}
        type="button"
        aria-label={label}
        aria-disabled={disabled || undefined}
        onClick={(event) => {
          if (!disabled) onClick?.(event)
        }}
        className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-2 transition-colors duration-(--quick) hover:bg-hover hover:text-ink aria-disabled:opacity-40 ${className}`}
        {...(rest as object)}
      >
        {icon}
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-50">
          <Tooltip.Popup className="rounded-sm bg-ink px-2 py-1 text-canvas text-xs shadow-floating transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0">
            {label}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
