import type { ServerState as State } from '@local-mcp/contract'
import { CircleCheck, CircleDashed, CirclePause, CircleX, KeyRound, LoaderCircle, ShieldQuestionMark } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type StateLook, StatePill } from '../../components/state-pill.tsx'

const LOOK: Record<State, StateLook> = {
  connected: { Icon: CircleCheck, look: 'bg-ok-soft text-ok' },
  connecting: { Icon: LoaderCircle, look: 'bg-accent-soft text-accent-text' },
  disconnected: { Icon: CircleDashed, look: 'bg-sunken text-ink-2' },
  disabled: { Icon: CirclePause, look: 'bg-sunken text-ink-2' },
  error: { Icon: CircleX, look: 'bg-bad-soft text-bad' },
  auth_required: { Icon: KeyRound, look: 'bg-warn-soft text-warn' },
  approval_required: { Icon: ShieldQuestionMark, look: 'bg-warn-soft text-warn' },
}

/** The state of a server as an icon with its word: never by colour alone. One that is past does not move. */
export function ServerState({ state, past = false }: { state: State; past?: boolean }) {
  const { t } = useTranslation()
  return <StatePill state={state} word={t(`serverState.${state}`)} {...LOOK[state]} spins={state === 'connecting' && !past} />
}

/** Whether it serves, or would at the next call: an idle server is started when it is needed. */
export function isReady(state: State): boolean {
  return state === 'connected' || state === 'disconnected'
}

/** Whether a person has to do something before the server can serve. */
export function needsPerson(state: State): boolean {
  return state === 'error' || state === 'auth_required' || state === 'approval_required'
}
