import type { RemoteSseConfig } from '@local-mcp/contract'
import type { Pool } from 'undici'
import { isFrame, MAX_UPSTREAM_DEPTH, readFrame } from '../wire/frame.ts'
import { createSseReader } from '../wire/sse.ts'
import { MAX_MESSAGE } from './http-exchange.ts'
import { connectionError, UpstreamError } from './problems.ts'
import { openRemote } from './remote-host.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

/** How long a server may take to say where to post, and to take a message, in milliseconds. */
const ENDPOINT_TIMEOUT = 15_000
const POST_TIMEOUT = 30_000
/** A stream that was there for so long and breaks while nobody waits is no failure: proxies cut what is idle. In milliseconds. */
const SETTLED_AFTER = 20_000
const ERROR_BODY = 2000
/** How many messages may wait for a server that does not take them. */
const MAX_WAITING = 1000

export interface SseOptions {
  readonly config: RemoteSseConfig
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * A server behind HTTP+SSE, the carrier of 2024-11-05: one stream brings everything, and messages are posted to the
 * address that the stream begins with. Nothing is posted to another origin than the stream's: it would get the headers.
 */
export function createSseTransport({ config, env }: SseOptions): Transport {
  const url = new URL(config.url)
  const gone = new AbortController()
  /** Requests whose answer has not come. */
  const open = new Set<number>()
  let waiting = 0
  let pool: Pool | null = null
  let headers: Record<string, string> = {}
  let postTo = ''
  let since = 0
  /** A server may refuse what comes before it has seen that the handshake is over. */
  let greeted: Promise<unknown> = Promise.resolve()
  let events: TransportEvents

  function deliver(bytes: Buffer): void {
    const frame = readFrame(bytes, MAX_UPSTREAM_DEPTH)
    if (!isFrame(frame)) return
    if (frame.kind === 'response' && frame.id) open.delete(Number(frame.bytes.toString('latin1', frame.id.start, frame.id.end)))
    events.message(frame, null)
  }

  /** Where to post. @throws UpstreamError FOREIGN_ENDPOINT, NOT_MCP */
  function addressOf(data: string): string {
    if (!URL.canParse(data, url.href)) throw new UpstreamError('NOT_MCP', [`The stream names no address: ${data.slice(0, 200)}`])
    const named = new URL(data, url)
    if (named.origin !== url.origin) throw new UpstreamError('FOREIGN_ENDPOINT', [`${named.origin} instead of ${url.origin}`], named.origin)
    if (config.postEndpoint === undefined) return named.pathname + named.search
    // What the stream says after the question mark is its session, which no configuration can know.
    const configured = new URL(config.postEndpoint)
    return configured.pathname + (configured.search || named.search)
  }

  /** Reads the stream to its end. @param onEndpoint called once, when messages can be posted */
  async function read(body: AsyncIterable<unknown>, onEndpoint: () => void): Promise<void> {
    const reader = createSseReader(
      MAX_MESSAGE,
      ({ event, data }) => {
        if (event === 'endpoint' && postTo === '') {
          postTo = addressOf(data.toString('utf8').trim())
          since = performance.now()
          onEndpoint()
        } else if (event === 'message') deliver(data)
      },
      (bytes) => {
        throw new UpstreamError('CONNECTION_LOST', [`A message of more than ${bytes} bytes was refused`])
      },
    )
    for await (const chunk of body) reader(chunk as Buffer)
  }

  function ended(error: unknown): UpstreamError {
    const cause =
      error === null ? new UpstreamError('CONNECTION_LOST', ['The stream ended', config.url]) : connectionError(error, config.url)
    const idle = open.size === 0 && waiting === 0 && performance.now() - since > SETTLED_AFTER
    return idle ? new UpstreamError('CONNECTION_LOST', cause.problem.evidence, undefined, true) : cause
  }

  async function post(bytes: Buffer): Promise<void> {
    const response = await (pool as Pool).request({
      path: postTo,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: bytes,
      signal: AbortSignal.any([gone.signal, AbortSignal.timeout(POST_TIMEOUT)]),
    })
    if (response.statusCode < 300) await response.body.dump()
    else throw statusError(response.statusCode, await response.body.text())
  }

  function statusError(status: number, text: string): UpstreamError {
    const evidence = [`HTTP ${status} from ${config.url}`, text.slice(0, ERROR_BODY)]
    if (status === 401 || status === 403) return new UpstreamError('AUTH_REQUIRED', evidence)
    return status === 404 || status === 405
      ? new UpstreamError('NOT_MCP', evidence)
      : new UpstreamError('HTTP_STATUS', evidence, `HTTP ${status}`)
  }

  return {
    pid: null,
    eras: 'legacy',

    async start(into) {
      events = into
      const remote = openRemote(config, env)
      pool = remote.pool
      headers = remote.headers
      const late = setTimeout(
        () => gone.abort(new UpstreamError('HANDSHAKE_TIMEOUT', [`No endpoint event within ${ENDPOINT_TIMEOUT} ms`, config.url])),
        ENDPOINT_TIMEOUT,
      )
      try {
        const {
          statusCode,
          headers: got,
          body,
        } = await pool.request({
          path: url.pathname + url.search,
          method: 'GET',
          headers: { ...headers, accept: 'text/event-stream' },
          signal: gone.signal,
          headersTimeout: 0,
          bodyTimeout: 0,
        })
        if (statusCode !== 200) throw statusError(statusCode, await body.text())
        if (!String(got['content-type']).startsWith('text/event-stream')) {
          body.destroy()
          throw new UpstreamError('NOT_MCP', [`${String(got['content-type'])} instead of a stream of events from ${config.url}`])
        }
        await new Promise<void>((resolve, reject) => {
          read(body, resolve)
            .then(
              () => null,
              (error: unknown) => error ?? new Error('The stream failed'),
            )
            .then((error) => {
              if (postTo === '') reject(error ?? new UpstreamError('NOT_MCP', ['The stream ended without an endpoint event', config.url]))
              else if (!gone.signal.aborted) events.closed(ended(error))
            })
        })
      } catch (error) {
        throw connectionError(error, config.url)
      } finally {
        clearTimeout(late)
      }
    },

    send(bytes: Buffer, { requestId, method }: SendOptions) {
      const failed = (error: UpstreamError) => {
        if (requestId !== null && open.delete(requestId)) events.failed(requestId, error)
      }
      if (requestId !== null) open.add(requestId)
      if (waiting >= MAX_WAITING) {
        failed(new UpstreamError('CONNECTION_LOST', [`${MAX_WAITING} messages wait to be taken already`]))
        return
      }
      waiting++
      const posted = greeted
        .then(() => post(bytes))
        .catch((error: unknown) => failed(connectionError(error, config.url)))
        .finally(() => waiting--)
      if (method === 'notifications/initialized') greeted = posted
    },

    ready() {},
    abandon: (requestId) => void open.delete(requestId),
    evidence: () => [],

    async close() {
      open.clear()
      gone.abort()
      await pool?.destroy()
    },
  }
}
