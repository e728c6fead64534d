import { ERRORS, type ErrorCode, isErrorCode, issueMessage } from '@local-mcp/contract'
import { AppError, type FieldError, type Logger, messageOf, newId, redact } from '@local-mcp/kernel'
import { ORPCError, ValidationError } from '@orpc/server'

/** What an error says beside code and message, on every carrier. */
export interface ErrorData {
  readonly next: string
  readonly fields?: readonly FieldError[]
  readonly incident?: string
  readonly [fact: string]: unknown
}

/** RFC 9457 problem body. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly next: string
  readonly errors: readonly FieldError[]
  readonly [fact: string]: unknown
}

/** Turns whatever was thrown into an AppError. What is not known stays inside: only an incident id gets out. */
export function toAppError(error: unknown, logger: Logger): AppError {
  if (error instanceof AppError && isErrorCode(error.code)) return error
  const incident = newId()
  logger.error('Unexpected error', { incident, error: messageOf(error), stack: error instanceof Error ? error.stack : undefined })
  return new AppError('INTERNAL', `${ERRORS.INTERNAL.title} (incident ${incident})`, { data: { incident } })
}

const dataOf = (error: AppError): ErrorData => ({
  ...error.data,
  next: error.next ?? ERRORS[error.code as ErrorCode].next,
  ...(error.fields.length > 0 ? { fields: error.fields } : {}),
})

/** The error as the contract's carriers transport it. */
export function toOrpcError(thrown: unknown, logger: Logger): ORPCError<string, ErrorData> {
  if (thrown instanceof ORPCError && isErrorCode(thrown.code)) return thrown
  const error = fromOrpc(thrown) ?? toAppError(thrown, logger)
  return new ORPCError(error.code, { status: ERRORS[error.code as ErrorCode].status, message: redact(error.message), data: dataOf(error) })
}

/** oRPC's own errors: input that does not fit its schema, addresses and methods that are not there. */
function fromOrpc(thrown: unknown): AppError | null {
  if (!(thrown instanceof ORPCError)) return null
  if (thrown.cause instanceof ValidationError && thrown.code === 'BAD_REQUEST') {
    const fields = thrown.cause.issues.flatMap(fieldErrors)
    const [first] = fields
    return new AppError('VALIDATION_ERROR', first ? `${first.path.join('.') || 'input'}: ${first.message}` : 'The input is not valid', {
      fields,
    })
  }
  if (thrown.code === 'BAD_REQUEST') return new AppError('VALIDATION_ERROR', thrown.message)
  if (thrown.code === 'NOT_FOUND') return new AppError('NOT_FOUND', 'There is no such operation')
  if (thrown.code === 'METHOD_NOT_SUPPORTED') return new AppError('METHOD_NOT_ALLOWED', thrown.message)
  if (thrown.code === 'PAYLOAD_TOO_LARGE') return new AppError('PAYLOAD_TOO_LARGE', ERRORS.PAYLOAD_TOO_LARGE.title)
  if (thrown.code === 'UNSUPPORTED_MEDIA_TYPE') return new AppError('UNSUPPORTED_MEDIA_TYPE', ERRORS.UNSUPPORTED_MEDIA_TYPE.title)
  return null
}

/** A refused key is named by its own path, not by the object that it is in. */
function fieldErrors(issue: ValidationError['issues'][number]): FieldError[] {
  const path = (issue.path ?? [])
    .map((part) => (typeof part === 'object' ? part.key : part))
    .map((key) => (typeof key === 'number' ? key : String(key)))
  const { keys } = issue as { keys?: readonly string[] }
  return keys ? keys.map((key) => ({ path: [...path, key], message: 'There is no such field' })) : [{ path, message: issueMessage(issue) }]
}

export function toProblem(code: string, detail: string, data: ErrorData): Problem {
  const spec = isErrorCode(code) ? ERRORS[code] : ERRORS.INTERNAL
  const { next, fields, ...facts } = data
  return { ...facts, type: `urn:local-mcp:error:${code}`, title: spec.title, status: spec.status, code, detail, next, errors: fields ?? [] }
}

export const problemOf = (error: AppError): Problem => toProblem(error.code, redact(error.message), dataOf(error))
