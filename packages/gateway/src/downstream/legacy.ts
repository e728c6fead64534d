import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { ERRORS } from '@local-mcp/contract'
import type { Principal } from '@local-mcp/core'
import { isObject } from '@local-mcp/kernel'
import { CODES, LEGACY_VERSIONS, LOG_LEVELS, NEWEST_LEGACY } from '../protocol/revisions.ts'
import { type Frame, isFrame, parseSpan, readFrame, stringOf } from '../wire/frame.ts'
import { membersOf, toJson } from '../wire/json-edit.ts'
import { type Span, skipSpace, skipValue, walkArray } from '../wire/json-scan.ts'
import { rpcError, rpcResult } from '../wire/messages.ts'
import { guestFacts, type OnArrived } from './arrived.ts'
import type { LiveCallHistory } from './call-history.ts'
import type { EndpointView } from './endpoint.ts'
import { type ClientRequest, gatewayInfo, type Methods } from './methods.ts'
import { createReply, type Reply, STREAM_HEADERS, sendEmpty, sendJson } from './reply.ts'
import { assertMayAsk } from './rights.ts'
import type { SessionTicket } from './session-ticket.ts'
import type { Session, Sessions } from './sessions.ts'
import { type Subscriber, type Subscriptions, withSubscription } from './subscriptions.ts'

/** The only revision whose clients may put several messages into one request. */
const BATCHES_IN = '2025-03-26'
const MAX_BATCH = 100
const MAX_SUBSCRIPTIONS = 1000
/** What a client says of itself is kept for as long as its session, parsed: more is not read, in bytes. */
const MAX_INTRODUCTION = 64 * 1024
const GONE = 'The session does not exist (any more): send initialize again'
const NO_PARAMS = Buffer.from('{}')

export interface LegacyOptions {
  readonly sessions: Sessions
  readonly methods: Methods
  readonly subscriptions: Subscriptions
  readonly history: LiveCallHistory
  readonly version: string
  readonly onArrived: OnArrived
}

/** Where a request came from: the same for all that arrive over one connection. */
export interface Arrival {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly view: EndpointView
  readonly principal: Principal
  /** What has to agree with the body; null where it came over a pipe, which has no headers. */
  readonly headers: IncomingHttpHeaders | null
  /** The bearer token, which seals what the client keeps for us. */
  readonly key: string
  /** Whether the token that let it in still would: it may be revoked while the body arrives, or a server starts. */
  readonly isWelcome: () => boolean
}

const idOf = (frame: Frame): Buffer => {
  const { start, end } = frame.id as Span
  return Buffer.from(frame.bytes.subarray(start, end))
}

/** The header may be absent: then the session's version counts. */
const unsupportedVersion = (req: IncomingMessage): boolean => {
  const version = req.headers['mcp-protocol-version']
  return version !== undefined && !LEGACY_VERSIONS.includes(String(version))
}

export const INTRODUCTION_TOO_LONG = `The params of initialize are longer than ${MAX_INTRODUCTION} bytes`

/** What a client says of itself in `initialize`. @returns null where that is too long */
export function ticketOf(frame: Frame, view: EndpointView): SessionTicket | null {
  if (frame.paramsSpan && frame.paramsSpan.end - frame.paramsSpan.start > MAX_INTRODUCTION) return null
  const params = frame.paramsSpan ? parseSpan(frame.bytes, frame.paramsSpan) : {}
  const { protocolVersion, capabilities, clientInfo } = isObject(params) ? params : {}
  const asked = String(protocolVersion)
  return {
    endpoint: view.key,
    version: LEGACY_VERSIONS.includes(asked) ? asked : NEWEST_LEGACY,
    capabilities: isObject(capabilities) ? capabilities : {},
    info: isObject(clientInfo) ? clientInfo : {},
  }
}

/** Everything here is honoured by the gateway itself, whatever the servers behind it can do. */
export const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
}

export function initializeResult(view: EndpointView, protocolVersion: string, version: string): Buffer {
  const { instructions } = view
  return toJson({
    protocolVersion,
    capabilities: CAPABILITIES,
    serverInfo: { ...gatewayInfo(version), title: view.name },
    ...(instructions ? { instructions } : {}),
  })
}

/**
 * Speaks the revisions with sessions (2024-11-05 to 2025-11-25). Whatever it refuses, it refuses with the status that
 * the specification names.
 */
