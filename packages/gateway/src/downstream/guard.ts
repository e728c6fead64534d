import type { IncomingMessage } from 'node:http'

export interface GuardOptions {
  /** The port that the listener has, which a Host header must name. */
  readonly port: number
  /** Origins of web pages that the user allowed, exactly as browsers send them. */
  readonly corsOrigins: ReadonlySet<string>
  /** Names beside this computer's own that are routed to it. */
  readonly hosts?: ReadonlySet<string>
  /** It is the one kind of request that may come from another site. */
  readonly fromElsewhere?: boolean
}

const NAMES = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Whether the request may have come from where it claims: nothing but the loopback names of this very port, and
 * names that the owner routes here, as Host (DNS rebinding), no web page that the user has not allowed as Origin. Comes before routing, tokens and bodies.
 *
 * @returns why it is refused, or null
 */
export function refuseForeign(request: IncomingMessage, { port, corsOrigins, hosts: routed, fromElsewhere }: GuardOptions): string | null {
  const hosts: string[] = []
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    if (request.rawHeaders[i]?.toLowerCase() === 'host') hosts.push(request.rawHeaders[i + 1] ?? '')
  }
  // Node reads the first of two Host headers; another reader might take the second.
  if (hosts.length !== 1) return 'The request must have one Host header'
  const host = (hosts[0] as string).toLowerCase()
  if (!NAMES.some((name) => host === `${name}:${port}`) && !routed?.has(host)) return `Host "${hosts[0]}" is not this gateway`
  if (!request.url?.startsWith('/')) return 'The request must name a path'
  const { origin } = request.headers
  if (origin !== undefined && !corsOrigins.has(origin) && !NAMES.some((name) => origin === `http://${name}:${port}`)) {
    return `Origin "${origin}" is not allowed`
  }
  const site = request.headers['sec-fetch-site']
  if (site === 'cross-site' && !fromElsewhere && !(origin && corsOrigins.has(origin))) return 'The request comes from another site'
  return null
}

/**
 * The bearer token of the request: exactly one Authorization header, of the scheme Bearer.
 *
 * @returns null where there is none, or anything else than one
 */
export function bearerToken(request: IncomingMessage): string | null {
  let seen = 0
  for (let i = 0; i < request.rawHeaders.length; i += 2) if (request.rawHeaders[i]?.toLowerCase() === 'authorization') seen++
  const match = seen === 1 ? /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i.exec(request.headers.authorization ?? '') : null
  return match?.[1] ?? null
}
