import type { AccountState as State } from '@local-mcp/contract'
import { CircleCheck, CircleDashed, CircleX, type LucideIcon, TimerOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'

const LOOK: Record<State, { Icon: LucideIcon; look: string }> = {
  signed_in: { Icon: CircleCheck, look: 'bg-ok-soft text-ok' },
  signed_out: { Icon: CircleDashed, look: 'bg-sunken text-ink-2' },
  expired: { Icon: TimerOff, look: 'bg-warn-soft text-warn' },
  refused: { Icon: CircleX, look: 'bg-warn-soft text-warn' },
  unreadable: { Icon: CircleX, look: 'bg-bad-soft text-bad' },
}

/** The state of an account as an icon with its word: never by colour alone. */
export function AccountState({ state }: { state: State }) {
  const { t } = useTranslation()
  const { Icon, look } = LOOK[state]
  return (
    <span
      data-state={state}
      className={`inline-flex h-6 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full ps-1.5 pe-2.5 font-medium text-sm ${look}`}
    >
      <Icon aria-hidden className="size-3.75" />
      {t(`accountState.${state}`)}
    </span>
  )
}
