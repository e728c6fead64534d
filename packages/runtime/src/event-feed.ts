import type { AppEvent } from '@local-mcp/contract'
import type { EventBus } from '@local-mcp/kernel'

/** A reader that is so far behind has gone; it starts anew and loads everything again. */
const MAX_QUEUED = 10_000

/** The events from now on, until the reader goes away. */
export async function* eventFeed(bus: EventBus<AppEvent>, signal: AbortSignal | undefined): AsyncGenerator<AppEvent, void, void> {
  const queue: AppEvent[] = []
  let wake: (() => void) | null = null
  let over = signal?.aborted ?? false
  const stop = () => {
    over = true
    wake?.()
  }
  const unsubscribe = bus.on((event) => {
    if (queue.push(event) > MAX_QUEUED) stop()
    else wake?.()
  })
  signal?.addEventListener('abort', stop, { once: true })
  try {
    while (!over) {
      const event = queue.shift()
      if (event) yield event
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      wake = null
    }
  } finally {
    unsubscribe()
    signal?.removeEventListener('abort', stop)
  }
}
