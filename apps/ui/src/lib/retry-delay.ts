const FIRST_MS = 500
const LONGEST_MS = 10_000

/** Pause before attempt number `attempt` (from 0) to reach the host again, in milliseconds. */
export function retryDelay(attempt: number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(attempt, 16), LONGEST_MS)
}
