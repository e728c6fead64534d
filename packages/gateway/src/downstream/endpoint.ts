import type { IncomingMessage, ServerResponse } from 'node:http'
import { ERRORS } from '@local-mcp/contract'
import type { Principal } from '@local-mcp/core'
import type { Logger, ServerId } from '@local-mcp/kernel'
import type { Catalog } from '../catalog/catalog.ts'
import { LEGACY_VERSIONS } from '../upstream/connection.ts'
import { type Frame, isFrame, readFrame, stringOf } from '../wire/frame.ts'
import type { Span } from '../wire/json-scan.ts'
import { BodyTooLarge, createReply, readBody, rpcError, rpcResult, STREAM_HEADERS, sendEmpty, sendJson } from './reply.ts'
import type { Session, Sessions } from './sessions.ts'
import type { ToolCaller } from './tool-caller.ts'

/** One MCP endpoint: a profile, or a single server. */
export interface EndpointView {
  /** Tells endpoints apart; a session belongs to one. */
  readonly key: string
  /** Slug of the profile or server that it leads to now. */
  readonly label: string
  readonly name: string
  readonly description: string | null
  readonly serverIds: readonly ServerId[]
  catalog(): Catalog
  /** Starts what is not running; waits a bounded time for servers whose tools were never listed. */
  prepare(): Promise<void>
}

export interface EndpointOptions {
  readonly sessions: Sessions
  readonly callTool: ToolCaller
  readonly version: string
  readonly logger: Logger
}

/** The header may be absent: then the session's version counts. */
const unsupportedVersion = (req: IncomingMessage): boolean => {
  const version = req.headers['mcp-protocol-version']
  return version !== undefined && !LEGACY_VERSIONS.includes(String(version))
}

const idOf = (frame: Frame): Buffer => {
  const { start, end } = frame.id as Span
  return frame.bytes.subarray(start, end)
}

/**
 * Speaks Streamable HTTP of the revisions with sessions (2025-03-26 to 2025-11-25) to one client. Whatever it
 * refuses, it refuses with the status that the specification names.
 */
