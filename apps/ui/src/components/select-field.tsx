import { Select } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import { controlLook, FormField } from './field.tsx'

export interface Choice<T> {
  readonly value: T
  readonly label: string
  readonly detail?: string
}

interface Props<T> {
  label: string
  name: string
  value: T
  onChange: (value: T) => void
  choices: readonly Choice<T>[]
  hint?: string
  error?: string | undefined
  busy?: boolean
}

/** One of a few. The list opens below the field and is moved through with the arrow keys and by typing. */
export function SelectField<T extends string>({ label, name, value, onChange, choices, hint, error, busy = false }: Props<T>) {
  return (
    <FormField label={label} name={name} {...(hint !== undefined && { hint })} error={error}>
      <Select.Root items={choices} value={value} onValueChange={(next) => next !== null && onChange(next)} disabled={busy}>
        <Select.Trigger className={`${controlLook} flex h-9 items-center justify-between gap-2 text-start data-disabled:opacity-60`}>
          <Select.Value className="min-w-0 truncate" />
          <Select.Icon>
            <ChevronsUpDown aria-hidden className="size-3.5 text-ink-3" />
          </Select.Icon>
        </Select.Trigger>
        <Select.Portal>
          <Select.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
            <Select.Popup className="min-w-(--anchor-width) max-w-96 rounded-md bg-surface p-1 shadow-floating outline-none transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0">
              <Select.List className="quiet-scroll max-h-[min(20rem,var(--available-height))] overflow-y-auto">
                {choices.map((choice) => (
                  <Select.Item
                    key={choice.value}
                    value={choice.value}
                    className="flex items-start gap-2 rounded-sm px-2 py-1.5 outline-none data-highlighted:bg-hover"
                  >
                    <span className="mt-0.5 size-4 shrink-0">
                      <Select.ItemIndicator>
                        <Check aria-hidden className="size-4 text-accent-text" />
                      </Select.ItemIndicator>
                    </span>
                    <span className="min-w-0">
                      <Select.ItemText dir="auto" className="wrap-anywhere block">
                        {choice.label}
                      </Select.ItemText>
                      {choice.detail && <span className="block text-ink-3 text-sm">{choice.detail}</span>}
                    </span>
                  </Select.Item>
                ))}
              </Select.List>
            </Select.Popup>
          </Select.Positioner>
        </Select.Portal>
      </Select.Root>
    </FormField>
  )
}
