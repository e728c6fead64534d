import type { AccountState as State } from '@local-mcp/contract'
import { CircleCheck, CircleDashed, CircleX, TimerOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type StateLook, StatePill } from '../../components/state-pill.tsx'

const LOOK: Record<State, StateLook> = {
  signed_in: { Icon: CircleCheck, look: 'bg-ok-soft text-ok' },
  signed_out: { Icon: CircleDashed, look: 'bg-sunken text-ink-2' },
  expired: { Icon: TimerOff, look: 'bg-warn-soft text-warn' },
  refused: { Icon: CircleX, look: 'bg-warn-soft text-warn' },
  unreadable: { Icon: CircleX, look: 'bg-bad-soft text-bad' },
}

/** The state of an account as an icon with its word: never by colour alone. */
export function AccountState({ state }: { state: State }) {
  const { t } = useTranslation()
  return <StatePill state={state} word={t(`accountState.${state}`)} {...LOOK[state]} />
}
