import { Switch } from '@base-ui/react/switch'

interface Props {
  /** Name of the switch for assistive technology. */
  label: string
  /** Text beside it, when the place does not already say what it switches. */
  text?: string
  checked: boolean
  onChange: (checked: boolean) => void
  busy?: boolean
}

/** On or off, at once. */
export function Toggle({ label, text, checked, onChange, busy = false }: Props) {
  return (
    <span className="inline-flex shrink-0 items-center gap-2">
      {text && (
        <span aria-hidden className="text-ink-2 text-sm">
          {text}
        </span>
      )}
      <Switch.Root
        aria-label={label}
        checked={checked}
        onCheckedChange={onChange}
        readOnly={busy}
        className="flex h-5 w-9 shrink-0 rounded-full border border-line-strong bg-sunken p-0.5 transition-colors duration-(--calm) data-checked:border-accent data-checked:bg-accent data-readonly:opacity-60"
      >
        <Switch.Thumb className="size-3.5 rounded-full bg-ink-3 transition-transform duration-(--calm) ease-(--ease) data-checked:translate-x-4 data-checked:bg-accent-ink rtl:data-checked:-translate-x-4" />
      </Switch.Root>
    </span>
  )
}
