import { type ReactNode, useId } from 'react'

interface Props {
  title?: ReactNode
  description?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** `list`: the rows draw their own padding and lines. */
  body?: 'padded' | 'list'
}

/** A titled part of a page. */
export function Card({ title, description, actions, children, body = 'padded' }: Props) {
  const id = useId()
  return (
    <section aria-labelledby={title ? id : undefined} className="rounded-lg border border-line bg-surface shadow-raised">
      {title && (
        <div
          className={`flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5 sm:px-5 ${body === 'list' ? 'border-line border-b pb-3' : ''}`}
        >
          <div className="min-w-0 flex-1 basis-40">
            <h2 id={id} className="text-base">
              {title}
            </h2>
            {description && <p className="mt-0.5 text-ink-3 text-sm">{description}</p>}
          </div>
          {actions && <div className="flex shrink-0 flex-wrap items-center gap-2">{actions}</div>}
        </div>
      )}
      <div className={body === 'padded' ? 'px-4 py-4 sm:px-5' : 'overflow-hidden rounded-b-lg'}>{children}</div>
    </section>
  )
}
