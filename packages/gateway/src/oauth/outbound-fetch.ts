import { lookup as dnsLookup } from 'node:dns'
import type { IncomingHttpHeaders } from 'node:http'
import { brotliDecompressSync, unzipSync } from 'node:zlib'
import { classifyHost } from '@local-mcp/core'
import type { Pool } from 'undici'
import { connectionError } from '../upstream/diagnose/explain-connection.ts'
import { addressAllowed, guardedLookup } from '../upstream/guarded-lookup.ts'
import { createPool } from '../upstream/http-pool.ts'
import { type HttpRequest, sendRequest } from '../upstream/http-request.ts'
import { UpstreamError } from '../upstream/problems.ts'

/** The rule that a request or its answer broke. */
export type OutboundCode =
  /** No address of the web, or one that carries a user name or password. */
  | 'INVALID_URL'
  /** Neither https nor http to this computer. */
  | 'INSECURE_URL'
  | 'ADDRESS_FORBIDDEN'
  | 'REDIRECT_FORBIDDEN'
  | 'TOO_LARGE'
  | 'TIMEOUT'
  /** What came is no HTTP answer that can be read. */
  | 'UNREADABLE'

/** A request that was not made, or was given up, because of a rule. Says where, without query, and nothing that came back. */
export class OutboundRefused extends Error {
  override readonly name = 'OutboundRefused'
  readonly code: OutboundCode

  constructor(code: OutboundCode, message: string) {
    super(message)
    this.code = code
  }
}

type Connect = NonNullable<Pool.Options['connect']>

export interface OutboundOptions {
  /** What the configuration of the server says: whether targets on this computer and in the local network are agreed to. */
  readonly allowPrivate: boolean
  /** Longest time for everything, redirects included, in milliseconds; 10 s unless it is said. */
  readonly timeoutMs?: number
  /** The network, where it is not the computer's own. */
  readonly network?: {
    readonly lookup: typeof dnsLookup
    /** @param lookup has to be asked for the addresses of a name: it refuses those that are not allowed */
    connect?(lookup: ReturnType<typeof guardedLookup>): Connect
  }
}

/** The part of `fetch` that is kept: bodies that are known beforehand, and no redirect mode but `follow` and `error`. */
export type OutboundFetch = (input: string | URL, init?: RequestInit) => Promise<Response>

const MAX_ANSWER = 2 ** 20
const MAX_REDIRECTS = 3
const TIMEOUT = 10_000
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const WITHOUT_BODY = new Set([204, 205, 304])
/** What may be told to another origin than the one that was asked. */
const HARMLESS = new Set(['accept', 'accept-encoding', 'accept-language', 'mcp-protocol-version', 'user-agent'])
/** True of the bytes that came, not of those that are handed on. */
const OF_TRANSFER = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection'])
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const place = (url: URL) => `${url.origin}${url.pathname}`

function parse(text: string | URL, base?: URL): URL {
  const url = URL.parse(String(text), base?.href)
  if (!url) throw new OutboundRefused('INVALID_URL', 'This is no address')
  if (url.username || url.password) throw new OutboundRefused('INVALID_URL', `${place(url)}: the address carries a user name or password`)
  const loopback = classifyHost(url) === 'loopback'
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
    throw new OutboundRefused('INSECURE_URL', `${url.protocol}//${url.host}: only https is allowed, and http to this computer`)
  url.hash = ''
  return url
}

/**
 * Fetches for sign-ins: metadata, registrations, tokens, revocations. Addresses come from strangers, so each is checked,
 * redirects included; a name is looked up once, and what was checked is what is connected to. Nothing is kept open.
 *
 * @returns a function that throws OutboundRefused where a rule was broken, UpstreamError where the connection failed, and
 *   the reason of the caller's signal. Answers of any status are returned, whole.
 */
