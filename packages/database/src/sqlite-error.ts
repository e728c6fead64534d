import { AppError } from '@local-mcp/kernel'
import { DAMAGED_ROW } from './integrity/guard-rows.ts'

/** The innermost error that carries an SQLite result code (drizzle wraps it). */
export function sqliteCause(error: unknown): (Error & { code: string }) | null {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string' && current.code.startsWith('SQLITE_'))
      return current as Error & { code: string }
  }
  return null
}

/** A safety net: services look for taken names before they write. */
function uniqueViolation(cause: Error): AppError | null {
  if (/mcp_server_id/.test(cause.message)) return new AppError('ALREADY_ADDED', 'The server is already in this profile.', { cause })
  if (/\.slug\b/.test(cause.message)) return new AppError('SLUG_EXISTS', 'The slug is taken.', { cause })
  if (/\.name\b|_name_idx/.test(cause.message)) return new AppError('NAME_EXISTS', 'The name is taken.', { cause })
  return null
}

export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(sqliteCause(error)?.code ?? '')
}

/**
 * What SQLite says, in the product's words. Anything that is not an SQLite error comes back as it is.
 * @param path named in the message with SQLite's reason, for whoever starts the app; leave it out where the error may
 *   reach a client, which must learn neither
 */
export function toAppError(error: unknown, path?: string): unknown {
  const cause = error instanceof AppError ? null : sqliteCause(error)
  if (!cause) return error
  const app = (code: string, what: string) => {
    const message = path ? `${path} ${what}: ${cause.message}.` : `The database ${what}.`
    return new AppError(code, message, { data: path ? { path } : {}, cause })
  }
  if (isBusy(cause)) return app('DB_BUSY', 'is being written by another program')
  if (cause.message.startsWith(DAMAGED_ROW)) {
    return new AppError('DATABASE_CORRUPT', `The database holds a ${cause.message}. It is neither used nor changed.`, { cause })
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(cause.code)) return app('DATABASE_CORRUPT', 'is damaged')
  if (/^SQLITE_(READONLY|CANTOPEN|FULL|PERM|IOERR)/.test(cause.code)) return app('DATABASE_UNWRITABLE', 'cannot be written')
  // A table or column that the code counts on is gone.
  if (/^no such (table|column)/.test(cause.message)) return app('SCHEMA_DRIFT', 'lacks a part of its schema')
  return /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(cause.code) ? (uniqueViolation(cause) ?? error) : error
}
