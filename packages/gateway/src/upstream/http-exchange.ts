import type { IncomingHttpHeaders } from 'node:http'
import { LARGE, type LargeAnswer, type LargeSink, type LargeSource, recogniseAnswer } from '../wire/large-answer.ts'
import { createPieces } from '../wire/pieces.ts'
import { createSseReader } from '../wire/sse.ts'
import type { HttpCall, HttpRequest, HttpSink } from './http-request.ts'
import { UpstreamError } from './problems.ts'

/** Longest message of a server, in bytes. */
export const MAX_MESSAGE = 64 * 1024 * 1024
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
/** How long a stream may stay open after the answer, in milliseconds: the connection is not the server's to keep. */
const LINGER = 1000
/** How often a broken stream is continued without a message in between, and how long is waited unless the server says it. */
const MAX_RESUMES = 5
const RESUME_AFTER = 1000

export interface HttpExchangeOptions {
  readonly bytes: Buffer
  readonly method: string
  /** Whether it is a request; a notification is over when it was taken. */
  readonly wantsAnswer: boolean
  send(request: Pick<HttpRequest, 'method' | 'body'> & Partial<HttpRequest>, sink: HttpSink): HttpCall
  resumeHeaders(lastId: string): Readonly<Record<string, string>>
  /** @returns null for what is no message; else whether it was the answer */
  deliver(bytes: Buffer): boolean | null
  /** @returns who takes an answer that is too large to be held; null where it has to be held after all */
  large(answer: LargeAnswer, source: LargeSource): LargeSink | null
  /** @param session the session that the server gave, if it gave one */
  onHeaders(session: string | null): void
  /** The server refused the request; null: nothing can be done. @returns whether it is worth sending again */
  refused(status: number, headers: IncomingHttpHeaders): Promise<boolean> | null
  statusError(status: number, headers: IncomingHttpHeaders, text: string): UpstreamError
  /** Exactly one of `failed` and `finished` is called, once, unless it is aborted. */
  failed(error: unknown): void
  finished(): void
}

export type HttpExchange = Pick<HttpCall, 'abort'>

function tooLong(bytes: number): never {
  throw new UpstreamError('ANSWER_TOO_LARGE', [`A message of ${bytes} bytes or more was given up`], `more than ${MAX_MESSAGE / 2 ** 20} MB`)
}

/** One message to a server and what comes back: tried again where that is safe, continued where its stream breaks. */
export function createHttpExchange(options: HttpExchangeOptions): HttpExchange {
  const { wantsAnswer } = options
  let call: HttpCall | null = null
  let timer: NodeJS.Timeout | null = null
  let over = false
  let answered = false
  let attempt = 0
  let resumes = 0
  let lastId: string | null = null
  let resumeAfter = RESUME_AFTER
  let heard = false
  let askedForAccess = false

  function finish(error?: unknown): void {
    if (over) return
    over = true
    if (error === undefined) options.finished()
    else options.failed(error)
  }

  /** @returns false where it is not to be tried again */
  function again(): boolean {
    const wait = RETRIES[attempt++]
    if (wait === undefined) return false
    timer = setTimeout(post, wait)
    return true
  }

  function post(): void {
    let status = 0
    let given: IncomingHttpHeaders = {}
    let read: ((chunk: Buffer) => void) | null = null
    const pieces = createPieces()
    let sink: LargeSink | null = null
    let asked = false
    call = options.send(
      { method: 'POST', body: options.bytes },
      {
        start(answered, headers) {
          status = answered
          given = headers
          const session = headers['mcp-session-id']
          options.onHeaders(typeof session === 'string' ? session : null)
          if (status === 200 && String(headers['content-type']).startsWith('text/event-stream')) read = reader()
        },
        data(chunk) {
          if (read) {
            read(chunk)
            return
          }
          if (sink) {
            sink.push(chunk)
            return
          }
          pieces.push(chunk)
          const { length } = pieces
          if (length >= LARGE && !asked && status === 200 && wantsAnswer) {
            asked = true
            const first = pieces.take()
            sink = takeLarge(first)
            if (sink) sink.push(first)
            else pieces.push(first)
          }
          if (length > MAX_MESSAGE) tooLong(length)
        },
        end() {
          if (read) streamEnded()
          else if (sink) {
            sink.end()
            finish()
          } else onBody(status, given, pieces.take())
        },
        failed(error) {
          if (read && !(error instanceof UpstreamError)) streamEnded(error)
          // A refused connection means that the server saw nothing of it.
          else if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED' || !again()) finish(error)
        },
      },
    )
  }

  function onBody(status: number, headers: IncomingHttpHeaders, body: Buffer): void {
    const type = String(headers['content-type'] ?? '')
    if (RETRY_STATUS.has(status) && REPEATABLE.has(options.method) && again()) return
    if (status === 202 || (!wantsAnswer && status < 400)) {
      finish(wantsAnswer ? new UpstreamError('CONNECTION_LOST', ['The server took the request and gave no answer']) : undefined)
      return
    }
    const access = askedForAccess ? null : options.refused(status, headers)
    if (access) {
      askedForAccess = true
      access.then((again) => {
        if (over) return
        if (again) post()
        else finish(options.statusError(status, headers, body.toString('utf8', 0, ERROR_BODY)))
      }, finish)
      return
    }
    // An error status may still carry the answer.
    if (type.startsWith('application/json') && options.deliver(body)) finish()
    else finish(options.statusError(status, headers, body.toString('utf8', 0, ERROR_BODY)))
  }

  function takeLarge(first: Buffer): LargeSink | null {
    const answer = recogniseAnswer(first)
    return answer && options.large(answer, { pause: () => call?.pause(), resume: () => call?.resume() })
  }

  function reader() {
    return createSseReader(
      MAX_MESSAGE,
      ({ data, id, retry }) => {
        lastId = id ?? lastId
        resumeAfter = retry ?? resumeAfter
        const delivered = options.deliver(data)
        if (delivered === null) return
        heard = true
        resumes = 0
        answered ||= delivered
        if (answered) timer ??= setTimeout(() => close(), LINGER)
      },
      tooLong,
      (first) => {
        const sink = wantsAnswer && !answered ? takeLarge(first) : null
        return (
          sink && {
            push: sink.push,
            end() {
              sink.end()
              answered = true
              timer ??= setTimeout(() => close(), LINGER)
            },
          }
        )
      },
    )
  }

  function close(): void {
    call?.abort()
    finish()
  }

  function streamEnded(error?: Error): void {
    if (timer) clearTimeout(timer)
    timer = null
    if (answered || !wantsAnswer) {
      finish()
      return
    }
    const why = heard ? 'The stream ended before the answer' : 'The stream ended without a message'
    if (lastId === null || resumes++ >= MAX_RESUMES) finish(error ?? new UpstreamError('CONNECTION_LOST', [why]))
    else timer = setTimeout(() => resume(lastId as string, why), resumeAfter)
  }

  function resume(from: string, why: string): void {
    timer = null
    const read = reader()
    let status = 0
    call = options.send(
      { method: 'GET', headers: options.resumeHeaders(from) },
      {
        start(given) {
          status = given
        },
        data(chunk) {
          if (status === 200) read(chunk)
        },
        end() {
          if (status === 200) streamEnded()
          else finish(new UpstreamError('CONNECTION_LOST', [why, `HTTP ${status} when it was to be continued`]))
        },
        failed: (error) => (error instanceof UpstreamError ? finish(error) : streamEnded(error)),
      },
    )
  }

  post()
  return {
    abort() {
      over = true
      if (timer) clearTimeout(timer)
      call?.abort()
    },
  }
}
