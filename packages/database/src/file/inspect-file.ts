import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { AppError, messageOf } from '@local-mcp/kernel'

/** 'LMGW', at byte 68 of our files. */
export const APPLICATION_ID = 0x4c4d4757

export function statOrNull(path: string): Stats | null {
  try {
    return statSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new AppError('DATABASE_UNWRITABLE', `${path} cannot be reached: ${messageOf(error)}.`, { data: { path }, cause: error })
  }
}

/** The first 108 bytes: SQLite's file header and the head of the table of contents. */
function readHead(path: string): Buffer {
  const head = Buffer.alloc(108)
  try {
    const descriptor = openSync(path, 'r')
    try {
      return head.subarray(0, readSync(descriptor, head, 0, head.length, 0))
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw new AppError('DATABASE_UNWRITABLE', `${path} cannot be read: ${messageOf(error)}.`, { data: { path }, cause: error })
  }
}

/** What the head says: no SQLite file at all, ours, somebody else's, or one that holds nothing yet. */
function judgeHead(head: Buffer): 'empty' | 'ours' | 'foreign' | 'not_sqlite' {
  if (head.length === 0) return 'empty'
  if (head.length < 108 || head.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'not_sqlite'
  const applicationId = head.readUInt32BE(68)
  if (applicationId === APPLICATION_ID) return 'ours'
  // Our mark is the first thing ever written, so an unmarked file is ours to take only when its schema is an empty leaf page.
  return applicationId === 0 && head[100] === 0x0d && head.readUInt16BE(103) === 0 ? 'empty' : 'foreign'
}

/**
 * Refuses a file that is not ours without opening it through SQLite, so that not a byte of it or beside it changes.
 * Opens and closes a descriptor, which drops this process's POSIX locks: only for a file that it has not open.
 * @throws AppError DATABASE_NOT_SQLITE, DATABASE_FOREIGN, DATABASE_CORRUPT, DATABASE_UNWRITABLE
 */
export function inspectFile(path: string): void {
  const refuse = (code: string, message: string) => new AppError(code, message, { data: { path } })
  // The log before the file: another process that is creating both makes the file first.
  const walSize = statOrNull(`${path}-wal`)?.size ?? 0
  const stats = statOrNull(path)
  if (stats && !stats.isFile()) {
    throw refuse('DATABASE_NOT_SQLITE', `${path} is ${stats.isDirectory() ? 'a folder' : 'not a regular file'}, not a database.`)
  }
  const verdict = stats ? judgeHead(readHead(path)) : 'empty'
  if (verdict === 'not_sqlite') throw refuse('DATABASE_NOT_SQLITE', `${path} is not an SQLite database. It was not touched.`)
  if (verdict === 'foreign') {
    throw refuse('DATABASE_FOREIGN', `${path} is a database of another program: it lacks the mark of this app. It was not touched.`)
  }
  // SQLite would throw the log away, and it may be all that is left of the data.
  if (verdict === 'empty' && walSize > 0) {
    throw new AppError('DATABASE_CORRUPT', `${path} is missing or empty, but its log ${path}-wal holds ${walSize} bytes.`, {
      next: 'Put the database back beside its log, or move the log away.',
      data: { path },
    })
  }
}
