import { realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import type { Connection } from '../file/connection.ts'
import { isOpenHere } from '../file/database-file.ts'
import { isBusy, toAppError } from '../sqlite-error.ts'
import { fileHolders } from './file-holders.ts'

/** @throws AppError DATABASE_IN_USE, naming the processes where they are known */
export function inUse(path: string): AppError {
  const holders = fileHolders(realpathSync(path))
  const who = holders.map(({ pid, name }) => `${name} (pid ${pid})`).join(', ') || 'Another process'
  return new AppError('DATABASE_IN_USE', `${who} has ${path} open. Nothing was changed.`, { data: { path, holders } })
}

/**
 * Folds the log into the database and shuts everybody else out: leaving WAL mode works for the only connection alone,
 * in any process. The log and its index are gone then.
 * @returns null when the file is too damaged for that
 */
function tryHold(path: string): Connection | null {
  const db = new Database(path, { fileMustExist: true, timeout: 0 })
  try {
    db.pragma('synchronous = FULL')
    db.pragma('journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
    // Somebody may have set WAL again in between: then the lock keeps no reader out.
    if (db.pragma('journal_mode', { simple: true }) === 'delete') return db
    throw new AppError('DB_BUSY', 'Somebody else opened the database')
  } catch (error) {
    db.close()
    if (isBusy(error) || error instanceof AppError) throw new AppError('DB_BUSY', 'The database is open elsewhere', { cause: error })
    const known = toAppError(error, path)
    if (known instanceof AppError && known.code === 'DATABASE_CORRUPT') return null
    throw known
  }
}

/**
 * Waits until nobody else has the database open, and keeps them out until the connection is closed.
 * @param waitMs how long, in ms
 * @returns null when the file is too damaged to be opened
 * @throws AppError DATABASE_IN_USE
 */
export async function holdAlone(path: string, waitMs: number): Promise<Connection | null> {
  const deadline = performance.now() + waitMs
  for (;;) {
    try {
      if (!isOpenHere(path)) return tryHold(path)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'DB_BUSY') throw error
    }
    if (performance.now() >= deadline) throw inUse(path)
    await sleep(20 + Math.random() * 30)
  }
}
