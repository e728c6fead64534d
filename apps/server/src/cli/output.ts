import { ERRORS, isErrorCode } from '@local-mcp/contract'
import { AppError, messageOf, redact } from '@local-mcp/kernel'
import { plain } from '@local-mcp/runtime'
import { EXIT, exitCodeOf } from '../exit-codes.ts'

/** Prints what a command answers: JSON on one line for programs, text for people. */
export function print(json: boolean, value: unknown, text: string): void {
  process.stdout.write(`${plain(json ? JSON.stringify(value) : text)}\n`)
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Prints why a command failed and what to do, on stderr. @returns the exit code */
export function printError(json: boolean, error: unknown): number {
  const known = error instanceof AppError ? error : new AppError('INTERNAL', messageOf(error))
  const next = known.next ?? (isErrorCode(known.code) ? ERRORS[known.code].next : '')
  if (json) {
    const { code, message, fields, data } = known
    process.stderr.write(`${plain(redact(JSON.stringify({ error: { code, message, next, errors: fields, ...data } })))}\n`)
  } else {
    const fields = known.fields.map(({ path, message }) => `  - ${path.join('.')}: ${message}`)
    process.stderr.write(`${plain(redact([`✗ ${known.message}`, ...fields, `  ${next}`].join('\n')))}\n`)
  }
  return error instanceof AppError ? exitCodeOf(known.code) : EXIT.failure
}

/** The number that a flag was given. @throws AppError VALIDATION_ERROR naming the flag */
export function numberOf(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new AppError('VALIDATION_ERROR', `${flag} needs a number, not "${text}"`, { next: 'Write it in digits.' })
  return value
}
