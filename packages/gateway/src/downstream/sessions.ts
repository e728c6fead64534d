import type { Principal } from '@local-mcp/core'
import type { Clock, Logger } from '@local-mcp/kernel'
import { type Client, clientName } from '../protocol/client.ts'
import type { Frame } from '../wire/frame.ts'
import { rpcRequest } from '../wire/messages.ts'
import { createEventLog, type EventLog, type EventStream } from './event-log.ts'
import { issueTicket, readTicket, type SessionTicket } from './session-ticket.ts'

/** A session that nobody used for so long is forgotten, in milliseconds. */
const IDLE_TIMEOUT = 24 * 60 * 60 * 1000
const SWEEP_EVERY = 60_000
const KEEP_ALIVE = 15_000
/** Sessions of one token, and of all together. */
const MAX_PER_TOKEN = 1000
const MAX_TOTAL = 10_000
/** Ids of sessions that their clients ended, so that these do not come back. */
const MAX_ENDED = 10_000
/** The first revision whose streams begin with an event to come back to. */
const PRIMES_SINCE = '2025-11-25'

/** A conversation with a client of the legacy era. */
export interface Session extends Client {
  readonly id: string
  /** Who opened it: another token that shows the same id is told that there is no such session. */
  readonly tokenId: string
  /** The endpoint that it belongs to. */
  readonly endpoint: string
  logLevel: string | null
  lastSeen: number
  /** Where messages go that belong to no request. */
  readonly news: EventStream
  readonly log: EventLog
  /** Requests in flight by the client's id as it wrote it. */
  readonly calls: Map<string, { cancel(reason: string): void }>
  /** Our own requests that the client has not answered, by id. */
  readonly asked: Map<string, (answer: Frame | null) => void>
  /** The lists that the client saw last, by method. */
  readonly served: Map<string, Buffer>
  nextAsk: number
}

export const tokenIdOf = (principal: Principal): string => principal.token?.id ?? principal.userId

/** The sessions of clients of the legacy era. @param onGone called once for every session that ends */
export function createSessions(clock: Clock, onGone: (session: Session) => void, logger?: Logger) {
  const sessions = new Map<string, Session>()
  const perToken = new Map<string, number>()
  const ended = new Set<string>()

  function remove(session: Session): void {
    if (!sessions.delete(session.id)) return
    const left = (perToken.get(session.tokenId) ?? 1) - 1
    if (left > 0) perToken.set(session.tokenId, left)
    else perToken.delete(session.tokenId)
    for (const call of session.calls.values()) call.cancel('The session ended')
    session.calls.clear()
    for (const answered of session.asked.values()) answered(null)
    session.asked.clear()
    session.log.close()
    onGone(session)
  }

  const isIdle = (session: Session) => !session.news.attached && session.calls.size === 0

  /** Makes room by the session of the token that was idle for longest: clients often forget to end theirs. */
  function evictIdle(tokenId: string): void {
    let oldest: Session | null = null
    for (const session of sessions.values()) {
      if (session.tokenId === tokenId && isIdle(session) && session.lastSeen < (oldest?.lastSeen ?? Number.POSITIVE_INFINITY))
        oldest = session
    }
    if (oldest) remove(oldest)
  }

  const sweep = setInterval(() => {
    const limit = clock.now() - IDLE_TIMEOUT
    for (const session of sessions.values()) if (session.lastSeen < limit && isIdle(session)) remove(session)
  }, SWEEP_EVERY).unref()
  const keepAlive = setInterval(() => {
    for (const session of sessions.values()) session.log.keepAlive()
  }, KEEP_ALIVE).unref()

  function add(id: string, ticket: SessionTicket, principal: Principal): Session | null {
    const tokenId = tokenIdOf(principal)
    if ((perToken.get(tokenId) ?? 0) >= MAX_PER_TOKEN) evictIdle(tokenId)
    const held = perToken.get(tokenId) ?? 0
    if (held >= MAX_PER_TOKEN || sessions.size >= MAX_TOTAL) return null
    perToken.set(tokenId, held + 1)
    const log = createEventLog(ticket.version >= PRIMES_SINCE, (waiting) =>
      logger?.warn('A client does not read: its stream was ended', { client: clientName(session), waiting }),
    )
    const session: Session = {
      ...ticket,
      era: 'legacy',
      id,
      principal,
      tokenId,
      logLevel: null,
      conversation: log,
      lastSeen: clock.now(),
      news: log.open(),
      log,
      calls: new Map(),
      asked: new Map(),
      served: new Map(),
      nextAsk: 1,
    }
    sessions.set(id, session)
    return session
  }

  return {
    /** @returns null where the token or the gateway has as many sessions as it may have */
    open: (ticket: SessionTicket, principal: Principal, key: string) => add(issueTicket(ticket, key), ticket, principal),

    /** The session of that id, if it belongs to this token and this endpoint; made anew if the gateway has forgotten it. */
    find(id: string, principal: Principal, endpoint: string, key: string): Session | null {
      let session = sessions.get(id)
      if (!session && !ended.has(id)) {
        const ticket = readTicket(id, key)
        if (ticket?.endpoint === endpoint) session = add(id, ticket, principal) ?? undefined
      }
      if (session?.tokenId !== tokenIdOf(principal) || session.endpoint !== endpoint) return null
      session.lastSeen = clock.now()
      return session
    },

    has: (session: Session) => sessions.get(session.id) === session,

    /** The client ended it: its id never works again. */
    end(session: Session): void {
      ended.add(session.id)
      // In the order in which they were added.
      const [oldest] = ended
      if (oldest !== undefined && ended.size > MAX_ENDED) ended.delete(oldest)
      remove(session)
    },

    removeWhere(matches: (session: Session) => boolean): void {
      for (const session of [...sessions.values()]) if (matches(session)) remove(session)
    },

    all: () => sessions.values(),
    count: () => sessions.size,

    close(): void {
      clearInterval(sweep)
      clearInterval(keepAlive)
      for (const session of [...sessions.values()]) remove(session)
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>

/** A request of our own to the client. @returns its id and bytes; `asked` is to be filled by the caller before it is sent */
export function nextRequest(session: Session, method: string, params: Buffer): { id: string; bytes: Buffer } {
  const id = String(session.nextAsk++)
  return { id, bytes: rpcRequest(Buffer.from(id), method, params) }
}
