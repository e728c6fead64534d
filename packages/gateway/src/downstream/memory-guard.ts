import type { Logger } from '@local-mcp/kernel'

const MIB = 2 ** 20
/** What the gateway may hold by itself, and for each session more; in bytes. */
const BASE = 512 * MIB
const PER_SESSION = MIB
/** Work is taken again below this part of the ceiling, so that it does not flutter. */
const AGAIN_BELOW = 0.9
/** Looking costs more than a request; in milliseconds. */
const LOOK_EVERY = 250

export interface MemoryGuardOptions {
  readonly sessions: () => number
  readonly logger: Logger
  /** What is held now, in bytes. */
  readonly inUse?: () => number
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number
}

/**
 * The last of the bounds: each session, stream and answer has one of its own, and where they all together are too
 * much, new requests are refused until some of it is gone. What is under way goes on.
 */
export function createMemoryGuard({ sessions, logger, inUse = held, now = () => performance.now() }: MemoryGuardOptions) {
  let lookedAt = Number.NEGATIVE_INFINITY
  let over = false
  return {
    /** Whether a new request has to be refused. */
    isOver(): boolean {
      const at = now()
      if (at - lookedAt < LOOK_EVERY) return over
      lookedAt = at
      const ceiling = BASE + sessions() * PER_SESSION
      const bytes = inUse()
      const next = bytes > ceiling * (over ? AGAIN_BELOW : 1)
      if (next !== over) {
        const facts = { heldMiB: Math.round(bytes / MIB), ceilingMiB: Math.round(ceiling / MIB) }
        if (next) logger.warn('Short of memory: new requests are refused', facts)
        else logger.info('New requests are taken again', facts)
      }
      over = next
      return over
    },
  }
}

export type MemoryGuard = ReturnType<typeof createMemoryGuard>

/** Objects and buffers. What the system counts stays high after they are gone. */
function held(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
