import type { ReactNode } from 'react'

/** Names and values, one below the other. */
export function Facts({ items }: { items: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-2.5 sm:grid-cols-[10rem_minmax(0,1fr)]">
      {items.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3 max-sm:-mb-2">{name}</dt>
          <dd dir="auto" className="wrap-anywhere min-w-0">
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
