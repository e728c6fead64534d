/** One field that was refused. `path` is the place in the input, e.g. `["config", "url"]`. */
export interface FieldError {
  readonly path: readonly (string | number)[]
  readonly message: string
}

export interface AppErrorOptions {
  /** The one thing to do about it, as a sentence. */
  readonly next?: string
  readonly fields?: readonly FieldError[]
  /** Facts that a program may want: ids, pids, counts. Never a secret, a stack or SQL. */
  readonly data?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * The only error that crosses a room's border on purpose. `code` is a key of the contract's error table,
 * `message` the cause in words that a person can read.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: string
  readonly next: string | undefined
  readonly fields: readonly FieldError[]
  readonly data: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.next = options.next
    this.fields = options.fields ?? []
    this.data = options.data ?? {}
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
