/** A task that does not say how long it is kept, in milliseconds. */
const TASK_KEPT = 60 * 60 * 1000
const OVER = new Set(['completed', 'failed', 'cancelled'])
const MAX_TASKS = 10_000

/** Who needs a server: when it was wanted last, and which of its tasks still run. */
export function createDemand() {
  let last = Number.NEGATIVE_INFINITY
  /** Until when each is believed to run, by the monotonic clock. */
  const tasks = new Map<string, number>()
  return {
    note(): void {
      last = performance.now()
    },
    /** How long ago it was wanted, in milliseconds; Infinity if never. */
    age: () => performance.now() - last,
    /** @param ttl how long the server keeps it, in milliseconds; null if it does not say */
    task(id: string, status: string, ttl: number | null): void {
      if (OVER.has(status)) tasks.delete(id)
      else if (tasks.has(id) || tasks.size < MAX_TASKS) tasks.set(id, performance.now() + (ttl ?? TASK_KEPT))
    },
    hasTasks(): boolean {
      const now = performance.now()
      for (const [id, until] of tasks) if (until < now) tasks.delete(id)
      return tasks.size > 0
    },
  }
}
