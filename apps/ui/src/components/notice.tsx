import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

const TONES = {
  bad: { look: 'border-bad/30 bg-bad-soft', text: 'text-bad', Icon: CircleAlert },
  warn: { look: 'border-warn/30 bg-warn-soft', text: 'text-warn', Icon: TriangleAlert },
  ok: { look: 'border-ok/30 bg-ok-soft', text: 'text-ok', Icon: CircleCheck },
  info: { look: 'border-line bg-sunken', text: 'text-ink-3', Icon: Info },
} as const

interface Props {
  tone: keyof typeof TONES
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
}

/** One thing that a person should know. What is bad is told at once, the rest when there is a pause. */
export function Notice({ tone, title, children, actions }: Props) {
  const { look, text, Icon } = TONES[tone]
  return (
    <div role={tone === 'bad' ? 'alert' : 'status'} className={`arrive flex gap-3 rounded-md border px-3.5 py-3 ${look}`}>
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${text}`} />
      <div className="min-w-0 flex-1">
        <p dir="auto" className="wrap-anywhere font-medium">
          {title}
        </p>
        {children && <div className="wrap-anywhere mt-0.5 text-ink-2 text-sm">{children}</div>}
        {actions && <div className="mt-2.5 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  )
}
