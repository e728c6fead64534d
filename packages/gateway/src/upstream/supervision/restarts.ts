import type { UpstreamError } from '../problems.ts'
import { createRestartPolicy, HEALTHY_AFTER } from './restart-policy.ts'

/** What passes by itself. The other problems stay until somebody mends the configuration or the computer. */
const PASSING = new Set(['EXITED', 'HANDSHAKE_TIMEOUT', 'CONNECTION_LOST', 'CONNECTION_REFUSED', 'HOST_NOT_FOUND'])

/** When a server that failed is started again. @param again starts it by itself, if it is still to be there then */
export function createRestarts(again: () => void) {
  const policy = createRestartPolicy()
  /** By the monotonic clock; Infinity when only a person can say. */
  let mayStartAt = 0
  let connectedAt = 0
  let timer: NodeJS.Timeout | null = null
  const forget = () => {
    if (timer) clearTimeout(timer)
    timer = null
  }
  return {
    /** @returns whether it has been given up */
    failed({ problem: { code } }: UpstreamError): boolean {
      const wait = policy.failed(performance.now(), code === 'EXITED')
      mayStartAt = performance.now() + (wait ?? Number.POSITIVE_INFINITY)
      forget()
      if (wait !== null && PASSING.has(code)) timer = setTimeout(again, wait)
      return wait === null
    },
    /** Whether the wait after the last failure is over. */
    mayStart: () => performance.now() >= mayStartAt,
    begun: forget,
    connected(): void {
      connectedAt = performance.now()
    },
    disconnected(): void {
      if (performance.now() - connectedAt > HEALTHY_AFTER) policy.recovered()
    },
    stop: forget,
  }
}
