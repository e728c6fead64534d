import type { Call } from '@local-mcp/contract'
import { Ban, CircleCheck, CircleX, Hourglass, LoaderCircle, type LucideIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'

export const LOOK: Record<Call['status'], { Icon: LucideIcon; look: string }> = {
  pending: { Icon: LoaderCircle, look: 'text-ink-3' },
  success: { Icon: CircleCheck, look: 'text-ok' },
  error: { Icon: CircleX, look: 'text-bad' },
  timeout: { Icon: Hourglass, look: 'text-bad' },
  cancelled: { Icon: Ban, look: 'text-ink-3' },
}

export function CallStatus({ call }: { call: Call }) {
  const { t } = useTranslation()
  const { Icon, look } = LOOK[call.status]
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${look}`}>
      <Icon aria-hidden className={`size-4 ${call.status === 'pending' ? 'spin' : ''}`} />
      {t(`callStatus.${call.status}`)}
    </span>
  )
}
