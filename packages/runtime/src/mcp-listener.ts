import type { IncomingMessage, ServerResponse } from 'node:http'
import { ERRORS, type ErrorCode, type Readiness } from '@local-mcp/contract'
import type { ArrivalLog, Context, Door, PoolService, Principal, TokenGate, TokenService, TokenUsageLog } from '@local-mcp/core'
import { bearerToken, type Gateway, refuseForeign } from '@local-mcp/gateway'
import { AppError, type Clock, type Logger } from '@local-mcp/kernel'
import { noteRefused } from './clients/door-watch.ts'
import { problemOf, toAppError } from './errors.ts'
import type { RequestHandler } from './http-listener.ts'
import type { OAuthCallback } from './oauth-callback.ts'
import type { Rest } from './rest.ts'
import { noteRefusal, trackUse } from './track-use.ts'

export interface McpListenerOptions {
  readonly gateway: Gateway
  readonly rest: () => Promise<Rest>
  readonly tokens: TokenService
  readonly usage: TokenUsageLog
  readonly pool: PoolService
  readonly arrivals: Pick<ArrivalLog, 'note'>
  readonly callback: Pick<OAuthCallback, 'handle' | 'isReturn'>
  readonly ready: () => Promise<Readiness>
  readonly port: () => number
  readonly corsOrigins: ReadonlySet<string>
  readonly clock: Clock
  readonly logger: Logger
}

/** Pages where a client that was refused looks for a sign-in, wherever below an endpoint it puts them. */
const WELL_KNOWN = '/.well-known/'
/** Where clients register and sign in when none of these pages says otherwise. */
const SIGN_IN = new Set(['/register', '/authorize', '/token'])
const NO_SIGN_IN = 'This gateway has no sign-in. Make a token on its Clients page and send it as "Authorization: Bearer …".'
const PROFILE = /^\/(?:api\/)?mcp\/([^/]+)$/
const PROFILE_INFO = /^\/(?:api\/)?mcp\/([^/]+)\/info$/
const SLOT = /^\/s\/\d+$/
/** The two addresses of the first HTTP carrier, below either kind of endpoint. */
const PROFILE_SSE = /^\/(?:api\/)?mcp\/([^/]+)\/(sse|message)$/
const SLOT_SSE = /^\/s\/\d+\/(?:sse|message)$/
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\]):/i
/** Discovery, which has its own form. */
const NOT_PROFILES = new Set(['servers'])

function sendJson(res: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  if (res.headersSent || res.destroyed) return
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, 'cache-control': 'no-store', ...headers })
  res.end(bytes)
}

/** Requests to an endpoint of the pool that its address alone does not show to be one. */
const toEndpoint = new WeakSet<IncomingMessage>()

/** MCP clients read JSON-RPC errors, everybody else problems. */
export function sendError(
  req: IncomingMessage,
  res: ServerResponse,
  error: AppError,
  headers: Readonly<Record<string, string>> = {},
): void {
  const problem = problemOf(error)
  noteRefusal(res, error)
  const isMcp = toEndpoint.has(req) || speaksMcp(pathOf(req))
  const { rpc } = ERRORS[error.code as ErrorCode]
  const body = isMcp
    ? {
        jsonrpc: '2.0',
        id: null,
        error: { code: rpc ?? -32603, message: `${problem.title}: ${problem.detail}`, data: { code: problem.code, next: problem.next } },
      }
    : problem
  sendJson(res, problem.status, body, {
    ...(isMcp ? {} : { 'content-type': 'application/problem+json' }),
    ...(error.code === 'UNAUTHORIZED' ? challenge(req) : {}),
    ...(typeof error.data.retryAfter === 'number' ? { 'retry-after': String(error.data.retryAfter) } : {}),
    ...headers,
  })
}

function speaksMcp(path: string): boolean {
  const slug = (PROFILE.exec(path) ?? PROFILE_SSE.exec(path))?.[1]
  return SLOT.test(path) || SLOT_SSE.test(path) || (slug !== undefined && !NOT_PROFILES.has(slug))
}

/** No resource_metadata: these tokens are made in the app, there is no sign-in to look for. */
function challenge(req: IncomingMessage): Record<string, string> {
  const realm = 'Bearer realm="local-mcp-gateway"'
  return { 'www-authenticate': req.headers.authorization === undefined ? realm : `${realm}, error="invalid_token"` }
}

/** The two questions that are open to everybody. @returns whether it was one of them */
export async function answerHealth(
  req: IncomingMessage,
  res: ServerResponse,
  ready: () => Readiness | Promise<Readiness>,
): Promise<boolean> {
  const path = pathOf(req)
  if (path === '/health') {
    if (req.method === 'GET' || req.method === 'HEAD') sendJson(res, 200, { status: 'ok' })
    else sendError(req, res, new AppError('METHOD_NOT_ALLOWED', 'Use GET'), { allow: 'GET, HEAD' })
    return true
  }
  if (path !== '/health/ready' && path !== '/ready') return false
  const readiness = await ready()
  sendJson(res, readiness.status === 'ready' ? 200 : 503, readiness)
  return true
}

export interface McpHandler {
  readonly handle: RequestHandler
  /** Serves one request to a profile for somebody who was let in elsewhere, from a pipe. */
  handlePiped(req: IncomingMessage, res: ServerResponse, principal: Principal): void
}

/**
 * The door that clients come through: where from, who, then which room. The order matters: a foreign page learns
 * nothing, not even which addresses exist.
 */