export function createLegacy({ sessions, methods, subscriptions, history, version, onArrived }: LegacyOptions) {
  function initialize(frame: Frame, { res, view, principal, key }: Arrival): void {
    const ticket = ticketOf(frame, view)
    if (!ticket) {
      sendJson(res, 413, rpcError(idOf(frame), CODES.invalidParams, INTRODUCTION_TOO_LONG))
      return
    }
    const session = sessions.open(ticket, principal, key)
    if (!session) {
      const { rpc, title } = ERRORS.RATE_LIMITED
      sendJson(res, 429, rpcError(idOf(frame), rpc, `${title}: close sessions that are not used any more`), { 'retry-after': '60' })
      return
    }
    onArrived({ kind: 'connected', ...guestFacts(session, view) })
    const answer = rpcResult(idOf(frame), initializeResult(view, ticket.version, version))
    sendJson(res, 200, answer, { 'mcp-session-id': session.id })
    history.own({ frame, client: session, view }, answer)
  }

  async function answer(request: ClientRequest & { session: Session }): Promise<void> {
    const { frame, reply, id } = request
    switch (frame.method) {
      case 'ping':
        reply.end(rpcResult(id, NO_PARAMS))
        return
      case 'logging/setLevel':
        setLevel(request)
        return
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        await subscribe(request)
        return
      default:
        if (!(await methods.handle(request))) reply.end(rpcError(id, CODES.methodNotFound, `Method not found: ${frame.method}`))
    }
  }

  function setLevel({ frame, session, view, reply, id }: ClientRequest & { session: Session }): void {
    const level = stringOf(frame.bytes, membersOf(frame.bytes, frame.paramsSpan).get('level') ?? null) ?? ''
    if (!LOG_LEVELS.includes(level)) {
      reply.end(rpcError(id, CODES.invalidParams, `params.level must be one of ${LOG_LEVELS.join(', ')}`))
      return
    }
    session.logLevel = level
    view.logLevelChanged()
    reply.end(rpcResult(id, NO_PARAMS))
  }

  async function subscribe(request: ClientRequest & { session: Session }): Promise<void> {
    const { frame, session, reply, id } = request
    const uri = stringOf(frame.bytes, frame.params.uri)
    if (uri === null) {
      reply.end(rpcError(id, CODES.invalidParams, 'params.uri must be the URI of a resource'))
      return
    }
    if (frame.method === 'resources/unsubscribe') subscriptions.remove(uri, subscriberOf(session, request.view))
    else if (subscriptions.count(subscriberOf(session, request.view)) >= MAX_SUBSCRIPTIONS) {
      reply.end(rpcError(id, ERRORS.RATE_LIMITED.rpc, `A session may subscribe to ${MAX_SUBSCRIPTIONS} resources`))
      return
    } else {
      const owners = await methods.ownersOf(request, uri)
      if (!owners || !request.isWelcome()) return
      const watched = owners.map((server) => subscriptions.add(server, uri, subscriberOf(session, request.view)))
      if (watched.includes(false)) {
        reply.end(rpcError(id, ERRORS.RATE_LIMITED.rpc, 'The server has too many resources to watch already'))
        return
      }
    }
    reply.end(rpcResult(id, NO_PARAMS))
  }

  function onNotification(frame: Frame, session: Session, view: EndpointView): void {
    if (frame.method === 'notifications/roots/list_changed') view.rootsChanged()
    if (frame.method !== 'notifications/cancelled' || !frame.params.requestId) return
    const { start, end } = frame.params.requestId
    const key = frame.bytes.toString('utf8', start, end)
    session.calls.get(key)?.cancel('The client cancelled the request')
    session.calls.delete(key)
  }

  /** Takes one message of a session. @returns false for a request whose id is in use */
  function take(frame: Frame, session: Session, arrival: Arrival, reply: () => Reply): boolean {
    if (frame.kind === 'notification') onNotification(frame, session, arrival.view)
    else if (frame.kind === 'response') {
      const id = frame.id ? parseSpan(frame.bytes, frame.id) : null
      session.asked.get(String(id))?.(frame)
    } else {
      const id = idOf(frame)
      if (session.calls.has(id.toString('utf8'))) return false
      const mine = history.watch({ frame, client: session, view: arrival.view }, reply())
      const request = {
        frame,
        id,
        client: session,
        session,
        key: arrival.key,
        view: arrival.view,
        reply: mine,
        headers: null,
        isWelcome: () => sessions.has(session),
      }
      answer(request)
        .then(() => {
          if (!sessions.has(session)) mine.end(rpcError(id, CODES.invalidRequest, GONE), 404)
        })
        .catch((error: unknown) => mine.end(rpcError(id, CODES.internal, error instanceof Error ? error.message : 'Internal error')))
    }
    return true
  }

  function findSession({ req, res, view, principal, key }: Arrival, id: Buffer | null): Session | null {
    const header = req.headers['mcp-session-id']
    if (typeof header !== 'string' || header === '') {
      sendJson(res, 400, rpcError(id, CODES.invalidRequest, 'Mcp-Session-Id is missing: send initialize first'))
      return null
    }
    const session = sessions.find(header, principal, view.key, key)
    if (!session) sendJson(res, 404, rpcError(id, CODES.invalidRequest, GONE))
    return session
  }

  /** Several messages in one request. Every request is answered in one array, when all are. @throws AppError FORBIDDEN */
  function batch(body: Buffer, arrival: Arrival): void {
    const { res } = arrival
    const session = findSession(arrival, null)
    if (!session) return
    if (session.version !== BATCHES_IN) {
      sendJson(res, 400, rpcError(null, CODES.invalidRequest, `Batches are not accepted in ${session.version}`))
      return
    }
    const messages: Buffer[] = []
    walkArray(body, skipSpace(body, 0), (start) => {
      const end = skipValue(body, start, Number.POSITIVE_INFINITY)
      messages.push(body.subarray(start, end))
      return end
    })
    if (messages.length === 0 || messages.length > MAX_BATCH) {
      sendJson(res, 400, rpcError(null, CODES.invalidRequest, `A batch has 1 to ${MAX_BATCH} messages`))
      return
    }
    const frames = messages.map((message) => readFrame(message))
    for (const frame of frames) if (isFrame(frame)) assertMayAsk(frame, arrival.principal)
    const answers: Buffer[] = []
    let open = 1
    const close = () => {
      if (--open > 0) return
      if (answers.length === 0) sendEmpty(res, 202)
      else
        sendJson(
          res,
          200,
          Buffer.concat([Buffer.from('['), ...answers.flatMap((one, i) => (i === 0 ? [one] : [Buffer.from(','), one])), Buffer.from(']')]),
        )
    }
    const collect = (): Reply => {
      let ended = false
      open++
      return {
        notify() {},
        request: () => false,
        end(message) {
          if (ended) return
          ended = true
          answers.push(message)
          close()
        },
        large: () => null,
        onGone() {},
      }
    }
    for (const frame of frames) {
      if (!isFrame(frame)) answers.push(rpcError(frame.id, frame.code, frame.message))
      else if (!take(frame, session, arrival, collect)) answers.push(rpcError(idOf(frame), CODES.invalidRequest, IN_FLIGHT))
    }
    close()
  }

  const subscribers = new WeakMap<Session, Subscriber>()
  function subscriberOf(session: Session, view: EndpointView): Subscriber {
    const known = subscribers.get(session)
    if (known) return known
    const created = { view, resourceUpdated: (frame: Frame) => session.news.send(withSubscription(frame, null)) }
    subscribers.set(session, created)
    return created
  }

  return {
    initialize,
    batch,
    take,
    post(frame: Frame, arrival: Arrival): void {
      const { req, res } = arrival
      const id = frame.kind === 'request' ? idOf(frame) : null
      if (unsupportedVersion(req)) {
        sendJson(res, 400, rpcError(id, CODES.invalidRequest, `Unsupported protocol version; supported: ${LEGACY_VERSIONS.join(', ')}`))
        return
      }
      const session = findSession(arrival, id)
      if (!session) return
      if (!take(frame, session, arrival, () => createReply(req, res, session.log))) {
        sendJson(res, 400, rpcError(id, CODES.invalidRequest, IN_FLIGHT))
      } else if (frame.kind !== 'request') sendEmpty(res, 202)
    },

    listen(arrival: Arrival): void {
      const { req, res } = arrival
      if (!req.headers['mcp-session-id']) {
        sendJson(res, 405, rpcError(null, CODES.invalidRequest, 'There is nothing to listen to without a session'), { allow: 'POST' })
        return
      }
      const session = findSession(arrival, null)
      if (!session) return
      res.writeHead(200, STREAM_HEADERS)
      res.flushHeaders()
      const after = req.headers['last-event-id']
      if (typeof after !== 'string' || !session.log.resume(after, res)) session.news.attach(res)
    },

    end(arrival: Arrival): void {
      const session = findSession(arrival, null)
      if (!session) return
      sessions.end(session)
      sendEmpty(arrival.res, 200)
    },

    /** What a session that is gone had subscribed to. */
    forget(session: Session): void {
      const subscriber = subscribers.get(session)
      if (subscriber) subscriptions.removeAll(subscriber)
    },
  }
}

const IN_FLIGHT = 'A request with this id is already in flight'

export type Legacy = ReturnType<typeof createLegacy>
