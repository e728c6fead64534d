import type { ComponentProps, ReactNode } from 'react'

interface Props {
  /** Name of the block for assistive technology. */
  label: string
  children: ReactNode
  wrap?: boolean
}

/** What scrolls must be reachable by keyboard, and what has the focus must have a name. */
export const scrolls = (label: string) => ({ role: 'group', tabIndex: 0, 'aria-label': label }) satisfies ComponentProps<'pre'>

/** Several lines of code or output, as text. */
export function CodeBlock({ label, children, wrap = false }: Props) {
  return (
    <pre
      {...scrolls(label)}
      dir="ltr"
      className={`quiet-scroll max-h-128 overflow-auto rounded-md border border-line bg-sunken px-3.5 py-3 text-sm leading-relaxed ${
        wrap ? 'wrap-anywhere whitespace-pre-wrap' : 'whitespace-pre'
      }`}
    >
      {children}
    </pre>
  )
}