export function createMcpHandler(options: McpListenerOptions): McpHandler {
  const { gateway, rest, tokens, usage, pool, arrivals, callback, ready, corsOrigins, clock, logger } = options

  /** Who shows which token, if it may be used here and now. @throws AppError UNAUTHORIZED, FORBIDDEN, RATE_LIMITED */
  function admit(gate: TokenGate | null, shown: string | null, door: Door, req: IncomingMessage): Principal {
    if (!gate) {
      if (shown !== null) throw tokens.refuseUnknown()
      const { authorization } = req.headers
      throw new AppError('UNAUTHORIZED', authorization === undefined ? 'The request has no token' : 'The token is not valid (any more)')
    }
    const refused = gate.admit(door, req.socket.remoteAddress, clock.now())
    if (refused) throw refused
    return gate.principal
  }

  function allowOrigin(req: IncomingMessage, res: ServerResponse): boolean {
    const { origin } = req.headers
    if (!origin || !corsOrigins.has(origin)) return false
    res.setHeader('access-control-allow-origin', origin)
    res.setHeader('vary', 'Origin')
    res.setHeader('access-control-expose-headers', 'Mcp-Session-Id, Retry-After')
    return true
  }

  async function route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = pathOf(req)
    const shown = bearerToken(req)
    const gate = shown === null ? null : tokens.known(shown)
    if (gate) trackUse(usage, gate, req, res, path, clock)
    const fromElsewhere = callback.isReturn(req)
    const foreign = refuseForeign(req, { port: options.port(), corsOrigins, hosts: pool.hosts(), fromElsewhere })
    if (foreign) {
      throw new AppError('FORBIDDEN_ORIGIN', foreign, { data: { reason: foreign.startsWith('Host') ? 'host' : 'origin' } })
    }
    const cors = allowOrigin(req, res)
    if (cors && req.method === 'OPTIONS') {
      res.writeHead(204, {
        'access-control-allow-methods': 'GET, POST, PUT, DELETE',
        'access-control-allow-headers':
          'authorization, content-type, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id',
        'access-control-max-age': '600',
      })
      res.end()
      return
    }
    if (await answerHealth(req, res, ready)) return
    if (LOOPBACK.test(req.headers.host ?? '') && callback.handle(req, res)) return
    if (path.includes(WELL_KNOWN) || SIGN_IN.has(path)) {
      // Clients read this as an answer of OAuth, and show its description to their user.
      sendJson(res, 404, { error: 'invalid_request', error_description: NO_SIGN_IN, code: 'NOT_FOUND' })
      return
    }

    // A name that the owner routes here leads to the endpoints that bear it, and to nothing else.
    const host = req.headers.host ?? ''
    const slug = LOOPBACK.test(host) ? PROFILE.exec(path)?.[1] : undefined
    const entry = slug === undefined ? pool.find(host, path) : null
    if (entry) toEndpoint.add(req)
    const principal = admit(gate, shown, entry || speaksMcp(path) ? 'mcp' : 'api', req)

    if (slug && !NOT_PROFILES.has(slug)) {
      await gateway.handleProfile(req, res, decodeURIComponent(slug), principal)
      return
    }
    if (entry) {
      if (entry.part) await gateway.handleSse(req, res, entry.part, { endpointKey: entry.key }, principal)
      else await gateway.handleServer(req, res, entry.key, principal)
      return
    }
    if (SLOT.test(path) || SLOT_SSE.test(path)) throw new AppError('SERVER_NOT_FOUND', 'No server has this endpoint')
    if (!LOOPBACK.test(host)) throw new AppError('NOT_FOUND', `There is nothing at ${path.slice(0, 200)}`)
    const [, oldSlug, oldPart] = PROFILE_SSE.exec(path) ?? []
    if (oldSlug && !NOT_PROFILES.has(oldSlug)) {
      await gateway.handleSse(req, res, oldPart as 'sse' | 'message', { slug: decodeURIComponent(oldSlug) }, principal)
      return
    }
    const infoOf = PROFILE_INFO.exec(path)?.[1]
    if (infoOf && !NOT_PROFILES.has(infoOf) && req.method === 'GET') {
      sendJson(res, 200, gateway.info(decodeURIComponent(infoOf), principal))
      return
    }
    if (path === '/openapi.json' && req.method === 'GET') {
      sendJson(res, 200, await (await rest()).openapi())
      return
    }
    if (path.startsWith('/api/')) {
      const gone = new AbortController()
      res.once('close', () => gone.abort())
      const context: Context = { principal, source: 'rest', signal: gone.signal }
      if (await (await rest()).handle(req, res, context, () => gate?.isOpen(clock.now()) === true)) return
    }
    throw new AppError('NOT_FOUND', `There is nothing at ${path.slice(0, 200)}`)
  }

  async function routePiped(req: IncomingMessage, res: ServerResponse, principal: Principal): Promise<void> {
    const slug = PROFILE.exec(pathOf(req))?.[1]
    if (!slug) throw new AppError('NOT_FOUND', 'There is nothing here')
    await gateway.handleProfile(req, res, decodeURIComponent(slug), principal, true)
  }

  const answer = (req: IncomingMessage, res: ServerResponse, work: Promise<void>, piped: Principal | null) =>
    void work.catch((error: unknown) => {
      const known = error instanceof URIError ? new AppError('NOT_FOUND', 'The address is not valid') : toAppError(error, logger)
      noteRefused(arrivals, req, pathOf(req), piped ?? principalOf(req), known)
      sendError(req, res, known)
    })
  /** Looked up anew: requests are refused seldom. */
  const principalOf = (req: IncomingMessage): Principal | null => {
    const shown = bearerToken(req)
    return shown === null ? null : (tokens.known(shown)?.principal ?? null)
  }
  return {
    handle: (req, res) => answer(req, res, route(req, res), null),
    handlePiped: (req, res, principal) => answer(req, res, routePiped(req, res, principal), principal),
  }
}

const pathOf = (req: IncomingMessage): string => (req.url ?? '/').split('?', 1)[0] as string
