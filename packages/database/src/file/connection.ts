import { AppError } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { registerRowChecksum } from '../integrity/row-checksum.ts'

export type Connection = Database.Database

/** How long SQLite itself may wait for a lock, in ms. It blocks the event loop meanwhile, so it is short, and a writer waits outside. */
export const READER_BUSY_MS = 100
export const WRITER_BUSY_MS = 5
/** While a store opens, nothing else runs yet, and a process that closes the file may hold it for a moment. */
const OPENING_BUSY_MS = 5000

/** Name, value to set and value to read back; the order matters. */
const PRAGMAS: readonly (readonly [name: string, set: string, expected: number | string])[] = [
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['secure_delete', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ...(process.platform === 'darwin' ? [['checkpoint_fullfsync', 'ON', 1] as const] : []),
  ['journal_size_limit', '67108864', 67_108_864],
  ['mmap_size', '0', 0],
]

/** Opens an existing file. Reads and writes nothing yet. */
export function openConnection(path: string): Connection {
  const db = new Database(path, { fileMustExist: true, timeout: OPENING_BUSY_MS })
  registerRowChecksum(db)
  return db
}

/**
 * Sets every pragma of a connection and reads it back.
 * @throws AppError DATABASE_WAL_UNAVAILABLE, or DATABASE_UNWRITABLE when a setting does not hold
 */
export function configureConnection(db: Connection, path: string): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true })
  if (mode !== 'wal') {
    throw new AppError('DATABASE_WAL_UNAVAILABLE', `${path} stays in journal mode "${mode}": its place does not allow WAL.`, {
      data: { path, mode },
    })
  }
  for (const [name, value, expected] of PRAGMAS) {
    db.pragma(`${name} = ${value}`)
    const actual = db.pragma(name, { simple: true })
    if (actual !== expected) {
      throw new AppError('DATABASE_UNWRITABLE', `SQLite does not keep ${name} = ${value} for ${path}: it says ${actual}.`, {
        data: { path },
      })
    }
  }
}

/** Ends the opening phase: from now on no call waits for a lock longer than this. */
export function limitBusyWait(db: Connection, ms: number): void {
  db.pragma(`busy_timeout = ${ms}`)
}
