import { Select } from '@base-ui/react/select'
import { ChevronDown } from 'lucide-react'
import type { Choice } from './select-field.tsx'
import { SelectPopup } from './select-popup.tsx'

interface Props {
  label: string
  /** Empty: everything. */
  value: string
  onChange: (value: string) => void
  /** What it says while it limits nothing. */
  any: string
  choices: readonly Choice<string>[]
}

/** Limits a list to one of a few, or to nothing: a small button that says what it does. */
export function FilterSelect({ label, value, onChange, any, choices }: Props) {
  const items = [{ value: '', label: any }, ...choices]
  const look = value === '' ? 'border-line text-ink-2' : 'border-transparent bg-accent-soft font-medium text-accent-text'
  return (
    <Select.Root items={items} value={value} onValueChange={(next) => onChange(next ?? '')}>
      <Select.Trigger
        aria-label={label}
        className={`inline-flex h-8 max-w-56 items-center gap-1 rounded-md border ps-2.5 pe-1.5 transition-colors duration-(--quick) hover:bg-hover ${look}`}
      >
        <Select.Value dir="auto" className="min-w-0 truncate" />
        <Select.Icon>
          <ChevronDown aria-hidden className="size-3.5 opacity-70" />
        </Select.Icon>
      </Select.Trigger>
      <SelectPopup choices={items} height="max-h-[min(22rem,var(--available-height))]">
        {(item) => (
          <Select.ItemText dir="auto" className="wrap-anywhere line-clamp-2 min-w-0">
            {item.label}
          </Select.ItemText>
        )}
      </SelectPopup>
    </Select.Root>
  )
}
