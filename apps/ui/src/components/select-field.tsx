import { Select } from '@base-ui/react/select'
import { ChevronsUpDown } from 'lucide-react'
import { controlLook, FormField } from './field.tsx'
import { SelectPopup } from './select-popup.tsx'

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
        <SelectPopup choices={choices} height="max-h-[min(20rem,var(--available-height))]">
          {(choice) => (
            <span className="min-w-0">
              <Select.ItemText dir="auto" className="wrap-anywhere block">
                {choice.label}
              </Select.ItemText>
              {choice.detail && <span className="block text-ink-3 text-sm">{choice.detail}</span>}
            </span>
          )}
        </SelectPopup>
      </Select.Root>
    </FormField>
  )
}
