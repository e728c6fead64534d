import type { IncomingHttpHeaders } from 'node:http'
import { namesSecret } from '@local-mcp/kernel'
import { UpstreamError } from '../problems.ts'

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The beginning of what it answered. */
  readonly body: string
  readonly url: string
  /** The headers that the configuration asks for: whether a key was among them tells a missing one from a wrong one. */
  readonly sent: Readonly<Record<string, string>>
  /** The token of a sign-in was among them. */
  readonly signedIn?: boolean
}

/** What a program would read of the headers, in the words of HTTP. */
const TELLING = ['location', 'www-authenticate', 'proxy-authenticate', 'retry-after', 'content-type', 'server'] as const

/** Names what an answer means that carries no message. */
export function explainStatus({ status, headers, body, url, sent, signedIn }: HttpAnswer): UpstreamError {
  const told = TELLING.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${String(headers[name]).slice(0, 500)}`]))
  const evidence = [`HTTP ${status} from ${url}`, ...told, body]
  const how = `HTTP ${status}`
  const html = String(headers['content-type'] ?? '').startsWith('text/html') || /^\s*<(?:!doctype|html)/i.test(body)
  const keyed = Object.keys(sent).some(namesSecret)
  if (status >= 300 && status < 400) return new UpstreamError('REDIRECTED', evidence, how)
  switch (status) {
    case 401:
    case 403:
      if (status === 403 && /\berror="?insufficient_scope\b/.test(String(headers['www-authenticate'])))
        return new UpstreamError('SCOPE_MISSING', evidence, how)
      if (signedIn) return new UpstreamError(status === 401 ? 'SIGN_IN_ENDED' : 'HTTP_STATUS', evidence, how)
      return new UpstreamError(keyed ? 'KEY_REJECTED' : 'AUTH_REQUIRED', evidence, how)
    case 407:
      return new UpstreamError('PROXY_SIGN_IN', evidence, how)
    case 429:
      return new UpstreamError('RATE_LIMITED', evidence, how)
    case 200:
    case 404:
    case 405:
    case 406:
    case 410:
    case 415:
      return new UpstreamError('NOT_MCP', evidence, how)
    default:
      if (status >= 500) return new UpstreamError('SERVER_ERROR', evidence, how)
      return new UpstreamError(html ? 'NOT_MCP' : 'HTTP_STATUS', evidence, how)
  }
}
