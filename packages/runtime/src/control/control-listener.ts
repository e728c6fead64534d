import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { bearerToken, refuseForeign } from '@local-mcp/gateway'
import { type Clock, type Logger, messageOf } from '@local-mcp/kernel'
import { WebSocketServer } from 'ws'
import type { Host } from '../create-runtime.ts'
import { listenOnLoopback } from '../http-listener.ts'
import { isPage, servePage, serveStatic } from './static-files.ts'

/** A link that nobody opened for so long is worth nothing, in milliseconds. */
const CODE_LIFETIME = 60 * 60 * 1000
const MAX_MESSAGE = 16 * 1024 * 1024
const MAX_BODY = 4096
/** WebSocket close code: the service restarts. */
const CLOSE_RESTART = 1012
const PROTOCOL = 'lmg.v1'
const SESSION_PROTOCOL = 'lmg.session.'

export interface ControlListenerOptions {
  /** Null while the gateway is built anew: connections are refused, and come back. */
  readonly host: () => Host | null
  readonly uiDir: string
  readonly clock: Clock
  readonly logger: Logger
}

export interface ControlListener {
  readonly url: string
  /** A link that opens the window once. The code is in the fragment, which browsers do not send. */
  newLink(): string
  /** Lets another process of this user in, for as long as this one lives. */
  readonly key: string
  /** Ends every connection after what was sent on it; the sessions go on. */
  disconnect(): void
  close(): Promise<void>
}

const secret = () => randomBytes(32).toString('base64url')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * The owner's way in where there is no desktop window: its own port, apart from the one of the clients, because
 * whoever is let in here may start programs. No cookies: they would be shared with every other port of this computer.
 */
export async function startControlListener({ host, uiDir, clock, logger }: ControlListenerOptions): Promise<ControlListener> {
  const codes = new Map<string, number>()
  const sessions = new Map<string, 'window' | 'cli'>()
  const key = secret()
  sessions.set(sha256(key), 'cli')

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  })

  function json(res: ServerResponse, status: number, body: object): void {
    res
      .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      .end(JSON.stringify(body))
  }

  async function exchangeCode(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!req.headers['content-type']?.startsWith('application/json')) return json(res, 415, { error: 'Send JSON' })
    let text = ''
    for await (const chunk of req) {
      text += chunk
      if (text.length > MAX_BODY) return json(res, 413, { error: 'Too long' })
    }
    const code = readCode(text)
    const hash = code === null ? '' : sha256(code)
    const expires = codes.get(hash)
    codes.delete(hash)
    if (expires === undefined || expires < clock.now()) return json(res, 401, { error: 'The link was used already or is too old' })
    const session = secret()
    sessions.set(sha256(session), 'window')
    json(res, 200, { session })
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const foreign = refuseForeign(req, { port: listener.port, corsOrigins: new Set() })
    if (foreign) return json(res, 403, { error: foreign })
    const path = (req.url ?? '/').split('?', 1)[0] as string
    if (path === '/session' && req.method === 'POST') return exchangeCode(req, res)
    if (path === '/session' && req.method === 'GET') {
      const token = bearerToken(req)
      return token && sessions.has(sha256(token)) ? json(res, 200, { ok: true }) : json(res, 401, { error: 'The session has ended' })
    }
    // For `local-mcp-gateway open`: a process that has the key asks for a fresh link.
    if (path === '/link' && req.method === 'POST') {
      const token = bearerToken(req)
      return token && sessions.get(sha256(token)) === 'cli' ? json(res, 200, { url: newLink() }) : json(res, 401, { error: 'Not allowed' })
    }
    // For `local-mcp-gateway stdio`: its client is the owner's, as whoever has the key may read the database.
    if (path.startsWith('/mcp/')) {
      const token = bearerToken(req)
      if (!token || sessions.get(sha256(token)) !== 'cli') return json(res, 401, { error: 'Not allowed' })
      const serving = host()
      if (serving) return serving.servePiped(req, res)
      res.setHeader('retry-after', '1')
      return json(res, 503, { error: 'The gateway is restarting' })
    }
    if (req.method !== 'GET' && req.method !== 'HEAD') return json(res, 405, { error: 'Use GET' })
    if (!isPage(path)) return serveStatic(uiDir, path, res)
    // In recovery nothing can be asked: then the page looks as the computer says.
    const look = await host()
      ?.operations.settings.getAppearance()
      .catch(() => null)
    await servePage(uiDir, res, look ?? null)
  }

  function upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Whoever asked may keep its half of the connection open for ever; we do not.
    const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy())
    socket.on('error', () => {})
    if (refuseForeign(req, { port: listener.port, corsOrigins: new Set() })) return void refuse('403 Forbidden')
    if (req.url !== '/rpc') return void refuse('404 Not Found')
    const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    const token = offered.find((name) => name.startsWith(SESSION_PROTOCOL))?.slice(SESSION_PROTOCOL.length)
    const source = token && sessions.get(sha256(token))
    if (!source) return void refuse('401 Unauthorized')
    const serving = host()
    if (!serving) return void refuse('503 Service Unavailable')
    sockets.handleUpgrade(req, socket, head, (client) => {
      client.on('error', (error) => logger.debug('A control connection failed', { error: messageOf(error) }))
      serving.serveSocket(client, source)
    })
  }

  const listener = await listenOnLoopback(
    (req, res) => {
      handle(req, res).catch((error: unknown) => {
        logger.error('The control listener failed', { error: messageOf(error) })
        if (!res.headersSent) json(res, 500, { error: 'Something went wrong' })
      })
    },
    0,
    logger,
  )
  for (const server of listener.servers) server.on('upgrade', upgrade)
  const url = `http://127.0.0.1:${listener.port}/`

  function newLink(): string {
    const now = clock.now()
    for (const [hash, expires] of codes) if (expires < now) codes.delete(hash)
    const code = secret()
    codes.set(sha256(code), now + CODE_LIFETIME)
    return `${url}#code=${code}`
  }

  return {
    url,
    newLink,
    key,
    disconnect() {
      for (const client of sockets.clients) client.close(CLOSE_RESTART)
    },
    async close() {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      await listener.close()
    },
  }
}

function readCode(text: string): string | null {
  try {
    const { code } = JSON.parse(text) as { code?: unknown }
    return typeof code === 'string' ? code : null
  } catch {
    return null
  }
}
