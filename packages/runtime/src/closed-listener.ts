import type { Readiness } from '@local-mcp/contract'
import { refuseForeign } from '@local-mcp/gateway'
import { AppError } from '@local-mcp/kernel'
import type { RequestHandler } from './http-listener.ts'
import { answerHealth, sendError } from './mcp-listener.ts'

export interface Closed {
  /** Key of the error table. */
  readonly code: string
  /** Why, for anybody who asks: no path, no name of a person. */
  readonly detail: string
  /** What whoever sits at this computer can do about it. */
  readonly next: string
}

/** The door while there is nothing behind it: clients are told why, instead of finding the port dead. */
export function createClosedHandler(options: {
  readonly port: () => number
  readonly corsOrigins: ReadonlySet<string>
  readonly closed: Closed
}): RequestHandler {
  const { port, corsOrigins, closed } = options
  const { code, detail, next } = closed
  const ready = (): Readiness => ({ status: 'not_ready', checks: [{ name: 'launch', ok: false, ms: 0, code, detail }] })
  return (req, res) => {
    const foreign = refuseForeign(req, { port: port(), corsOrigins })
    if (foreign) return sendError(req, res, new AppError('FORBIDDEN_ORIGIN', foreign))
    void answerHealth(req, res, ready).then((answered) => {
      if (!answered) sendError(req, res, new AppError('NOT_READY', detail, { next, data: { check: 'launch', cause: code } }))
    })
  }
}
