import { AppError, messageOf } from '@local-mcp/kernel'
import { toAppError } from '../sqlite-error.ts'

const NO_SPACE = /^(ENOSPC|EDQUOT|EFBIG|SQLITE_FULL)$/
const UNWRITABLE = /^(E[A-Z]+|SQLITE_(CANTOPEN|READONLY|PERM|IOERR).*)$/

/** What kept a copy from being written, in the product's words. @param path where it was being written */
export function toBackupError(error: unknown, path: string): unknown {
  if (error instanceof AppError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const make = (key: string, what: string) =>
    new AppError(key, `${what}: ${messageOf(error)}. Nothing was left behind.`, { data: { path }, cause: error })
  if (NO_SPACE.test(code)) return make('BACKUP_NO_SPACE', `There is no room for the copy in ${path}`)
  if (UNWRITABLE.test(code)) return make('BACKUP_UNWRITABLE', `The copy cannot be written to ${path}`)
  return toAppError(error)
}
