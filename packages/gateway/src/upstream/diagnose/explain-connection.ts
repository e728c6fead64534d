import type { ProblemCode } from '@local-mcp/contract'
import { messageOf } from '@local-mcp/kernel'
import { UpstreamError } from '../problems.ts'
import { describeCertificate } from './describe-certificate.ts'

type Env = Readonly<Record<string, string | undefined>>

const BY_CODE: Readonly<Record<string, ProblemCode>> = {
  ECONNREFUSED: 'CONNECTION_REFUSED',
  EHOSTUNREACH: 'NETWORK_UNREACHABLE',
  ENETUNREACH: 'NETWORK_UNREACHABLE',
  ENETDOWN: 'NETWORK_UNREACHABLE',
  ENOTFOUND: 'HOST_NOT_FOUND',
  EAI_AGAIN: 'HOST_NOT_FOUND',
  ETIMEDOUT: 'CONNECT_TIMEOUT',
  UND_ERR_CONNECT_TIMEOUT: 'CONNECT_TIMEOUT',
  ECONNRESET: 'CONNECTION_RESET',
  EPIPE: 'CONNECTION_RESET',
  UND_ERR_SOCKET: 'CONNECTION_RESET',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS_SELF_SIGNED',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLS_UNKNOWN_CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS_UNKNOWN_CA',
  UNABLE_TO_GET_ISSUER_CERT: 'TLS_UNKNOWN_CA',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS_UNKNOWN_CA',
  CERT_UNTRUSTED: 'TLS_UNKNOWN_CA',
  CERT_HAS_EXPIRED: 'TLS_EXPIRED',
  CERT_NOT_YET_VALID: 'TLS_EXPIRED',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS_WRONG_HOST',
  ERR_SSL_WRONG_VERSION_NUMBER: 'TLS_NOT_SPOKEN',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'TLS_NOT_SPOKEN',
  ERR_SSL_HTTP_REQUEST: 'TLS_NOT_SPOKEN',
}
/** Failures that a network which lets nobody out directly causes. */
const WAY_OUT = new Set<ProblemCode>(['HOST_NOT_FOUND', 'CONNECT_TIMEOUT', 'NETWORK_UNREACHABLE', 'CONNECTION_REFUSED'])
const WITH_CERTIFICATE = new Set<ProblemCode>(['TLS_SELF_SIGNED', 'TLS_UNKNOWN_CA', 'TLS_EXPIRED', 'TLS_WRONG_HOST'])

/** Names what went wrong on a socket. @param url what was connected to, or a name for it */
export function connectionError(error: unknown, url: string): UpstreamError {
  if (error instanceof UpstreamError) return error
  const cause = error as NodeJS.ErrnoException | null
  // A DOMException, such as an abort is, has a number here.
  const code = typeof cause?.code === 'string' ? cause.code : ''
  const message = messageOf(error)
  const evidence = [`${code && !message.startsWith(code) ? `${code}: ` : ''}${message}`, url]
  const known = BY_CODE[code]
  if (known) return new UpstreamError(known, evidence)
  if (/wrong version number|packet length too long|http request/.test(message)) return new UpstreamError('TLS_NOT_SPOKEN', evidence)
  const tls = code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code === 'EPROTO' || /CERT|UNABLE_TO_VERIFY/.test(code)
  return new UpstreamError(tls ? 'TLS_FAILED' : 'CONNECTION_LOST', evidence)
}

/**
 * The same for a connection that was just tried, with what a second look tells: the certificate, and whether this
 * computer is meant to go through a proxy.
 *
 * @param lookup as the connection itself looks names up: the second look reaches nothing that the first may not
 */
export async function explainConnection(error: unknown, url: string, env: Env, lookup: unknown): Promise<UpstreamError> {
  const known = connectionError(error, url)
  const { code, evidence } = known.problem
  if (WITH_CERTIFICATE.has(code as ProblemCode)) {
    const seen = await describeCertificate(new URL(url), lookup)
    return seen.length === 0 ? known : new UpstreamError(code as ProblemCode, [...evidence, ...seen])
  }
  const proxy = WAY_OUT.has(code as ProblemCode) ? proxyFor(new URL(url), env) : null
  return proxy === null ? known : new UpstreamError('PROXY_NEEDED', [...evidence, proxy])
}

/** @returns the variable that names a proxy for the address, with its value; null where none does */
function proxyFor({ protocol, hostname }: URL, env: Env): string | null {
  const excepted = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((one) => one.trim().replace(/^\*?\./, ''))
  if (/^(?:localhost|127\.|\[?::1)/.test(hostname)) return null
  if (excepted.some((one) => one === '*' || (one !== '' && (hostname === one || hostname.endsWith(`.${one}`))))) return null
  const names =
    protocol === 'https:'
      ? ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']
      : ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']
  const name = names.find((one) => env[one])
  return name ? `${name}=${env[name]}` : null
}
