import type { IncomingHttpHeaders } from 'node:http'
import type { RemoteSseConfig } from '@local-mcp/contract'
import type { Pool } from 'undici'
import { isFrame } from '../wire/frame.ts'
import { readServerMessage } from '../wire/large-answer.ts'
import { createSseReader } from '../wire/sse.ts'
import { connectionError, explainConnection } from './diagnose/explain-connection.ts'
import { explainStatus } from './diagnose/explain-status.ts'
import { guardedLookup } from './guarded-lookup.ts'
import { MAX_MESSAGE } from './http-exchange.ts'
import { sendRequest } from './http-request.ts'
import { UpstreamError } from './problems.ts'
import { type HeaderSources, openRemote, withToken } from './remote-host.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

/** How long a server may take to say where to post, and to take a message, in milliseconds. */
const ENDPOINT_TIMEOUT = 15_000
const POST_TIMEOUT = 30_000
/** A stream that was there for so long and breaks while nobody waits is no failure: proxies cut what is idle. In milliseconds. */
const SETTLED_AFTER = 20_000
const ERROR_BODY = 2000
const MAX_ERROR_PIECES = 10
/** How many messages may wait for a server that does not take them. */
const MAX_WAITING = 1000

export interface SseOptions {
  readonly config: RemoteSseConfig
  readonly referable: HeaderSources
}

/**
 * A server behind HTTP+SSE, the carrier of 2024-11-05: one stream brings everything, and messages are posted to the
 * address that the stream begins with. Nothing is posted to another origin than the stream's: it would get the headers.
 */
