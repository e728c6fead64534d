import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

export interface TabItem {
  readonly value: string
  readonly label: string
  readonly content: ReactNode
}

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  items: readonly TabItem[]
}

/** Parts of one thing, one at a time. */
export function Tabs({ label, value, onChange, items }: Props) {
  return (
    <Base.Root value={value} onValueChange={onChange}>
      <Base.List aria-label={label} className="relative mb-4 flex gap-1 overflow-x-auto border-line border-b [scrollbar-width:none]">
        {items.map((item) => (
          <Base.Tab
            key={item.value}
            value={item.value}
            className="h-9 shrink-0 whitespace-nowrap rounded-t-md px-3 text-ink-2 transition-colors duration-(--quick) -outline-offset-2! hover:text-ink data-active:font-medium data-active:text-ink"
          >
            {item.label}
          </Base.Tab>
        ))}
        <Base.Indicator className="absolute bottom-0 left-(--active-tab-left) h-0.5 w-(--active-tab-width) bg-accent transition-[left,width] duration-(--calm) ease-(--ease) forced-colors:bg-[Highlight]" />
      </Base.List>
      {items.map((item) => (
        <Base.Panel key={item.value} value={item.value} className="flex flex-col gap-5 outline-offset-4">
          {item.content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
