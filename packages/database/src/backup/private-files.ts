import { createHash, type Hash } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

const CHUNK_BYTES = 1024 * 1024

/** Makes the file's content survive a power cut. Never for a database that is open. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes the names in a folder survive a power cut. Windows has no such call, and needs none. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function eachChunk(path: string, use: (chunk: Buffer) => void): void {
  const descriptor = openSync(path, constants.O_RDONLY)
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    for (let length = readSync(descriptor, buffer); length > 0; length = readSync(descriptor, buffer)) use(buffer.subarray(0, length))
  } finally {
    closeSync(descriptor)
  }
}

/** SHA-256 of the content, hex. */
export function hashFile(path: string): string {
  const hash: Hash = createHash('sha256')
  eachChunk(path, (chunk) => hash.update(chunk))
  return hash.digest('hex')
}

/** Copies into a new file of this user alone. @returns SHA-256 of what was copied, hex */
export function copyPrivate(from: string, to: string): string {
  const hash = createHash('sha256')
  const descriptor = openSync(to, 'wx', 0o600)
  try {
    eachChunk(from, (chunk) => {
      hash.update(chunk)
      for (let written = 0; written < chunk.length; ) written += writeSync(descriptor, chunk, written)
    })
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  return hash.digest('hex')
}

/** Writes a small file whole or not at all. */
export function writeWhole(path: string, text: string): void {
  const part = `${path}.${process.pid}.part`
  try {
    writeFileSync(part, text, { mode: 0o600, flush: true })
    renameSync(part, path)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

/**
 * Gives a file its final name without ever overwriting: of several processes that want it, one gets it.
 * @returns whether it was this one; the file is where it was if not
 */
export function moveNew(from: string, to: string): boolean {
  if (existsSync(to)) return false
  try {
    linkSync(from, to)
    rmSync(from)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // Some file systems have no links.
    renameSync(from, to)
  }
  return true
}

/** Removes a database that nobody has open, with all that SQLite puts beside one. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
}

/** Removes a file if it is there; a path that leads nowhere is no error. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
