import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, messageOf } from '@local-mcp/kernel'
import { inspectFile, statOrNull } from './inspect-file.ts'
import { createMutex, type Mutex } from './mutex.ts'

/** A database file that this process has open, perhaps through several stores. */
export interface DatabaseFile {
  readonly path: string
  /** Device and inode at the time of opening. */
  readonly key: string
  /** Write transactions of all stores of this process on this file, one at a time. */
  readonly mutex: Mutex
  /** To be called once, after the last connection was closed. */
  release(): void
}

/**
 * Files with open connections, by device and inode. Closing any descriptor of such a file drops the POSIX locks
 * that SQLite holds on it: nothing here may be opened with `fs`.
 */
const open = new Map<string, { users: number; readonly mutex: Mutex }>()

const keyOf = (stats: Stats) => `${stats.dev}:${stats.ino}`

/** Whether this process has the file open, so that `fs` must keep its hands off it. */
export function isOpenHere(path: string): boolean {
  const stats = statOrNull(path)
  return stats !== null && open.has(keyOf(stats))
}

/**
 * Keeps a file noted as open for work of another thread, so that `fs` keeps off it even when the last store closes
 * meanwhile. Does nothing for a file that is not open.
 * @returns ends the note; to be called once
 */
export function holdIfOpen(path: string): () => void {
  const stats = statOrNull(path)
  const key = stats && keyOf(stats)
  const entry = key && open.get(key)
  if (!entry) return () => {}
  entry.users += 1
  return () => {
    entry.users -= 1
    if (entry.users === 0) open.delete(key)
  }
}

/** Device and inode of what is at the path now; null when there is nothing. */
export function fileKey(path: string): string | null {
  const stats = statOrNull(path)
  return stats && keyOf(stats)
}

/** Creates the file for this user alone, before SQLite would create it by the umask. Leaves an existing one alone. */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Like mkdir's `recursive`, which never returns where the kernel answers ENOENT for a new folder (Node 24, /proc). */
export function createFolder(path: string): void {
  if (existsSync(path)) return
  if (dirname(path) !== path) createFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/**
 * Makes sure that there is a file that is ours to write, and notes it as open.
 * Synchronous from the inspection to the note, so that no other store can open the file in between.
 * @throws AppError DATABASE_UNWRITABLE, or what `inspectFile` throws
 */
export function acquireDatabaseFile(path: string): DatabaseFile {
  try {
    createFolder(dirname(path))
    if (!isOpenHere(path)) {
      inspectFile(path)
      createPrivate(path)
    }
    accessSync(dirname(path), constants.W_OK)
    accessSync(path, constants.R_OK | constants.W_OK)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('DATABASE_UNWRITABLE', `${path} cannot be written: ${messageOf(error)}.`, { data: { path }, cause: error })
  }
  const key = fileKey(path) ?? path
  const entry = open.get(key) ?? { users: 0, mutex: createMutex() }
  entry.users += 1
  open.set(key, entry)
  return {
    path,
    key,
    mutex: entry.mutex,
    release() {
      entry.users -= 1
      if (entry.users === 0) open.delete(key)
    },
  }
}