export function createSseTransport({ config, referable }: SseOptions): Transport {
  const url = new URL(config.url)
  /** Requests whose answer has not come. */
  const open = new Set<number>()
  let waiting = 0
  let pool: Pool | null = null
  let configured: Record<string, string> = {}
  let token: string | null = null
  let conceal = (text: string) => text
  const lookup = guardedLookup(config.allowPrivateNetwork)
  let closed = false
  let postTo = ''
  let since = 0
  /** A server may refuse what comes before it has seen that the handshake is over. */
  let greeted: Promise<unknown> = Promise.resolve()
  let events: TransportEvents
  /** With what a request was refused, by the error that it became. */
  const refusals = new WeakMap<UpstreamError, { readonly status: number; readonly headers: IncomingHttpHeaders }>()

  function deliver(bytes: Buffer): void {
    const frame = readServerMessage(bytes)
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

  /** A stream that is cut while nobody waits did no harm: the next call opens another. */
  function ended(cause: UpstreamError): UpstreamError {
    const idle = open.size === 0 && waiting === 0 && performance.now() - since > SETTLED_AFTER
    return idle ? new UpstreamError('CONNECTION_LOST', cause.problem.evidence, undefined, true) : cause
  }

  /** Opens the stream. Resolves when it has said where to post. @throws UpstreamError */
  function listen(remote: Pool): Promise<void> {
    return new Promise((resolve, reject) => {
      const refused: Buffer[] = []
      let late: NodeJS.Timeout | undefined
      let status = 0
      let answered: IncomingHttpHeaders = {}
      const over = (error: unknown) => {
        clearTimeout(late)
        if (postTo === '') void explainConnection(error, config.url, referable.env, lookup).then(reject)
        else if (!closed) events.closed(ended(connectionError(error, config.url)))
      }
      const read = createSseReader(
        MAX_MESSAGE,
        ({ event, data }) => {
          if (event === 'endpoint' && postTo === '') {
            postTo = addressOf(data.toString('utf8').trim())
            since = performance.now()
            clearTimeout(late)
            resolve()
          } else if (event === 'message') deliver(data)
        },
        (bytes) => {
          throw new UpstreamError('CONNECTION_LOST', [`A message of more than ${bytes} bytes was refused`])
        },
      )
      const headers = { ...withToken(configured, token), accept: 'text/event-stream' }
      const stream = sendRequest(
        remote,
        { method: 'GET', path: url.pathname + url.search, headers },
        {
          start(given, headers) {
            status = given
            answered = headers
            const type = headers['content-type']
            if (status === 200 && !String(type).startsWith('text/event-stream'))
              throw new UpstreamError('NOT_MCP', [`${String(type)} instead of a stream of events from ${config.url}`])
          },
          data: (chunk) => (status === 200 ? read(chunk) : void (refused.length < MAX_ERROR_PIECES && refused.push(chunk))),
          end: () => over(status === 200 ? endOfStream() : statusError(status, answered, Buffer.concat(refused))),
          failed: over,
        },
      )
      late = setTimeout(() => {
        stream.abort()
        over(new UpstreamError('HANDSHAKE_TIMEOUT', [`No endpoint event within ${ENDPOINT_TIMEOUT} ms`, config.url]))
      }, ENDPOINT_TIMEOUT).unref()
    })
  }

  const endOfStream = () =>
    postTo === ''
      ? new UpstreamError('NOT_MCP', ['The stream ended without an endpoint event', config.url])
      : new UpstreamError('CONNECTION_LOST', ['The stream ended', config.url])

  /** @throws UpstreamError where the server does not take it */
  function post(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const body: Buffer[] = []
      let late: NodeJS.Timeout | undefined
      let status = 0
      let answered: IncomingHttpHeaders = {}
      const over = (error: unknown) => {
        clearTimeout(late)
        if (error) reject(connectionError(error, config.url))
        else resolve()
      }
      const sent = sendRequest(
        pool as Pool,
        { method: 'POST', path: postTo, headers: { ...withToken(configured, token), 'content-type': 'application/json' }, body: bytes },
        {
          start(given, headers) {
            status = given
            answered = headers
          },
          data: (chunk) => void (body.length < MAX_ERROR_PIECES && body.push(chunk)),
          end: () => over(status < 300 ? null : statusError(status, answered, Buffer.concat(body))),
          failed: over,
        },
      )
      late = setTimeout(() => {
        sent.abort()
        over(new UpstreamError('CONNECTION_LOST', [`The message was not taken within ${POST_TIMEOUT} ms`, config.url]))
      }, POST_TIMEOUT).unref()
    })
  }

  /** Does it with the token of the sign-in, once more where the server refused that and there is a better one. */
  async function withAccess(work: () => Promise<void>): Promise<void> {
    const { access } = referable
    if (!access) return work()
    token = await access.current()
    try {
      await work()
    } catch (error) {
      const refused = refusals.get(error as UpstreamError)
      const better = refused ? await access.refused(refused.status, refused.headers, token) : null
      if (better === null) throw error
      token = better
      await work()
    }
  }

  function statusError(status: number, headers: IncomingHttpHeaders, body: Buffer): UpstreamError {
    const error = explainStatus({
      status,
      headers,
      body: conceal(body.toString('utf8', 0, ERROR_BODY)),
      url: config.url,
      sent: configured,
      signedIn: token !== null,
    })
    refusals.set(error, { status, headers })
    return error
  }

  return {
    pid: null,
    eras: 'legacy',

    async start(into) {
      events = into
      const remote = await openRemote(config, referable)
      if (closed) {
        void remote.pool.destroy()
        throw new UpstreamError('CONNECTION_LOST', ['The server was removed or changed'])
      }
      pool = remote.pool
      configured = remote.headers
      conceal = remote.conceal
      await withAccess(() => listen(remote.pool))
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
        .then(() => withAccess(() => post(bytes)))
        .catch((error: unknown) => failed(connectionError(error, config.url)))
        .finally(() => waiting--)
      if (method === 'notifications/initialized') greeted = posted
    },

    ready() {},
    abandon: (requestId) => void open.delete(requestId),
    evidence: () => [],
    conceal: (text) => conceal(text),

    async close() {
      open.clear()
      closed = true
      await pool?.destroy()
    },
  }
}
