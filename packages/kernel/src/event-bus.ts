export type Unsubscribe = () => void

/** Delivers events to listeners, in order, within the same turn. */
export interface EventBus<Event> {
  emit(event: Event): void
  on(listener: (event: Event) => void): Unsubscribe
}

/**
 * @param onError called with what a listener threw: one bad listener must not keep the others, or the
 *   service that emitted, from going on.
 */
export function createEventBus<Event>(onError: (error: unknown) => void): EventBus<Event> {
  const listeners = new Set<(event: Event) => void>()
  return {
    emit(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event)
        } catch (error) {
          onError(error)
        }
      }
    },
    on(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
