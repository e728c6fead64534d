import { ERRORS } from '@local-mcp/contract'
import { CODES } from '../protocol/revisions.ts'
import { type Frame, isFrame, readFrame } from '../wire/frame.ts'
import type { Span } from '../wire/json-scan.ts'
import { rpcError, rpcResult } from '../wire/messages.ts'
import { guestFacts, type OnArrived } from './arrived.ts'
import { readJsonBody } from './endpoint.ts'
import { type Arrival, INTRODUCTION_TOO_LONG, initializeResult, type Legacy, ticketOf } from './legacy.ts'
import { type Reply, STREAM_HEADERS, sendEmpty, sendJson } from './reply.ts'
import { assertMayAsk } from './rights.ts'
import type { Session, Sessions } from './sessions.ts'

const FIRST_VERSION = '2024-11-05'

export interface HttpSseOptions {
  readonly sessions: Sessions
  readonly legacy: Legacy
  readonly version: string
  readonly onArrived: OnArrived
}

/**
 * Speaks HTTP+SSE, the carrier of 2024-11-05: one stream that brings everything, and an address to post to. Some
 * clients know nothing else.
 */
export function createHttpSse({ sessions, legacy, version, onArrived }: HttpSseOptions) {
  /** Everything goes out on the one stream. */
  function replyOn(session: Session): Reply {
    return {
      notify: (message) => session.news.send(message, true),
      request(message) {
        if (session.news.attached) session.news.send(message)
        return session.news.attached
      },
      end: (message) => session.news.send(message),
      large: () => null,
      onGone() {},
    }
  }

  function initialize(frame: Frame, session: Session, { view }: Arrival): void {
    const { start, end } = frame.id as Span
    const id = frame.bytes.subarray(start, end)
    const ticket = ticketOf(frame, view)
    if (ticket) {
      Object.assign(session, ticket)
      onArrived({ kind: 'connected', ...guestFacts(session, view) })
    }
    replyOn(session).end(
      ticket ? rpcResult(id, initializeResult(view, session.version, version)) : rpcError(id, CODES.invalidParams, INTRODUCTION_TOO_LONG),
    )
  }

  return {
    /** GET: opens the stream, which lives as long as the session. */
    open(arrival: Arrival): void {
      const { req, res, view, principal, key } = arrival
      const session = sessions.open({ endpoint: view.key, version: FIRST_VERSION, capabilities: {}, info: {} }, principal, key)
      if (!session) {
        sendJson(res, 429, rpcError(null, ERRORS.RATE_LIMITED.rpc, ERRORS.RATE_LIMITED.title), { 'retry-after': '60' })
        return
      }
      const path = (req.url ?? '').split('?', 1)[0]?.replace(/\/sse$/, '/message')
      res.writeHead(200, STREAM_HEADERS)
      res.write(`event: endpoint\ndata: ${path}?sessionId=${session.id}\n\n`)
      session.news.attach(res)
      res.once('close', () => sessions.end(session))
    },

    /** POST: takes messages of the client; what there is to say comes on its stream. @throws AppError FORBIDDEN */
    async message(arrival: Arrival): Promise<void> {
      const { req, res, view, principal, key } = arrival
      const body = await readJsonBody(arrival)
      if (!body) return
      const id = new URL(req.url ?? '', 'http://localhost').searchParams.get('sessionId') ?? ''
      // A session without its stream is over: it is never made anew from its id.
      const session = sessions.find(id, principal, view.key, key)
      if (!session?.news.attached) {
        if (session) sessions.end(session)
        sendJson(res, 404, rpcError(null, CODES.invalidRequest, 'The session does not exist (any more): open the stream again'))
        return
      }
      const frame = readFrame(body)
      if (!isFrame(frame)) {
        sendJson(res, 400, rpcError(frame.id, frame.code, frame.message))
        return
      }
      assertMayAsk(frame, principal)
      if (frame.kind === 'request' && frame.method === 'initialize') initialize(frame, session, arrival)
      else if (!legacy.take(frame, session, arrival, () => replyOn(session))) {
        sendJson(res, 400, rpcError(null, CODES.invalidRequest, 'A request with this id is already in flight'))
        return
      }
      sendEmpty(res, 202)
    },
  }
}
