import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, messageOf } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { createPrivate } from '../file/database-file.ts'
import { isBusy } from '../sqlite-error.ts'

export interface LockOptions {
  /** How long to wait for another process, in ms. */
  readonly timeoutMs: number
  /** Called once when somebody else holds the lock. */
  readonly onWaiting?: ((holderPid: number | null) => void) | undefined
}

/** The lock of a database. To be opened through SQLite only: closing another descriptor would drop the lock. */
export function migrationLockPath(databasePath: string): string {
  return join(dirname(databasePath), '.local-mcp-gateway-migration.lock')
}

/** A file of its own, since the lock file itself can be read neither by SQLite nor safely by `fs` while it is held. */
const pidPath = (lockPath: string) => `${lockPath}.pid`

/** The process that holds the lock as far as is known: a hint for people, never a reason to break the lock. */
function readHolder(lockPath: string): number | null {
  let pid = Number.NaN
  try {
    pid = Number.parseInt(readFileSync(pidPath(lockPath), 'utf8'), 10)
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, but belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null
  }
  return Number.isNaN(pid) ? null : pid
}

/**
 * Runs `work` while this process alone holds the migration lock: a tiny SQLite file in an exclusive transaction, which
 * the kernel frees when the process ends, however it ends. Waits without blocking the event loop; never breaks a lock.
 * @throws AppError MIGRATION_LOCK_TIMEOUT, DATABASE_UNWRITABLE
 */
export async function withMigrationLock<Result>(
  databasePath: string,
  options: LockOptions,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const path = migrationLockPath(databasePath)
  let lock: Database.Database | undefined
  try {
    createPrivate(path)
    lock = new Database(path, { timeout: 0 })
    await acquire(lock, path, options)
    writeFileSync(pidPath(path), String(process.pid), { mode: 0o600 })
  } catch (error) {
    lock?.close()
    if (error instanceof AppError) throw error
    throw new AppError('DATABASE_UNWRITABLE', `The lock ${path} cannot be used: ${messageOf(error)}.`, { data: { path }, cause: error })
  }
  try {
    return await work()
  } finally {
    rmSync(pidPath(path), { force: true })
    lock.close()
  }
}

async function acquire(lock: Database.Database, path: string, options: LockOptions): Promise<void> {
  const deadline = performance.now() + options.timeoutMs
  for (let attempt = 0; ; attempt += 1) {
    try {
      // Without a journal beside the lock: nothing is ever written to it.
      lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
      return
    } catch (error) {
      if (!isBusy(error)) throw error
    }
    const holder = attempt === 0 || performance.now() >= deadline ? readHolder(path) : null
    if (attempt === 0) options.onWaiting?.(holder)
    if (performance.now() >= deadline) {
      const who = holder === null ? 'Another process' : `Process ${holder}`
      throw new AppError('MIGRATION_LOCK_TIMEOUT', `${who} has been upgrading the database for more than ${options.timeoutMs / 1000} s.`, {
        data: { holderPid: holder, lock: path },
      })
    }
    await sleep(15 + Math.random() * 35)
  }
}
