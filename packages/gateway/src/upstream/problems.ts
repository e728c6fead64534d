import { PROBLEMS, type ProblemCode, type ServerProblem } from '@local-mcp/contract'
import { messageOf, redact } from '@local-mcp/kernel'

/** A server's failure, named. Thrown inside the gateway and shown as the server's state. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly problem: ServerProblem
  /** The server certainly did nothing with the request, so it may be sent again. */
  readonly notProcessed: boolean

  constructor(code: ProblemCode, evidence: readonly string[] = [], detail?: string, notProcessed = false) {
    const { title, next } = PROBLEMS[code]
    super(detail ? `${title}: ${detail}` : title)
    this.problem = { code, message: redact(this.message), next, evidence: evidence.map(redact) }
    this.notProcessed = notProcessed
  }
}

/** A server answered one of our own requests with an error. */
export class RefusedError extends UpstreamError {
  /** The JSON-RPC error object, parsed. */
  readonly error: unknown

  constructor(answer: string, error: unknown, method: string) {
    super('HANDSHAKE_REFUSED', [answer.slice(0, 2000)], method)
    this.error = error
  }
}

/** Names what went wrong on a socket. */
export function connectionError(error: unknown, url: string): UpstreamError {
  if (error instanceof UpstreamError) return error
  const cause = error as NodeJS.ErrnoException | null
  // A DOMException, such as an abort is, has a number here.
  const code = typeof cause?.code === 'string' ? cause.code : ''
  const evidence = [`${code ? `${code}: ` : ''}${messageOf(error)}`, url]
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return new UpstreamError('CONNECTION_REFUSED', evidence)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new UpstreamError('HOST_NOT_FOUND', evidence)
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return new UpstreamError('TLS_FAILED', evidence)
  }
  return new UpstreamError('CONNECTION_LOST', evidence)
}
