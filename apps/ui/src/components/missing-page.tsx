import type { ReactNode } from 'react'
import { useDocumentTitle } from '../lib/use-document-title.ts'

interface Props {
  title: string
  children: ReactNode
  action: ReactNode
}

/** In the place of a page that is not there, or of a thing that is gone: what may have happened, and where to go. */
export function MissingPage({ title, children, action }: Props) {
  useDocumentTitle(title)
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-6 py-16 text-center">
      <h1 className="text-xl">{title}</h1>
      <p className="mt-1 text-balance text-ink-2">{children}</p>
      <div className="mt-5">{action}</div>
    </div>
  )
}
