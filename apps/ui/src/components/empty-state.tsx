import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface Props {
  title: string
  children: ReactNode
  action?: ReactNode
  Icon?: LucideIcon
}

/** Says what belongs here, why it is worth having, and how to get the first one. */
export function EmptyState({ title, children, action, Icon }: Props) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-6 py-10 text-center">
      {Icon && (
        <span className="mb-3 flex size-11 items-center justify-center rounded-lg bg-accent-soft text-accent-text">
          <Icon aria-hidden className="size-5" />
        </span>
      )}
      <h2 className="text-lg">{title}</h2>
      <div className="mt-1 text-balance text-ink-2">{children}</div>
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
