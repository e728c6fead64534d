import { PROBLEMS, type ProblemCode, type ServerProblem } from '@local-mcp/contract'
import { redact, visibleLine } from '@local-mcp/kernel'

/** Longest line of evidence, in characters. */
const LINE = 2000

/** A server's failure, named. Thrown inside the gateway and shown as the server's state. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly problem: ServerProblem
  /** The server certainly did nothing with the request, so it may be sent again. */
  readonly notProcessed: boolean

  constructor(code: ProblemCode, evidence: readonly string[] = [], detail?: string, notProcessed = false) {
    const { title, next } = PROBLEMS[code]
    super(detail ? `${title}: ${detail}` : title)
    this.problem = { code, message: shown(this.message), next, evidence: evidence.flatMap(linesOf) }
    this.notProcessed = notProcessed
  }
}

/** What a stranger wrote, to be shown: no secret that looks like one, nothing that steers a screen or cannot be seen. */
const shown = (line: string) => redact(visibleLine(line.trimEnd().slice(0, LINE)))
// Twice, because some secrets have several lines and others are broken by colours.
const linesOf = (text: string) =>
  redact(text)
    .split('\n')
    .map(shown)
    .filter((line) => line !== '')

/** A server answered one of our own requests with an error. */
export class RefusedError extends UpstreamError {
  /** The JSON-RPC error object, parsed. */
  readonly error: unknown

  constructor(answer: string, error: unknown, method: string) {
    super('HANDSHAKE_REFUSED', [answer.slice(0, 2000)], method)
    this.error = error
  }
}
