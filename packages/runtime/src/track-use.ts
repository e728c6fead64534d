import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TokenGate, TokenUsageLog } from '@local-mcp/core'
import type { AppError, Clock } from '@local-mcp/kernel'

/** Of a path and of what a client says of itself, in characters. */
const MAX_TEXT = 200
const LISTENING = 'subscriptions/listen'

/** Why requests were refused that showed a token; few are. */
const reasons = new WeakMap<ServerResponse, string>()
/** For an answer that was refused behind the door, where only its status tells. */
const BY_STATUS: Readonly<Record<number, string>> = { 401: 'revoked', 403: 'permission', 429: 'rate_limit' }

/** Remembers why a request is refused, for its row. */
export function noteRefusal(res: ServerResponse, { code, data }: AppError): void {
  if (code === 'FORBIDDEN_ORIGIN') reasons.set(res, 'origin')
  else if (typeof data.reason === 'string') reasons.set(res, data.reason)
}

/** What stays open to hear of news has no answer to wait for. */
const isNews = ({ method, headers }: IncomingMessage) =>
  (method === 'GET' && headers.accept?.includes('text/event-stream') === true) || headers['mcp-method'] === LISTENING
/** Whoever went away before there was an answer got none. */
const NO_ANSWER = 499

/**
 * Sees to it that a request with a token gets its one row when it has ended, however that is.
 * @param path without the query
 */
export function trackUse(
  usage: TokenUsageLog,
  { record, principal }: TokenGate,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  clock: Clock,
): void {
  const at = clock.now()
  const started = performance.now()
  // Gone once the connection is.
  const address = req.socket.remoteAddress ?? null
  const end = (): void => {
    const statusCode = res.headersSent ? res.statusCode : NO_ANSWER
    const reason = reasons.get(res) ?? BY_STATUS[statusCode] ?? null
    usage.ended(end, {
      tokenId: record.id,
      userEmail: principal.email,
      at,
      method: req.method ?? '',
      endpoint: path.length > MAX_TEXT ? path.slice(0, MAX_TEXT) : path,
      address,
      userAgent: req.headers['user-agent']?.slice(0, MAX_TEXT) ?? null,
      statusCode,
      durationMs: isNews(req) ? null : Math.round((performance.now() - started) * 100) / 100,
      blocked: reason !== null,
      blockReason: reason,
    })
  }
  usage.begun(end)
  res.once('close', end)
}
