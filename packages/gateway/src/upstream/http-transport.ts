import type { RemoteHttpConfig } from '@local-mcp/contract'
import { classifyHost } from '@local-mcp/core'
import { type Dispatcher, Pool } from 'undici'
import { encodeHeader } from '../protocol/headers.ts'
import { isFrame, MAX_UPSTREAM_DEPTH, readFrame } from '../wire/frame.ts'
import { createSseReader } from '../wire/sse.ts'
import { addressAllowed, guardedLookup } from './guarded-lookup.ts'
import { connectionError, UpstreamError } from './problems.ts'
import { resolveReferences } from './references.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

/** Longest message of a server, in bytes. */
const MAX_MESSAGE = 64 * 1024 * 1024
const ERROR_BODY = 2000
/** Waits before another try, in milliseconds. */
const RETRIES = [100, 200, 400]
const RETRY_STATUS = new Set([502, 503, 504])
/** Requests that change nothing, so that sending them twice is safe. */
const REPEATABLE = new Set([
  'initialize',
  'server/discover',
  'ping',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
])
const LISTEN_AGAIN = 5000
/** How often a broken stream is continued without a message in between, and how long is waited unless the server says it. */
const MAX_RESUMES = 5
const RESUME_AFTER = 1000
const LINGER = 1000
/** How much may wait for a server that answers slowly or not at all. */
const MAX_EXCHANGES = 1000
const MAX_NOTIFICATIONS = 100
const NOTIFICATION_TIMEOUT = 10_000

/** Headers that belong to the protocol or the connection, not to the user. */
const RESERVED = new Set([
  'host',
  'content-length',
  'content-type',
  'accept',
  'connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
])

function tooLong(bytes: number): never {
  throw new UpstreamError('CONNECTION_LOST', [`A message of more than ${bytes} bytes was refused`])
}

