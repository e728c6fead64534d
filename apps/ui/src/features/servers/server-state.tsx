import type { ServerState as State } from '@local-mcp/contract'
import { CircleCheck, CircleDashed, CirclePause, CircleX, KeyRound, LoaderCircle, type LucideIcon, ShieldQuestionMark } from 'lucide-react'
import { useTranslation } from 'react-i18next'

const LOOK: Record<State, { Icon: LucideIcon; look: string }> = {
  connected: { Icon: CircleCheck, look: 'bg-ok-soft text-ok' },
  connecting: { Icon: LoaderCircle, look: 'bg-accent-soft text-accent-text' },
  disconnected: { Icon: CircleDashed, look: 'bg-sunken text-ink-2' },
  disabled: { Icon: CirclePause, look: 'bg-sunken text-ink-2' },
  error: { Icon: CircleX, look: 'bg-bad-soft text-bad' },
  auth_required: { Icon: KeyRound, look: 'bg-warn-soft text-warn' },
  approval_required: { Icon: ShieldQuestionMark, look: 'bg-warn-soft text-warn' },
}

/** The state of a server as an icon with its word: never by colour alone. */
export function ServerState({ state }: { state: State }) {
  const { t } = useTranslation()
  const { Icon, look } = LOOK[state]
  return (
    <span
      data-state={state}
      className={`inline-flex h-6 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full ps-1.5 pe-2.5 font-medium text-sm ${look}`}
    >
      <Icon aria-hidden className={`size-3.75 ${state === 'connecting' ? 'spin' : ''}`} />
      {t(`serverState.${state}`)}
    </span>
  )
}

/** Whether it serves, or would at the next call: an idle server is started when it is needed. */
export function isReady(state: State): boolean {
  return state === 'connected' || state === 'disconnected'
}

/** Whether a person has to do something before the server can serve. */
export function needsPerson(state: State): boolean {
  return state === 'error' || state === 'auth_required' || state === 'approval_required'
}
