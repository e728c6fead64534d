import type { IncomingHttpHeaders } from 'node:http'
import type { RemoteHttpConfig } from '@local-mcp/contract'
import type { Pool } from 'undici'
import { encodeHeader } from '../protocol/headers.ts'
import { isFrame } from '../wire/frame.ts'
import { readServerMessage } from '../wire/large-answer.ts'
import { createSseReader } from '../wire/sse.ts'
import { explainConnection } from './diagnose/explain-connection.ts'
import { explainStatus } from './diagnose/explain-status.ts'
import { guardedLookup } from './guarded-lookup.ts'
import { createHttpExchange, type HttpExchange, MAX_MESSAGE } from './http-exchange.ts'
import { sendRequest } from './http-request.ts'
import { UpstreamError } from './problems.ts'
import { type HeaderSources, openRemote, withToken } from './remote-host.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

const LISTEN_AGAIN = 5000
const GOODBYE = 500
/** How much may wait for a server that answers slowly or not at all. */
const MAX_EXCHANGES = 1000
const MAX_NOTIFICATIONS = 100
const NOTIFICATION_TIMEOUT = 10_000

export interface HttpOptions {
  readonly config: RemoteHttpConfig
  readonly referable: HeaderSources
}

/** A server behind Streamable HTTP: one POST per message, answers as JSON or as a stream of events. */
export function createHttpTransport({ config, referable }: HttpOptions): Transport {
  const url = new URL(config.url)
  const path = url.pathname + url.search
  /** What waits for an answer, by the id of the request. */
  const exchanges = new Map<number, HttpExchange>()
  const notifications = new Set<HttpExchange>()
  let closed = false
  let listenTimer: NodeJS.Timeout | null = null
  let pool: Pool | null = null
  let configured: Record<string, string> = {}
  /** Those of the configuration, and the token of the sign-in. */
  let custom: Record<string, string> = {}
  let token: string | null = null
  let conceal = (text: string) => text
  const lookup = guardedLookup(config.allowPrivateNetwork)
  let session: string | null = null
  /** The handshake is over. */
  let settled = false
  /** The settled legacy revision; null in the modern era, where each request says it. */
  let legacyVersion: string | null = null
  /** Those of every legacy request, written anew when the session or the revision changes. */
  let legacyHeaders: Record<string, string> = {}
  let events: TransportEvents

  const { access } = referable
  function useToken(given: string | null): void {
    if (given === token) return
    token = given
    custom = withToken(configured, token)
    writeHeaders()
  }

  function writeHeaders(): void {
    legacyHeaders = {
      ...custom,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session ? { 'mcp-session-id': session } : {}),
      ...(legacyVersion ? { 'mcp-protocol-version': legacyVersion } : {}),
    }
  }

  function headersOf({ era, version, method, target, paramHeaders }: SendOptions): Record<string, string> {
    if (era === 'legacy') return legacyHeaders
    return {
      ...custom,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...paramHeaders,
      ...(version ? { 'mcp-protocol-version': version } : {}),
      'mcp-method': method,
      ...(target ? { 'mcp-name': encodeHeader(target) } : {}),
    }
  }

  /** @returns null for what is no message; else whether it was the answer to that request */
  function deliver(bytes: Buffer, relatedTo: number | null): boolean | null {
    const frame = readServerMessage(bytes)
    if (!isFrame(frame)) return null
    const { id } = frame
    const answers =
      frame.kind === 'response' && id !== null && relatedTo !== null && bytes.toString('latin1', id.start, id.end) === String(relatedTo)
    if (answers) exchanges.delete(relatedTo)
    events.message(frame, relatedTo)
    return answers
  }

  function start(bytes: Buffer, options: SendOptions, done: (error: UpstreamError | null) => void): HttpExchange {
    const { requestId } = options
    return createHttpExchange({
      bytes,
      method: options.method,
      wantsAnswer: requestId !== null,
      send: (request, sink) => sendRequest(pool as Pool, { path, headers: headersOf(options), ...request }, sink),
      resumeHeaders: (lastId) => ({ ...headersOf(options), accept: 'text/event-stream', 'last-event-id': lastId }),
      deliver: (message) => deliver(message, requestId),
      large(answer, source) {
        const sink = events.large(answer, requestId, source)
        // The answer goes its own way from here; what becomes of it is told by its sink.
        return (
          sink && {
            push: sink.push,
            end() {
              if (requestId !== null) exchanges.delete(requestId)
              sink.end()
            },
          }
        )
      },
      onHeaders(issued) {
        if (options.method !== 'initialize' || !issued) return
        session = issued
        writeHeaders()
      },
      refused(status, headers) {
        if (!access || (status !== 401 && status !== 403)) return null
        return access.refused(status, headers, token).then(
          (better) => {
            if (better !== null) useToken(better)
            return better !== null
          },
          (error: UpstreamError) => {
            lapsed(error)
            throw error
          },
        )
      },
      statusError,
      failed: (error) => void explainConnection(error, config.url, referable.env, lookup).then(done),
      finished: () => done(null),
    })
  }

  /** Without a person nothing will go through any more. */
  function lapsed(error: UpstreamError): void {
    const { code } = error.problem
    if (settled && (code === 'SIGN_IN_ENDED' || code === 'AUTH_REQUIRED')) queueMicrotask(() => events.closed(error))
  }

  function statusError(status: number, headers: IncomingHttpHeaders, text: string): UpstreamError {
    if (status === 404 && session) {
      const error = new UpstreamError('CONNECTION_LOST', ['The server has forgotten the session'], undefined, true)
      queueMicrotask(() => events.closed(error))
      return error
    }
    const error = explainStatus({ status, headers, body: conceal(text), url: config.url, sent: configured, signedIn: token !== null })
    if (status === 401) lapsed(error)
    return error
  }

  /** Listens for what the server says unasked, for as long as it offers such a stream. */
  function listen(): void {
    let read: ((chunk: Buffer) => void) | null = null
    // The next call will find out whether the server is gone; listening is only for news.
    const again = () => {
      if (!closed) listenTimer = setTimeout(listen, LISTEN_AGAIN).unref()
    }
    const open = () =>
      sendRequest(
        pool as Pool,
        { method: 'GET', path, headers: { ...legacyHeaders, accept: 'text/event-stream' } },
        {
          start(status, headers) {
            if (status !== 200 || !String(headers['content-type']).startsWith('text/event-stream')) return
            read = createSseReader(
              MAX_MESSAGE,
              ({ data }) => deliver(data, null),
              (bytes) => {
                throw new UpstreamError('CONNECTION_LOST', [`News of more than ${bytes} bytes`])
              },
            )
          },
          data: (chunk) => read?.(chunk),
          // A server that has no such stream is not asked again.
          end: () => read && again(),
          failed: again,
        },
      )
    void Promise.resolve(access?.current() ?? null).then(
      (given) => {
        if (closed) return
        useToken(given)
        open()
      },
      () => again(),
    )
  }

  /** A courtesy; a server that does not answer is left to its own time-out. */
  function endSession(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GOODBYE)
      const over = () => {
        clearTimeout(timer)
        resolve()
      }
      sendRequest(pool as Pool, { method: 'DELETE', path, headers: legacyHeaders }, { start: over, data() {}, end: over, failed: over })
    })
  }

  function sendNotification(bytes: Buffer, options: SendOptions): void {
    // Nobody waits for these, so nobody would notice them piling up.
    if (notifications.size >= MAX_NOTIFICATIONS) return
    const over = () => {
      clearTimeout(timer)
      notifications.delete(exchange)
    }
    const exchange = start(bytes, options, () => over())
    const timer = setTimeout(() => {
      exchange.abort()
      over()
    }, NOTIFICATION_TIMEOUT)
    notifications.add(exchange)
  }

  return {
    pid: null,

    async start(into) {
      events = into
      const remote = await openRemote(config, referable)
      if (closed) {
        void remote.pool.destroy()
        throw new UpstreamError('CONNECTION_LOST', ['The server was removed or changed'])
      }
      configured = remote.headers
      custom = withToken(configured, token)
      conceal = remote.conceal
      pool = remote.pool
      writeHeaders()
    },

    send(bytes, options) {
      const { requestId } = options
      // Closing the stream of a modern request is what cancels it.
      if (options.era === 'modern' && options.method === 'notifications/cancelled') return
      if (requestId === null) {
        sendNotification(bytes, options)
        return
      }
      if (exchanges.size >= MAX_EXCHANGES) {
        events.failed(requestId, new UpstreamError('CONNECTION_LOST', [`${MAX_EXCHANGES} requests wait for an answer already`]))
        return
      }
      const begin = () => {
        const exchange = start(bytes, options, (error) => {
          if (exchanges.delete(requestId) && error) events.failed(requestId, error)
        })
        exchanges.set(requestId, exchange)
      }
      const given = access?.current() ?? null
      if (!(given instanceof Promise)) {
        useToken(given)
        begin()
        return
      }
      // It waits for the token, and can be given up meanwhile.
      const waiting: HttpExchange = { abort() {} }
      exchanges.set(requestId, waiting)
      const unlessGone = (work: () => void) => {
        if (exchanges.get(requestId) === waiting) work()
      }
      given.then(
        (found) =>
          unlessGone(() => {
            useToken(found)
            begin()
          }),
        (error: UpstreamError) =>
          unlessGone(() => {
            exchanges.delete(requestId)
            events.failed(requestId, error)
            lapsed(error)
          }),
      )
    },

    ready(era, version) {
      settled = true
      if (era === 'modern') return
      legacyVersion = version
      writeHeaders()
      if (session) listen()
    },

    abandon(requestId) {
      const exchange = exchanges.get(requestId)
      exchanges.delete(requestId)
      exchange?.abort()
    },

    evidence: () => [],
    conceal: (text) => conceal(text),

    async close() {
      if (closed) return
      closed = true
      if (!pool) return
      if (listenTimer) clearTimeout(listenTimer)
      if (session) await endSession()
      exchanges.clear()
      await pool.destroy()
    },
  }
}
