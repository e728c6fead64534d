/** One refused field. `path` is its place in the operation's input. */
export interface ApiFieldError {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** An operation's failure as views show it: the cause, the one next step, and which fields were refused. */
export interface ApiError {
  readonly code: string
  readonly message: string
  readonly next?: string
  readonly incident?: string
  readonly fields: readonly ApiFieldError[]
  /** Further facts of this code. */
  readonly data?: Readonly<Record<string, unknown>>
}
