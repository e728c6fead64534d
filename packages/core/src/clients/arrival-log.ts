import type { Arrival } from '@local-mcp/contract'
import type { Clock } from '@local-mcp/kernel'

/** As many as are remembered. */
const KEPT = 200
/** Of one token: a client that gives itself a new name each time takes no more. */
const KEPT_OF_TOKEN = 20
/** The same thing again is told no sooner than this, in milliseconds: a client that tries without a pause fills nothing. */
const AGAIN = 1000
/** How many are told within how long: whoever can reach the port must not be able to flood the window. */
const BUDGET = 50
const BUDGET_TIME = 5000

/** What somebody did at the door. */
export type Seen = Partial<Omit<Arrival, 'id' | 'at' | 'count'>> & Pick<Arrival, 'kind'>

/** Who came to the door lately, in memory: enough to tell why a client does not work. No token and no payload comes in here. */
export function createArrivalLog(clock: Clock, onArrived: (arrival: Arrival) => void) {
  /** The latest last. */
  const seen = new Map<string, { arrival: Arrival; toldAt: number }>()
  let next = 1
  let spent = 0
  let since = Number.NEGATIVE_INFINITY

  function mayTell(now: number): boolean {
    if (now - since >= BUDGET_TIME || now < since) {
      since = now
      spent = 0
    }
    return ++spent <= BUDGET
  }

  return {
    note(what: Seen): void {
      const fields = {
        tokenId: null,
        tokenName: null,
        bridge: false,
        profileSlug: null,
        client: null,
        protocolVersion: null,
        reason: null,
        tools: null,
        ...what,
      }
      const { kind, tokenId, bridge, profileSlug, client, reason, tools } = fields
      // Strangers could make up any number of addresses, and so could who has a token that is good for nothing any more.
      const isStranger = (tokenId === null && !bridge) || reason === 'revoked' || reason === 'expired'
      const where = kind === 'refused' && isStranger ? '' : profileSlug
      const key = JSON.stringify([kind, tokenId, bridge, where, client?.name, reason, tools])
      const now = clock.now()
      const known = seen.get(key)
      const arrival: Arrival = { ...fields, id: known?.arrival.id ?? String(next++), at: now, count: (known?.arrival.count ?? 0) + 1 }
      const isNews = (known === undefined || now - known.toldAt >= AGAIN || now < known.toldAt) && mayTell(now)
      seen.delete(key)
      seen.set(key, { arrival, toldAt: isNews ? now : (known?.toldAt ?? Number.NEGATIVE_INFINITY) })
      const ofToken = tokenId === null ? [] : [...seen].filter(([, one]) => one.arrival.tokenId === tokenId)
      const isFull = ofToken.length > KEPT_OF_TOKEN
      const oldest = isFull ? ofToken[0]?.[0] : seen.keys().next().value
      if (oldest !== undefined && (isFull || seen.size > KEPT)) seen.delete(oldest)
      if (isNews) onArrived(arrival)
    },

    /** The latest last. */
    recent: (): Arrival[] => [...seen.values()].map(({ arrival }) => arrival),
  }
}

export type ArrivalLog = ReturnType<typeof createArrivalLog>