export function createOutboundFetch({
  allowPrivate,
  timeoutMs = TIMEOUT,
  network = { lookup: dnsLookup },
}: OutboundOptions): OutboundFetch {
  /** @param reach whether targets that are not public are allowed */
  async function ask(url: URL, request: Omit<HttpRequest, 'path'>, reach: boolean, signal: AbortSignal): Promise<Answer> {
    const forbidden = () => new OutboundRefused('ADDRESS_FORBIDDEN', `${place(url)}: no address that the gateway connects to`)
    if (!addressAllowed(classifyHost(url), reach)) throw forbidden()
    const lookup = guardedLookup(reach, network.lookup, url.protocol === 'http:' ? 'loopback' : undefined)
    const pool = createPool(url.origin, { connections: 1, connect: network.connect?.(lookup) ?? ({ lookup } as never) })
    try {
      return await new Promise((resolve, reject) => {
        const chunks: Buffer[] = []
        let length = 0
        let status = 0
        let headers: IncomingHttpHeaders = {}
        const grow = (bytes: number) => {
          length += bytes
          if (length > MAX_ANSWER) throw new OutboundRefused('TOO_LARGE', `${place(url)}: the answer has more than ${MAX_ANSWER} bytes`)
        }
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        signal.throwIfAborted()
        sendRequest(
          pool,
          { ...request, path: url.pathname + url.search },
          {
            start(given, all) {
              status = given
              headers = all
            },
            data(chunk) {
              grow(chunk.length)
              chunks.push(chunk)
            },
            end: () => resolve({ status, headers, body: Buffer.concat(chunks) }),
            failed(error) {
              if (error instanceof OutboundRefused) reject(error)
              else if (error instanceof UpstreamError && error.problem.code === 'ADDRESS_FORBIDDEN') reject(forbidden())
              else reject(connectionError(error, place(url)))
            },
          },
        )
      })
    } finally {
      // What was given up must not hold a connection either, so this is no orderly close.
      await pool.destroy()
    }
  }

  return async (input, init = {}) => {
    let url = parse(input)
    // Neither a signal that ends by itself nor one made of several: both are held until their time is over.
    const stop = new AbortController()
    const cancel = () => stop.abort(init.signal?.reason)
    const timeout = () => stop.abort(new OutboundRefused('TIMEOUT', `${place(url)}: no whole answer within ${timeoutMs} ms`))
    const given = new Request(url, { ...init, signal: null })
    let headers: Record<string, string> = { ...Object.fromEntries(given.headers), 'accept-encoding': 'identity' }
    const body = given.body === null ? undefined : Buffer.from(await given.arrayBuffer())
    let reach = allowPrivate
    if (init.signal?.aborted) cancel()
    init.signal?.addEventListener('abort', cancel)
    const timer = setTimeout(timeout, timeoutMs)
    try {
      for (let hop = 0; ; hop++) {
        const request = { method: given.method as HttpRequest['method'], headers, ...(body && { body }) }
        const answer = await ask(url, request, reach, stop.signal)
        const { location } = answer.headers
        if (!REDIRECTS.has(answer.status) || location === undefined) return toResponse(answer, url)
        const refuse = (why: string) => new OutboundRefused('REDIRECT_FORBIDDEN', `${place(url)}: ${why}`)
        if (given.method !== 'GET' && given.method !== 'HEAD') throw refuse('what was sent is not sent on to another address')
        if (given.redirect !== 'follow' || hop === MAX_REDIRECTS) throw refuse('redirected too often')
        const next = parse(location, url)
        if (url.protocol === 'https:' && next.protocol !== 'https:') throw refuse('redirected from https to http')
        if (next.origin !== url.origin) {
          headers = Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)))
          // The consent was given to places that are named, not to wherever these send us.
          reach &&= classifyHost(url) === 'loopback' && classifyHost(next) === 'loopback'
        }
        url = next
      }
    } finally {
      clearTimeout(timer)
      init.signal?.removeEventListener('abort', cancel)
    }
  }
}

function toResponse({ status, headers, body }: Answer, url: URL): Response {
  const kept = new Headers()
  for (const [name, value] of Object.entries(headers))
    for (const one of [value ?? []].flat()) if (!OF_TRANSFER.has(name) && HEADER_VALUE.test(one)) kept.append(name, one)
  try {
    const decoded = decode(body, headers['content-encoding'] ?? 'identity')
    return new Response(WITHOUT_BODY.has(status) ? null : new Uint8Array(decoded), { status, headers: kept })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new OutboundRefused('TOO_LARGE', `${place(url)}: the answer has more than ${MAX_ANSWER} bytes when it is unpacked`)
    throw new OutboundRefused('UNREADABLE', `${place(url)}: the answer cannot be read`)
  }
}

/** @throws Error for an encoding that was not asked for and is not known, or where the bytes are not in it */
function decode(body: Buffer, encoding: string): Buffer {
  const limit = { maxOutputLength: MAX_ANSWER }
  switch (encoding.trim().toLowerCase()) {
    case 'identity':
    case '':
      return body
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      return unzipSync(body, limit)
    case 'br':
      return brotliDecompressSync(body, limit)
    default:
      throw new Error('Unknown encoding')
  }
}
