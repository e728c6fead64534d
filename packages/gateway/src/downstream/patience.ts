import type { AnswerSource } from '../wire/large-answer.ts'

/** How long a client may keep the other calls of a server waiting with one answer, in milliseconds. */
const AT_MOST = 5000
/** And for each MiB that it has read of it: who reads 4 MiB per second is never too slow. */
const PER_MIB = 250
const LOOK_AGAIN = 1000

/**
 * Bounds the time in which a client that reads slowly holds up whoever waits behind its answer. Many short waits
 * count as one long one; while nobody waits behind it, it may take its time.
 */
export function createPatience(source: AnswerSource, onTooSlow: () => void) {
  let since: number | null = null
  let waited = 0
  let sent = 0
  let timer: NodeJS.Timeout | null = null

  function look(): void {
    timer = source.isShared() ? null : setTimeout(look, LOOK_AGAIN)
    if (!timer) onTooSlow()
  }

  return {
    sent(bytes: number): void {
      sent += bytes
    },
    /** The client is waited for. */
    begin(): void {
      if (since !== null) return
      since = performance.now()
      timer = setTimeout(look, Math.max(0, AT_MOST + (sent / 2 ** 20) * PER_MIB - waited))
    },
    /** The client has read, or is gone. */
    end(): void {
      if (timer) clearTimeout(timer)
      timer = null
      if (since !== null && source.isShared()) waited += performance.now() - since
      since = null
    },
  }
}
