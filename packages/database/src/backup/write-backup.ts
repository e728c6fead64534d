import { statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Backup, BackupKind } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { createFolder, createPrivate } from '../file/database-file.ts'
import { countDamagedRows } from '../integrity/row-checksum.ts'
import { toBackupError } from './backup-error.ts'
import { type BackupFacts, backupName, formatSideFile, partName, sideFile } from './backup-name.ts'
import { checkDatabase, openStranger } from './check-database.ts'
import { hashFile, moveNew, removeFile, syncFile, syncFolder } from './private-files.ts'

export interface WriteBackup {
  readonly databasePath: string
  readonly folder: string
  readonly id: string
  readonly kind: BackupKind
  /** Milliseconds since 1970-01-01 UTC; names the file. */
  readonly at: number
}

/** Called before the copying begins. @param part where the file grows meanwhile */
export type OnSize = (part: string, totalBytes: number) => void

const WRITER_WAIT_MS = 5000
/** Room that is left for everybody else, in bytes. */
const SPARE_BYTES = 1024 * 1024

function assertRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= bytes + SPARE_BYTES) return
  const megabytes = (size: number) => Math.ceil(size / 1024 / 1024)
  throw new AppError(
    'BACKUP_NO_SPACE',
    `${folder} has ${megabytes(bavail * bsize)} MB free; the copy needs ${megabytes(bytes + SPARE_BYTES)} MB. Nothing was written.`,
    { data: { path: folder } },
  )
}

/** One statement is one snapshot, whoever writes meanwhile; the online backup would start again at every write. */
function copyInto(databasePath: string, part: string, onSize: OnSize): void {
  const db = new Database(databasePath, { fileMustExist: true, timeout: WRITER_WAIT_MS })
  try {
    const bytes = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))
    assertRoom(dirname(part), bytes)
    onSize(part, bytes)
    db.prepare('VACUUM INTO ?').run(part)
  } finally {
    db.close()
  }
}

/** Gives the file its name. The side file comes first: it claims the name, and a backup without it would not say what it is. */
function publish(part: string, folder: string, at: number, sha256: string, facts: BackupFacts): string {
  const side = `${part}.sha256`
  try {
    for (let turn = 0; ; turn += 1) {
      const path = join(folder, backupName(at, turn))
      writeFileSync(side, formatSideFile(path, sha256, facts), { mode: 0o600, flush: true })
      if (!moveNew(side, sideFile(path))) continue
      if (!moveNew(part, path)) continue
      syncFolder(folder)
      return path
    }
  } finally {
    removeFile(side)
  }
}

/**
 * Writes a copy of one committed state, reads it back, and only then gives it its name. Rows that are damaged in the
 * database are so in the copy, which is then not called verified: the others are worth keeping. Blocks its thread.
 * @throws AppError BACKUP_UNWRITABLE, BACKUP_NO_SPACE, BACKUP_DAMAGED, DATABASE_CORRUPT; no part of a file is left then
 */
export function writeBackup({ databasePath, folder, id, kind, at }: WriteBackup, onSize: OnSize): Backup {
  const part = join(folder, partName(backupName(at), process.pid))
  try {
    createFolder(folder)
    removeFile(part)
    // Before SQLite would create it by the umask.
    createPrivate(part)
    copyInto(databasePath, part, onSize)
    const db = openStranger(part)
    let schemaVersion: number
    let damagedRows: number
    try {
      schemaVersion = checkDatabase(db, part).schemaVersion
      damagedRows = countDamagedRows(db)
    } finally {
      db.close()
    }
    syncFile(part)
    const sha256 = hashFile(part)
    const sizeBytes = statSync(part).size
    const path = publish(part, folder, at, sha256, { id, kind, schemaVersion, createdAt: at, damagedRows })
    return {
      id,
      name: path.slice(folder.length + 1),
      path,
      kind,
      sizeBytes,
      sha256,
      schemaVersion,
      createdAt: at,
      verifiedAt: damagedRows > 0 ? null : at,
      missing: false,
    }
  } catch (error) {
    throw toBackupError(error, folder)
  } finally {
    for (const rest of [part, `${part}-journal`]) removeFile(rest)
  }
}
