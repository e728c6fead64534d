/** How long calls that are under way may keep a quit waiting, in ms. */
export const DRAIN_MS = 5000

/** `open`: nobody asked. `draining`: waits for calls. `closing`: takes everything down. `ended`: the process may go. */
export type QuitState = 'open' | 'draining' | 'closing' | 'ended'
export type QuitEvent = { readonly type: 'asked'; readonly calls: number } | { readonly type: 'drained' } | { readonly type: 'closed' }

/** Asking again while calls are waited for means now; nothing takes a quit back. */
export function nextQuitState(state: QuitState, event: QuitEvent): QuitState {
  if (event.type === 'closed') return 'ended'
  if (state === 'open' && event.type === 'asked') return event.calls > 0 ? 'draining' : 'closing'
  if (state === 'draining') return 'closing'
  return state
}
