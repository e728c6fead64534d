import { ERRORS, isErrorCode } from '@local-mcp/contract'

/** Exit codes of the command line; the numbers are those of sysexits.h. */
export const EXIT = { ok: 0, failure: 1, usage: 64, invalid: 65, notFound: 66, locked: 75 } as const

const LOCKED = new Set(['MIGRATION_LOCK_TIMEOUT', 'ALREADY_RUNNING', 'DB_BUSY', 'DATABASE_IN_USE'])

/** @param code a key of the contract's error table */
export function exitCodeOf(code: string): number {
  if (LOCKED.has(code)) return EXIT.locked
  if (!isErrorCode(code)) return EXIT.failure
  const { status } = ERRORS[code]
  if (status === 400) return EXIT.invalid
  return status === 404 ? EXIT.notFound : EXIT.failure
}
