import type { AppEvent } from '@local-mcp/contract'
import { type Logger, messageOf } from '@local-mcp/kernel'
import { applyToLive, isFailure, type LiveState, NOTHING } from '../policy/live-state.ts'
import type { Gateway, Operations } from './gateway.ts'

export interface LiveFeed {
  state(): LiveState
  /** To be called when the gateway has changed: follows the new one. */
  follow(): void
}

/** Keeps what the tray shows true, by events alone. */
export function createLiveFeed(options: {
  readonly gateway: () => Gateway
  readonly logger: Logger
  readonly onState: () => void
  readonly onEvent: (event: AppEvent, before: LiveState) => void
}): LiveFeed {
  const { gateway, logger, onState, onEvent } = options
  let state: LiveState = NOTHING
  let followed: { readonly operations: Operations; readonly stop: AbortController } | null = null

  function become(next: LiveState): void {
    if (next === state) return
    state = next
    onState()
  }

  async function read(operations: Operations, stop: AbortController): Promise<void> {
    const feed = await operations.events.subscribe(undefined, { signal: stop.signal })
    const [servers, profiles, calls] = await Promise.all([
      operations.servers.list(),
      operations.profiles.list(),
      operations.activity.recent(),
    ])
    if (stop.signal.aborted) return
    const pending = new Set(calls.filter(({ status }) => status === 'pending').map(({ id }) => id))
    become({ ...NOTHING, phase: gateway().phase(), servers, profiles, pending, failures: calls.filter(isFailure).slice(0, 5) })
    for await (const event of feed) {
      if (stop.signal.aborted) return
      const before = state
      become(applyToLive(state, event))
      onEvent(event, before)
    }
  }

  return {
    state: () => state,
    follow() {
      const phase = gateway().phase()
      const operations = phase === 'running' || phase === 'attached' ? gateway().operations() : null
      if (operations === null || operations !== followed?.operations) {
        followed?.stop.abort()
        followed = null
        state = NOTHING
      }
      state = { ...state, phase }
      onState()
      if (operations === null || followed) return
      const stop = new AbortController()
      followed = { operations, stop }
      read(operations, stop).catch((error: unknown) => {
        if (!stop.signal.aborted) logger.debug('The feed of the tray ended', { error: messageOf(error) })
      })
    },
  }
}