export function createEndpoint({ sessions, callTool, version, logger }: EndpointOptions) {
  const tokenId = (principal: Principal) => principal.token?.id ?? principal.userId

  function initialize(frame: Frame, res: ServerResponse, view: EndpointView, principal: Principal): void {
    const { params } = JSON.parse(frame.bytes.toString('utf8')) as {
      params?: { protocolVersion?: unknown; clientInfo?: { name?: unknown } }
    }
    const asked = String(params?.protocolVersion)
    const protocolVersion = LEGACY_VERSIONS.includes(asked) ? asked : (LEGACY_VERSIONS[0] as string)
    const name = params?.clientInfo?.name
    const session = sessions.open({
      tokenId: tokenId(principal),
      endpoint: view.key,
      protocolVersion,
      clientName: typeof name === 'string' ? name.slice(0, 100) : null,
    })
    if (!session) {
      const { rpc, title } = ERRORS.RATE_LIMITED
      sendJson(res, 429, rpcError(idOf(frame), rpc, `${title}: close sessions that are not used any more`), { 'retry-after': '60' })
      return
    }
    const result = {
      protocolVersion,
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'local-mcp-gateway', title: view.name, version },
      ...(view.description ? { instructions: view.description } : {}),
    }
    sendJson(res, 200, rpcResult(idOf(frame), Buffer.from(JSON.stringify(result))), { 'mcp-session-id': session.id })
  }

  async function answer(
    frame: Frame,
    req: IncomingMessage,
    res: ServerResponse,
    view: EndpointView,
    session: Session,
    principal: Principal,
  ): Promise<void> {
    const id = idOf(frame)
    switch (frame.method) {
      case 'ping':
        sendJson(res, 200, rpcResult(id, Buffer.from('{}')))
        return
      case 'tools/list': {
        if (frame.params.cursor) {
          sendJson(res, 200, rpcError(id, -32602, 'Unknown cursor'))
          return
        }
        await view.prepare()
        const { toolsResult } = view.catalog()
        session.servedTools = toolsResult
        sendJson(res, 200, rpcResult(id, toolsResult))
        return
      }
      case 'tools/call': {
        const name = stringOf(frame.bytes, frame.params.name)
        if (name === null) {
          sendJson(res, 200, rpcError(id, -32602, 'params.name must be the name of a tool'))
          return
        }
        let route = view.catalog().route(name)
        if (!route) {
          // Perhaps a tool of a server that was never listed yet.
          await view.prepare()
          route = view.catalog().route(name)
          // The token may have been revoked while we waited.
          if (!sessions.has(session)) {
            sendGone(res, id)
            return
          }
        }
        if (!route) {
          sendJson(res, 200, rpcError(id, -32602, `Unknown tool: ${name}`))
          return
        }
        callTool({ frame, id: Buffer.from(id), name, route, view, session, principal, reply: createReply(req, res) })
        return
      }
      default:
        sendJson(res, 200, rpcError(id, -32601, `Method not found: ${frame.method}`))
    }
  }

  function onNotification(frame: Frame, session: Session): void {
    if (frame.method !== 'notifications/cancelled' || !frame.params.requestId) return
    const { start, end } = frame.params.requestId
    const key = frame.bytes.toString('utf8', start, end)
    session.calls.get(key)?.cancel('The client cancelled the request')
    session.calls.delete(key)
  }

  async function post(req: IncomingMessage, res: ServerResponse, view: EndpointView, principal: Principal): Promise<void> {
    if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
      sendJson(res, 415, rpcError(null, -32600, ERRORS.UNSUPPORTED_MEDIA_TYPE.next))
      return
    }
    let body: Buffer
    try {
      body = await readBody(req)
    } catch (error) {
      if (error instanceof BodyTooLarge) sendJson(res, 413, rpcError(null, -32600, ERRORS.PAYLOAD_TOO_LARGE.title), { connection: 'close' })
      return
    }
    const frame = readFrame(body)
    if (!isFrame(frame)) {
      sendJson(res, 400, rpcError(frame.id, frame.code, frame.message))
      return
    }
    const id = frame.kind === 'request' ? idOf(frame) : null
    if (frame.kind === 'request' && frame.method === 'initialize') {
      initialize(frame, res, view, principal)
      return
    }
    if (unsupportedVersion(req)) {
      sendJson(res, 400, rpcError(id, -32600, `Unsupported protocol version; supported: ${LEGACY_VERSIONS.join(', ')}`))
      return
    }
    const session = findSession(req, res, view, principal, id)
    if (!session) return
    if (frame.kind === 'request') {
      if (session.calls.has(idOf(frame).toString('utf8'))) {
        sendJson(res, 400, rpcError(id, -32600, 'A request with this id is already in flight'))
        return
      }
      await answer(frame, req, res, view, session, principal)
      return
    }
    if (frame.kind === 'notification') onNotification(frame, session)
    sendEmpty(res, 202)
  }

  function findSession(
    req: IncomingMessage,
    res: ServerResponse,
    view: EndpointView,
    principal: Principal,
    id: Buffer | null,
  ): Session | null {
    const header = req.headers['mcp-session-id']
    if (typeof header !== 'string' || header === '') {
      sendJson(res, 400, rpcError(id, -32600, 'Mcp-Session-Id is missing: send initialize first'))
      return null
    }
    const session = sessions.find(header, tokenId(principal), view.key)
    if (!session) sendGone(res, id)
    return session
  }

  const sendGone = (res: ServerResponse, id: Buffer | null) =>
    sendJson(res, 404, rpcError(id, -32600, 'The session does not exist (any more): send initialize again'))

  function listen(req: IncomingMessage, res: ServerResponse, view: EndpointView, principal: Principal): void {
    if (!req.headers['mcp-session-id']) {
      sendJson(res, 405, rpcError(null, -32600, 'There is nothing to listen to without a session'), { allow: 'POST' })
      return
    }
    const session = findSession(req, res, view, principal, null)
    if (!session) return
    // The newest stream wins: the old one is often a connection that the client has lost.
    session.stream?.end()
    session.stream = res
    res.writeHead(200, STREAM_HEADERS)
    res.flushHeaders()
    res.once('close', () => {
      if (session.stream === res) session.stream = null
    })
  }

  return {
    /** Handles one request to the endpoint of `view` by somebody who may use it. */
    async handle(req: IncomingMessage, res: ServerResponse, view: EndpointView, principal: Principal): Promise<void> {
      if (req.method === 'POST') await post(req, res, view, principal)
      else if (req.method === 'GET') listen(req, res, view, principal)
      else if (req.method === 'DELETE') {
        const session = findSession(req, res, view, principal, null)
        if (!session) return
        sessions.remove(session)
        sendEmpty(res, 200)
      } else sendJson(res, 405, rpcError(null, -32600, ERRORS.METHOD_NOT_ALLOWED.title), { allow: 'POST, GET, DELETE' })
    },

    /** Tells the sessions of an endpoint whose tool list is no longer the one that they saw. */
    toolsChanged(view: EndpointView): void {
      const { toolsResult } = view.catalog()
      for (const session of sessions.all()) {
        if (session.endpoint !== view.key || !session.servedTools || session.servedTools.equals(toolsResult)) continue
        session.servedTools = toolsResult
        sessions.notify(session, LIST_CHANGED)
        logger.debug('Told a client that the tools changed', { endpoint: view.key })
      }
    },
  }
}

const LIST_CHANGED = Buffer.from('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}')
