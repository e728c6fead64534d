import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, messageOf } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { createFolder, createPrivate } from './file/database-file.ts'
import { isBusy } from './sqlite-error.ts'

/**
 * Makes this process the one that serves the data directory, until the returned function is called or the process
 * ends. The same kind of lock as the migration's: a tiny SQLite file in an exclusive transaction, which the kernel
 * frees. Commands that only read and write rows do not take it.
 *
 * @throws AppError ALREADY_RUNNING naming the other process where it is known, DATABASE_UNWRITABLE
 */
export async function lockInstance(databasePath: string): Promise<() => void> {
  const path = instanceLockPath(databasePath)
  const pidPath = `${path}.pid`
  let lock: Database.Database | undefined
  try {
    createFolder(dirname(path))
    createPrivate(path)
    lock = new Database(path, { timeout: 0 })
    lock.pragma('journal_mode = MEMORY')
    await acquire(lock)
    writeFileSync(pidPath, String(process.pid), { mode: 0o600 })
  } catch (error) {
    lock?.close()
    if (isBusy(error)) {
      const pid = readPid(pidPath)
      throw new AppError('ALREADY_RUNNING', `Another gateway${pid ? ` (pid ${pid})` : ''} uses ${dirname(databasePath)}`, { data: { pid } })
    }
    throw new AppError('DATABASE_UNWRITABLE', `The lock ${path} cannot be used: ${messageOf(error)}`, { data: { path }, cause: error })
  }
  const held = lock
  return () => {
    rmSync(pidPath, { force: true })
    held.close()
  }
}

/** Somebody who only asks whether the lock is held has it for a moment; that is no reason to give up. In milliseconds. */
const PATIENCE = 300

async function acquire(lock: Database.Database): Promise<void> {
  const deadline = performance.now() + PATIENCE
  for (;;) {
    try {
      lock.exec('BEGIN EXCLUSIVE')
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
    }
    await sleep(20)
  }
}

/** Whether a gateway of ours ever served this data directory. */
export const hasInstanceLock = (databasePath: string): boolean => existsSync(instanceLockPath(databasePath))

/** Whether some process serves this data directory at this moment. Creates nothing. */
export function isInstanceRunning(databasePath: string): boolean {
  const path = instanceLockPath(databasePath)
  if (!existsSync(path)) return false
  const lock = new Database(path, { timeout: 0, readonly: true })
  try {
    lock.prepare('SELECT count(*) FROM sqlite_master').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    lock.close()
  }
}

const instanceLockPath = (databasePath: string) => join(dirname(databasePath), '.local-mcp-gateway-instance.lock')

function readPid(path: string): number | null {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || null
  } catch {
    return null
  }
}
