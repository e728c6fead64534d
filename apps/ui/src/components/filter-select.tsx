import { Select } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import type { Choice } from './select-field.tsx'

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
      <Select.Portal>
        <Select.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Select.Popup className="min-w-(--anchor-width) max-w-96 rounded-md bg-surface p-1 shadow-floating outline-none transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0">
            <Select.List className="quiet-scroll max-h-[min(22rem,var(--available-height))] overflow-y-auto">
              {items.map((item) => (
                <Select.Item
                  key={item.value}
                  value={item.value}
                  className="flex items-start gap-2 rounded-sm px-2 py-1.5 outline-none data-highlighted:bg-hover"
                >
                  <span className="mt-0.5 size-4 shrink-0">
                    <Select.ItemIndicator>
                      <Check aria-hidden className="size-4 text-accent-text" />
                    </Select.ItemIndicator>
                  </span>
                  <Select.ItemText dir="auto" className="wrap-anywhere line-clamp-2 min-w-0">
                    {item.label}
                  </Select.ItemText>
                </Select.Item>
              ))}
            </Select.List>
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  )
}
