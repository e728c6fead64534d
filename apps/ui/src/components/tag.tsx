import type { ReactNode } from 'react'

/** A short fact beside a name. */
export function Tag({ children, tone = 'accent' }: { children: ReactNode; tone?: 'accent' | 'quiet' | 'bad' }) {
  const look = { accent: 'bg-accent-soft text-accent-text', quiet: 'bg-sunken text-ink-2', bad: 'bg-bad-soft text-bad' }[tone]
  return (
    <span className={`inline-flex h-5 shrink-0 items-center whitespace-nowrap rounded-full px-2 font-medium text-xs ${look}`}>
      {children}
    </span>
  )
}
