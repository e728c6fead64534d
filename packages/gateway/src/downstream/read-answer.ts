import type { ErrorCode } from '@local-mcp/contract'
import { isObject } from '@local-mcp/kernel'
import { CODES, type Era } from '../protocol/revisions.ts'
import type { UpstreamError } from '../upstream/problems.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { type Frame, MAX_UPSTREAM_DEPTH, parseSpan } from '../wire/frame.ts'
import { isObjectAt, skipValue, walkObject } from '../wire/json-scan.ts'

/** A longer answer is not looked into for `isError`; it counts as a success. */
const LOOK_INTO = 64 * 1024
const SIGN_IN: ReadonlySet<string> = new Set(['AUTH_REQUIRED', 'SIGN_IN_ENDED', 'SCOPE_MISSING'])

/** The error of a failed server as the client sees it: which server, what is wrong, and the one next step. */
export function errorFor(error: UpstreamError, upstream: Upstream | undefined): { code: ErrorCode; message: string; data: object } {
  const { problem } = error
  const waits = problem.code === 'APPROVAL_REQUIRED' || problem.code === 'PROGRAM_CHANGED'
  const code: ErrorCode = SIGN_IN.has(problem.code) ? 'AUTH_REQUIRED' : waits ? 'APPROVAL_REQUIRED' : 'SERVER_UNAVAILABLE'
  const server = upstream?.record.name ?? 'The server'
  return {
    code,
    message: `${server}: ${problem.message}. ${problem.next}`,
    data: { code, server: upstream?.record.name ?? null, problem: problem.code, next: problem.next },
  }
}

/** The progress token of a request as the client wrote it; null where it wants no progress. */
export const tokenOf = ({ bytes, params: { progressToken } }: Frame): Buffer | null =>
  progressToken ? Buffer.from(bytes.subarray(progressToken.start, progressToken.end)) : null

/** The severity of a log message, as the server wrote it. */
export function levelOf({ bytes, paramsSpan }: Frame): unknown {
  const params = paramsSpan ? parseSpan(bytes, paramsSpan) : null
  return isObject(params) ? params.level : undefined
}

const codeOf = ({ bytes, error }: Frame): unknown => {
  const parsed = error ? parseSpan(bytes, error) : null
  return isObject(parsed) ? parsed.code : undefined
}

/** Whether a server says that it has no such thing. */
export function isUnknown(answer: Frame): boolean {
  const code = codeOf(answer)
  return code === CODES.resourceNotFound || code === CODES.invalidParams || code === CODES.methodNotFound
}

/** The HTTP status of a server's answer. In the legacy era a 404 would mean that the session is gone. */
export function statusOf(answer: Frame, to: Era): number {
  if (!answer.error || to === 'legacy') return 200
  const code = codeOf(answer)
  if (code === CODES.methodNotFound) return 404
  return code === CODES.missingCapability ? 400 : 200
}

/** Whether the tool itself says that it failed. */
export function toolSaysError({ bytes, result }: Frame): boolean {
  if (!result || bytes.length > LOOK_INTO || !bytes.includes('"isError"') || !isObjectAt(bytes, result.start)) return false
  let isError = false
  walkObject(bytes, result.start, (key, _escaped, start) => {
    if (key === 'isError') isError = bytes[start] === 0x74
    return skipValue(bytes, start, MAX_UPSTREAM_DEPTH)
  })
  return isError
}
