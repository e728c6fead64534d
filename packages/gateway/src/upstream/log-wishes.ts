import { LOG_LEVELS } from '../protocol/revisions.ts'

/** One process serves all clients, so it logs what the most curious of them wants to hear. */
export function createLogWishes(tell: (level: string) => Promise<void> | undefined) {
  /** The least severe level that sessions want, and that any request of a modern client wanted. */
  let sessionsWant: string | null = null
  let requestsWant: string | null = null
  let level: string | null = null

  async function apply(): Promise<void> {
    const least = LOG_LEVELS.find((one) => one === sessionsWant || one === requestsWant)
    if (!least || least === level) return
    level = least
    await tell(least)
  }

  return {
    /** What the server is to be told when it begins a new life; null while nobody wants anything. */
    level: () => level,
    ofSessions(wanted: string): void {
      sessionsWant = wanted
      void apply()
    },
    /** @returns the wait for the server to know; null where it does */
    ofRequest(wanted: string): Promise<void> | null {
      if (requestsWant && LOG_LEVELS.indexOf(requestsWant) <= LOG_LEVELS.indexOf(wanted)) return null
      requestsWant = wanted
      return apply()
    },
  }
}
