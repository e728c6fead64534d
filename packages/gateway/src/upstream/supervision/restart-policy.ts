const FIRST_WAIT = 500
const MAX_WAIT = 60_000
/** Waits differ by so much to either side, so that servers that fell together do not come back together. */
const JITTER = 0.2
/** A program that ends so often within the window is not started again by itself. */
const MAX_EXITS = 5
const WINDOW = 60_000
/** What was there for so long is healthy, in milliseconds. */
export const HEALTHY_AFTER = 60_000

/** How long to wait after each failure, and when to give up. Times are milliseconds of any clock that only goes on. */
export function createRestartPolicy(random: () => number = Math.random) {
  let failures = 0
  let exits: number[] = []
  return {
    /**
     * @param exited the program ended by itself
     * @returns the wait before the next try; null when there is to be none
     */
    failed(now: number, exited: boolean): number | null {
      failures++
      if (exited) exits = [...exits.filter((at) => now - at < WINDOW), now]
      if (exits.length >= MAX_EXITS) return null
      return Math.min(FIRST_WAIT * 2 ** (failures - 1), MAX_WAIT) * (1 - JITTER + 2 * JITTER * random())
    },
    /** It was there for long enough, so the next failure is a first one. */
    recovered(): void {
      failures = 0
    },
  }
}