export interface HttpOptions {
  readonly config: RemoteHttpConfig
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A server behind Streamable HTTP: one POST per message, answers as JSON or as a stream of events. */
export function createHttpTransport({ config, env }: HttpOptions): Transport {
  const url = new URL(config.url)
  const path = url.pathname + url.search
  const exchanges = new Map<number, AbortController>()
  const gone = new AbortController()
  let pool: Pool | null = null
  let custom: Record<string, string> = {}
  let notifications = 0
  let session: string | null = null
  /** The settled legacy revision; null in the modern era, where each request says it. */
  let legacyVersion: string | null = null
  let events: TransportEvents

  function headers({ era, version, method, target, paramHeaders }: Partial<SendOptions> = {}): Record<string, string> {
    const common = { ...custom, 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    if (era === 'modern') {
      return {
        ...common,
        ...paramHeaders,
        ...(version ? { 'mcp-protocol-version': version } : {}),
        'mcp-method': method ?? '',
        ...(target ? { 'mcp-name': encodeHeader(target) } : {}),
      }
    }
    return {
      ...common,
      ...(session ? { 'mcp-session-id': session } : {}),
      ...(legacyVersion ? { 'mcp-protocol-version': legacyVersion } : {}),
    }
  }

  function deliver(bytes: Buffer, relatedTo: number | null): boolean {
    const frame = readFrame(bytes, MAX_UPSTREAM_DEPTH)
    if (!isFrame(frame)) return false
    if (
      frame.kind === 'response' &&
      frame.id &&
      relatedTo !== null &&
      bytes.toString('latin1', frame.id.start, frame.id.end) === String(relatedTo)
    ) {
      exchanges.delete(relatedTo)
    }
    events.message(frame, relatedTo)
    return true
  }

  /** Sends the request; waits and tries again where that is safe. */
  async function dispatch(bytes: Buffer, options: SendOptions, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    for (let attempt = 0; ; attempt++) {
      const wait = RETRIES[attempt]
      try {
        const response = await (pool as Pool).request({
          path,
          method: 'POST',
          headers: headers(options),
          body: bytes,
          signal,
          headersTimeout: 0,
          bodyTimeout: 0,
        })
        if (wait === undefined || !RETRY_STATUS.has(response.statusCode) || !REPEATABLE.has(options.method)) return response
        await response.body.dump()
      } catch (error) {
        // A refused connection means that the server saw nothing of it.
        if (wait === undefined || signal.aborted || (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  async function exchange(bytes: Buffer, options: SendOptions, signal: AbortSignal): Promise<void> {
    const { requestId } = options
    const response = await dispatch(bytes, options, signal)
    const status = response.statusCode
    const type = String(response.headers['content-type'] ?? '')
    const issued = response.headers['mcp-session-id']
    if (options.method === 'initialize' && typeof issued === 'string') session = issued

    if (type.startsWith('text/event-stream') && status === 200) {
      await readAnswer(response.body, requestId, signal)
      return
    }

    const body = await readBody(response.body)
    if (status === 202 || (requestId === null && status < 400)) return
    // An error status may still carry the answer.
    if (type.startsWith('application/json') && deliver(body, requestId) && requestId !== null && !exchanges.has(requestId)) return
    throw statusError(status, body.toString('utf8', 0, ERROR_BODY), config.url)
  }

  /** Reads the stream of one request to its answer; a stream that breaks before it is continued where the server can. */
  async function readAnswer(first: AsyncIterable<unknown> & { destroy(): unknown }, requestId: number | null, signal: AbortSignal) {
    const open = () => requestId !== null && exchanges.has(requestId)
    let body = first
    let lastId: string | null = null
    let wait = RESUME_AFTER
    let answered = false
    for (let resumes = 0; ; resumes++) {
      // Some servers leave the stream open after the answer; the connection is not theirs to keep.
      let linger: NodeJS.Timeout | undefined
      const current = body
      const read = createSseReader(
        MAX_MESSAGE,
        ({ data, id, retry }) => {
          lastId = id ?? lastId
          wait = retry ?? wait
          if (deliver(data, requestId)) {
            answered = true
            resumes = 0
          }
          if (requestId !== null && !open()) linger ??= setTimeout(() => current.destroy(), LINGER)
        },
        tooLong,
      )
      try {
        for await (const chunk of current) read(chunk as Buffer)
      } catch (error) {
        if (!open() || lastId === null || signal.aborted || error instanceof UpstreamError) throw error
      } finally {
        clearTimeout(linger)
      }
      if (!open()) return
      const why = answered ? 'The stream ended before the answer' : 'The stream ended without a message'
      if (lastId === null || resumes >= MAX_RESUMES) throw new UpstreamError('CONNECTION_LOST', [why])
      await new Promise((resolve) => setTimeout(resolve, wait))
      const response = await (pool as Pool).request({
        path,
        method: 'GET',
        headers: { ...headers(), accept: 'text/event-stream', 'last-event-id': lastId },
        signal,
        headersTimeout: 0,
        bodyTimeout: 0,
      })
      if (response.statusCode !== 200) {
        await response.body.dump()
        throw new UpstreamError('CONNECTION_LOST', [why, `HTTP ${response.statusCode} when it was to be continued`])
      }
      body = response.body
    }
  }

  function statusError(status: number, text: string, where: string): UpstreamError {
    const evidence = [`HTTP ${status} from ${where}`, text]
    if (status === 401 || status === 403) return new UpstreamError('AUTH_REQUIRED', evidence)
    if (status === 404 && session) {
      const error = new UpstreamError('CONNECTION_LOST', ['The server has forgotten the session'], undefined, true)
      queueMicrotask(() => events.closed(error))
      return error
    }
    if (status === 404 || status === 405 || status === 200) return new UpstreamError('NOT_MCP', evidence)
    return new UpstreamError('HTTP_STATUS', evidence, `HTTP ${status}`)
  }

  /** Listens for what the server says unasked, for as long as it offers such a stream. */
  async function listen(): Promise<void> {
    while (!gone.signal.aborted) {
      try {
        const response = await (pool as Pool).request({
          path,
          method: 'GET',
          headers: { ...headers(), accept: 'text/event-stream' },
          signal: gone.signal,
          headersTimeout: 0,
          bodyTimeout: 0,
        })
        if (response.statusCode !== 200 || !String(response.headers['content-type']).startsWith('text/event-stream')) {
          await response.body.dump()
          return
        }
        const read = createSseReader(MAX_MESSAGE, ({ data }) => deliver(data, null), tooLong)
        for await (const chunk of response.body) read(chunk as Buffer)
      } catch {
        // The next call will find out whether the server is gone; listening is only for news.
      }
      if (!gone.signal.aborted) await new Promise((resolve) => setTimeout(resolve, LISTEN_AGAIN).unref())
    }
  }

  return {
    pid: null,

    async start(into) {
      events = into
      if (!addressAllowed(classifyHost(url), config.allowPrivateNetwork)) throw new UpstreamError('ADDRESS_FORBIDDEN', [config.url])
      const given = resolveReferences(config.headers, env)
      custom = Object.fromEntries(
        Object.entries(given).filter(([name]) => !RESERVED.has(name.toLowerCase()) && !name.toLowerCase().startsWith('mcp-')),
      )
      pool = new Pool(url.origin, {
        connections: 64,
        pipelining: 1,
        connect: { lookup: guardedLookup(config.allowPrivateNetwork) as never },
      })
    },

    send(bytes, options) {
      const { requestId } = options
      // Closing the stream of a modern request is what cancels it.
      if (options.era === 'modern' && options.method === 'notifications/cancelled') return
      if (requestId === null) {
        // Nobody waits for these, so nobody would notice them piling up.
        if (notifications >= MAX_NOTIFICATIONS) return
        notifications++
        exchange(bytes, options, AbortSignal.any([gone.signal, AbortSignal.timeout(NOTIFICATION_TIMEOUT)]))
          .catch(() => {})
          .finally(() => notifications--)
        return
      }
      if (exchanges.size >= MAX_EXCHANGES) {
        events.failed(requestId, new UpstreamError('CONNECTION_LOST', [`${MAX_EXCHANGES} requests wait for an answer already`]))
        return
      }
      const abort = new AbortController()
      exchanges.set(requestId, abort)
      exchange(bytes, options, AbortSignal.any([abort.signal, gone.signal])).catch((error: unknown) => {
        if (exchanges.delete(requestId)) events.failed(requestId, connectionError(error, config.url))
      })
    },

    ready(era, version) {
      if (era === 'modern') return
      legacyVersion = version
      if (session) void listen()
    },

    abandon(requestId) {
      const abort = exchanges.get(requestId)
      exchanges.delete(requestId)
      abort?.abort()
    },

    evidence: () => [],

    async close() {
      if (!pool) return
      if (session && !gone.signal.aborted) {
        // A courtesy; a server that does not answer is left to its own time-out.
        await pool
          .request({ path, method: 'DELETE', headers: headers(), signal: AbortSignal.timeout(500) })
          .then(({ body }) => body.dump())
          .catch(() => {})
      }
      exchanges.clear()
      gone.abort()
      await pool.destroy()
    },
  }
}

async function readBody(body: AsyncIterable<unknown>): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    parts.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > MAX_MESSAGE) throw new UpstreamError('CONNECTION_LOST', [`The answer is longer than ${MAX_MESSAGE} bytes`])
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
}
