import { AppError } from '@local-mcp/kernel'

/** A place in a text, both counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: before.length - before.lastIndexOf('\n') }
}

/**
 * The one error of this folder. The message says what was understood and what was not; it never repeats a value of
 * the snippet, which may be a secret.
 */
export function unreadable(message: string, position: Position | null = null): AppError {
  const where = position === null ? '' : ` (line ${position.line}, column ${position.column})`
  return new AppError('SNIPPET_UNREADABLE', `${message}${where}`, {
    fields: [{ path: ['text'], message: `${message}${where}` }],
    data: position === null ? {} : { line: position.line, column: position.column },
  })
}
