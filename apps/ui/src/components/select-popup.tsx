import { Select } from '@base-ui/react/select'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Choice } from './select-field.tsx'

interface Props<T> {
  choices: readonly Choice<T>[]
  /** How high the list may get. */
  height: string
  children: (choice: Choice<T>) => ReactNode
}

/** The list that a select opens below itself. The text of a choice says `Select.ItemText` what it is called. */
export function SelectPopup<T extends string>({ choices, height, children }: Props<T>) {
  return (
    <Select.Portal>
      <Select.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
        <Select.Popup className="min-w-(--anchor-width) max-w-96 rounded-md bg-surface p-1 shadow-floating outline-none transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0">
          <Select.List className={`quiet-scroll overflow-y-auto ${height}`}>
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
                {children(choice)}
              </Select.Item>
            ))}
          </Select.List>
        </Select.Popup>
      </Select.Positioner>
    </Select.Portal>
  )
}
