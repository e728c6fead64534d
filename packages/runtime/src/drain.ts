import type { AppEvent } from '@local-mcp/contract'
import type { CallHistory } from '@local-mcp/core'
import type { EventBus } from '@local-mcp/kernel'

/** Resolves once no call is under way, or after so many ms. */
export function untilNoCallRuns(calls: CallHistory, events: EventBus<AppEvent>, ms: number): Promise<void> {
  const isIdle = () => !calls.recent().some(({ status }) => status === 'pending')
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    const off = events.on(({ type }) => {
      if (type === 'call.finished' && isIdle()) done()
    })
    function done(): void {
      clearTimeout(timer)
      off()
      resolve()
    }
    if (isIdle()) done()
  })
}
