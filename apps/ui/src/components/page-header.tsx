import { ChevronLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from '../app/router.tsx'
import { useDocumentTitle } from '../lib/use-document-title.ts'

interface Props {
  title: string
  description?: ReactNode
  actions?: ReactNode
  back?: { href: string; label: string }
}

/** Heading of a page. It also names the tab. */
export function PageHeader({ title, description, actions, back }: Props) {
  useDocumentTitle(title)
  return (
    <div className="mb-6">
      {back && (
        <Link
          href={back.href}
          className="mb-2 -ms-1 inline-flex max-w-full items-center gap-0.5 rounded-sm text-ink-3 text-sm no-underline hover:text-ink"
        >
          <ChevronLeft aria-hidden className="size-4 shrink-0 rtl:-scale-x-100" />
          <span dir="auto" className="truncate">
            {back.label}
          </span>
        </Link>
      )}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 max-w-full flex-1 basis-72">
          <h1 dir="auto" className="wrap-anywhere text-xl">
            {title}
          </h1>
          {description && <p className="mt-1 max-w-prose text-ink-2">{description}</p>}
        </div>
        {actions && <div className="flex max-w-full flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </div>
  )
}
