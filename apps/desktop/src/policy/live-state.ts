import type { AppEvent, Call, Profile, Server } from '@local-mcp/contract'

/** `starting`: also while it is built anew. `attached`: a gateway that another process runs. */
export type Phase = 'starting' | 'running' | 'recovery' | 'attached' | 'stopped' | 'failed'

/** What the tray and the notifications know. */
export interface LiveState {
  readonly phase: Phase
  readonly servers: readonly Server[]
  readonly profiles: readonly Profile[]
  /** Calls that failed, the newest first. */
  readonly failures: readonly Call[]
  /** Ids of calls that are under way. */
  readonly pending: ReadonlySet<string>
  readonly backingUp: boolean
}

export const NOTHING: LiveState = { phase: 'starting', servers: [], profiles: [], failures: [], pending: new Set(), backingUp: false }
const FAILURES_KEPT = 5

export const isFailure = ({ status }: Call) => status === 'error' || status === 'timeout'

const replace = <Noun extends { readonly id: string }>(all: readonly Noun[], one: Noun): Noun[] =>
  all.some(({ id }) => id === one.id) ? all.map((old) => (old.id === one.id ? one : old)) : [...all, one]

/** The state after an event; the same object where it says nothing to the tray. */
export function applyToLive(state: LiveState, event: AppEvent): LiveState {
  if (event.type === 'profile.created' || event.type === 'profile.updated')
    return { ...state, profiles: replace(state.profiles, event.profile) }
  if (event.type === 'profile.deleted') return { ...state, profiles: state.profiles.filter(({ id }) => id !== event.profileId) }
  if (event.type === 'server.created' || event.type === 'server.updated' || event.type === 'server.restored')
    return { ...state, servers: replace(state.servers, event.server) }
  if (event.type === 'server.deleted') return { ...state, servers: state.servers.filter(({ id }) => id !== event.serverId) }
  if (event.type === 'server.status.changed')
    return {
      ...state,
      servers: state.servers.map((server) => (server.id === event.serverId ? { ...server, status: event.status } : server)),
    }
  if (event.type === 'call.started') return { ...state, pending: new Set([...state.pending, event.call.id]) }
  if (event.type === 'call.finished') {
    const pending = new Set(state.pending)
    pending.delete(event.call.id)
    return { ...state, pending, failures: isFailure(event.call) ? [event.call, ...state.failures].slice(0, FAILURES_KEPT) : state.failures }
  }
  if (event.type === 'backup.progress') return state.backingUp ? state : { ...state, backingUp: true }
  if (event.type === 'backup.finished' || event.type === 'backup.failed') return state.backingUp ? { ...state, backingUp: false } : state
  return state
}

/** A server that waits for a person. */
export const needsPerson = ({ enabled, status: { state } }: Server): boolean =>
  enabled && (state === 'error' || state === 'auth_required' || state === 'approval_required')
