import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Clock } from '@local-mcp/kernel'
import type { ForwardedCall } from '../upstream/connection.ts'
import { sseMessage } from '../wire/sse.ts'

/** A session that nobody used for so long is forgotten, in milliseconds. */
const IDLE_TIMEOUT = 24 * 60 * 60 * 1000
const SWEEP_EVERY = 60_000
const KEEP_ALIVE = 15_000
/** Sessions of one token, and of all together. */
const MAX_PER_TOKEN = 1000
const MAX_TOTAL = 10_000

export interface Session {
  readonly id: string
  /** Who opened it: another token that shows the same id is told that there is no such session. */
  readonly tokenId: string
  /** The endpoint that it belongs to. */
  readonly endpoint: string
  readonly protocolVersion: string
  readonly clientName: string | null
  lastSeen: number
  /** Where the server's own messages go; at most one, the newest. */
  stream: ServerResponse | null
  /** Calls in flight by the client's id as it wrote it. */
  readonly calls: Map<string, ForwardedCall>
  /** The tool list that the client saw last. */
  servedTools: Buffer | null
}

/** The sessions of clients of the eras that have them. */
export function createSessions(clock: Clock) {
  const sessions = new Map<string, Session>()
  const perToken = new Map<string, number>()

  function remove(session: Session): void {
    if (!sessions.delete(session.id)) return
    const left = (perToken.get(session.tokenId) ?? 1) - 1
    if (left > 0) perToken.set(session.tokenId, left)
    else perToken.delete(session.tokenId)
    for (const call of session.calls.values()) call.cancel('The session ended')
    session.calls.clear()
    session.stream?.end()
    session.stream = null
  }

  /** Makes room by the session of the token that was idle for longest: clients often forget to end theirs. */
  function evictIdle(tokenId: string): void {
    let oldest: Session | null = null
    for (const session of sessions.values()) {
      if (
        session.tokenId === tokenId &&
        !session.stream &&
        session.calls.size === 0 &&
        session.lastSeen < (oldest?.lastSeen ?? Number.POSITIVE_INFINITY)
      )
        oldest = session
    }
    if (oldest) remove(oldest)
  }

  const sweep = setInterval(() => {
    const limit = clock.now() - IDLE_TIMEOUT
    for (const session of sessions.values()) if (session.lastSeen < limit && !session.stream && session.calls.size === 0) remove(session)
  }, SWEEP_EVERY).unref()
  const keepAlive = setInterval(() => {
    for (const session of sessions.values()) session.stream?.write(': keep-alive\n\n')
  }, KEEP_ALIVE).unref()

  return {
    /** @returns null where the token or the gateway has as many sessions as it may have */
    open(fields: Pick<Session, 'tokenId' | 'endpoint' | 'protocolVersion' | 'clientName'>): Session | null {
      if ((perToken.get(fields.tokenId) ?? 0) >= MAX_PER_TOKEN) evictIdle(fields.tokenId)
      const held = perToken.get(fields.tokenId) ?? 0
      if (held >= MAX_PER_TOKEN || sessions.size >= MAX_TOTAL) return null
      perToken.set(fields.tokenId, held + 1)
      const session: Session = {
        ...fields,
        id: randomBytes(24).toString('base64url'),
        lastSeen: clock.now(),
        stream: null,
        calls: new Map(),
        servedTools: null,
      }
      sessions.set(session.id, session)
      return session
    },

    /** The session of that id, if it belongs to this token and this endpoint. */
    find(id: string, tokenId: string, endpoint: string): Session | null {
      const session = sessions.get(id)
      if (session?.tokenId !== tokenId || session.endpoint !== endpoint) return null
      session.lastSeen = clock.now()
      return session
    },

    has: (session: Session) => sessions.get(session.id) === session,

    remove,

    removeWhere(matches: (session: Session) => boolean): void {
      for (const session of [...sessions.values()]) if (matches(session)) remove(session)
    },

    all: () => sessions.values(),

    /** Sends a message of the server on the session's stream, if the client listens. */
    notify(session: Session, message: Buffer): void {
      session.stream?.write(sseMessage(message))
    },

    close(): void {
      clearInterval(sweep)
      clearInterval(keepAlive)
      for (const session of [...sessions.values()]) remove(session)
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>
