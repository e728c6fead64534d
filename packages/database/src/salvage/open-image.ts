import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { openConnection } from '../file/connection.ts'
import type { DatabaseImage } from './read-cells.ts'

/** Page size of every file of ours: SQLite's own default, which no release changed. */
const PAGE_SIZE = 4096

/**
 * Folds the log of a copy into it, as far as SQLite can still read both.
 * @returns whether SQLite opens the file at all
 */
export function foldLog(path: string): boolean {
  try {
    const db = openConnection(path)
    try {
      db.pragma('wal_checkpoint(TRUNCATE)')
      return true
    } finally {
      db.close()
    }
  } catch {
    return false
  }
}

/** Puts a sound file header in the place of one that is damaged. For a copy only. */
export function replaceHeader(path: string, pattern: string): void {
  const from = openSync(pattern, 'r')
  const to = openSync(path, 'r+')
  try {
    const header = Buffer.alloc(100)
    readSync(from, header, 0, 100, 0)
    header.writeUInt32BE(Math.floor(fstatSync(to).size / PAGE_SIZE), 28)
    // No list of free pages, and no version by which the count of pages would be believed.
    header.fill(0, 32, 40)
    header.copy(header, 92, 24, 28)
    writeSync(to, header, 0, 100, 0)
  } finally {
    closeSync(from)
    closeSync(to)
  }
}

/** Reads a file page by page. For a copy that nobody has open through SQLite. */
export function openImage(path: string): DatabaseImage & { close(): void } {
  const descriptor = openSync(path, 'r')
  return {
    pageSize: PAGE_SIZE,
    pages: Math.floor(fstatSync(descriptor).size / PAGE_SIZE),
    page(number) {
      const bytes = Buffer.alloc(PAGE_SIZE)
      readSync(descriptor, bytes, 0, PAGE_SIZE, (number - 1) * PAGE_SIZE)
      return bytes
    },
    close: () => closeSync(descriptor),
  }
}
