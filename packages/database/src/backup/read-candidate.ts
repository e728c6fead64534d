import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { BackupCounts } from '@local-mcp/contract'
import { AppError, messageOf } from '@local-mcp/kernel'
import type { Connection } from '../file/connection.ts'
import { APPLICATION_ID } from '../file/inspect-file.ts'
import { countDamagedRows } from '../integrity/row-checksum.ts'
import type { Migration } from '../migrate/migration.ts'
import { planMigrations, readApplied } from '../migrate/migration-plan.ts'
import { compareManifests, readManifest } from '../migrate/schema-manifest.ts'
import { toAppError } from '../sqlite-error.ts'
import { toBackupError } from './backup-error.ts'
import { checkDatabase, openStranger } from './check-database.ts'
import { manifestOf } from './manifest-of.ts'
import { copyPrivate, hashFile, removeDatabase } from './private-files.ts'

/** What a file that somebody wants to restore turned out to be. */
export interface Candidate {
  readonly sizeBytes: number
  /** Of the file as it was given, hex. */
  readonly sha256: string
  readonly schemaVersion: number
  readonly appVersion: string
  readonly counts: BackupCounts
  readonly toApprove: number
}

const refuse = (code: string, message: string, path: string) => new AppError(code, `${message} Nothing was changed.`, { data: { path } })

/** @throws AppError BACKUP_NOT_FOUND, BACKUP_INVALID for what is no database of this app by its first bytes */
function assertHead(path: string): void {
  const head = Buffer.alloc(100)
  try {
    const stats = statSync(path)
    if (!stats.isFile())
      throw refuse('BACKUP_INVALID', `${path} is ${stats.isDirectory() ? 'a folder' : 'not a regular file'}, not a backup.`, path)
    const descriptor = openSync(path, 'r')
    try {
      readSync(descriptor, head, 0, head.length, 0)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw refuse('BACKUP_NOT_FOUND', `${path} cannot be read: ${messageOf(error)}.`, path)
  }
  if (head.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw refuse('BACKUP_INVALID', `${path} is not a database.`, path)
  if (head.readUInt32BE(68) !== APPLICATION_ID) throw refuse('BACKUP_INVALID', `${path} is a database of another program.`, path)
}

/** The version, when it is one that this app can bring to its own and nothing in the schema is not ours. */
function assertOurs(db: Connection, path: string, migrations: readonly Migration[]): void {
  let pending: readonly Migration[]
  try {
    pending = planMigrations(readApplied(db, path), migrations, path)
  } catch (error) {
    const ahead = error instanceof AppError && error.code === 'MIGRATION_AHEAD'
    throw refuse(ahead ? 'BACKUP_AHEAD' : 'BACKUP_INVALID', messageOf(error), path)
  }
  const version = migrations.length - pending.length
  if (version === 0) throw refuse('BACKUP_INVALID', `${path} holds nothing.`, path)
  // By the whole text of each object: a trigger or a view of somebody else's would run inside of us.
  const [first, ...more] = compareManifests(manifestOf(migrations.slice(0, version)), readManifest(db))
  if (first)
    throw refuse(
      'BACKUP_INVALID',
      `${path} does not have the form of version ${version}: ${first}${more.length > 0 ? ` and ${more.length} more differences` : ''}.`,
      path,
    )
}

const TABLES = {
  profiles: 'profiles',
  servers: "mcp_servers WHERE deleted_at IS NULL AND type <> 'builtin'",
  tokens: 'email_api_tokens WHERE is_active',
}

/** Live rows of what a person counts. */
export function countRows(db: Connection): BackupCounts {
  const count = (from: string) => Number(db.prepare(`SELECT count(*) FROM ${from}`).pluck().get())
  return { profiles: count(TABLES.profiles), servers: count(TABLES.servers), tokens: count(TABLES.tokens) }
}

const hasTable = (db: Connection, name: string) =>
  db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`).pluck().get(name) !== undefined

function countsOf(db: Connection): Pick<Candidate, 'counts' | 'toApprove'> {
  if (!hasTable(db, 'mcp_servers')) return { counts: { profiles: 0, servers: 0, tokens: 0 }, toApprove: 0 }
  const toApprove = db.prepare(`SELECT count(*) FROM mcp_servers WHERE deleted_at IS NULL AND type IN ('external', 'custom')`).pluck().get()
  return { counts: countRows(db), toApprove: Number(toApprove) }
}

export interface CandidateInput {
  readonly source: string
  /** Where the copy goes that is looked at. */
  readonly copy: string
  readonly migrations: readonly Migration[]
  /** SHA-256 that the file is known to have had, hex; null where it is not known. */
  readonly sha256: string | null
}

/**
 * Copies the file to a place of our own and looks at the copy, so that what was checked is what will be used, and
 * nothing is written beside the file. Takes a log of its own along: it may hold the newest rows.
 * @throws AppError BACKUP_NOT_FOUND, BACKUP_INVALID, BACKUP_DAMAGED, BACKUP_AHEAD, BACKUP_NO_SPACE; the copy is removed then
 */
export function readCandidate({ source, copy, migrations, sha256: expected }: CandidateInput): Candidate {
  assertHead(source)
  try {
    const sha256 = copyPrivate(source, copy)
    if (expected !== null && sha256 !== expected) throw refuse('BACKUP_DAMAGED', `${source} is not what it was when it was made.`, source)
    if (existsSync(`${source}-wal`)) copyPrivate(`${source}-wal`, `${copy}-wal`)
    const db = openStranger(copy, { writable: true })
    try {
      db.pragma('journal_mode = DELETE')
      const { schemaVersion, appVersion } = checkDatabase(db, source)
      assertOurs(db, source, migrations)
      return { sizeBytes: statSync(source).size, sha256, schemaVersion, appVersion, ...countsOf(db) }
    } finally {
      db.close()
    }
  } catch (error) {
    removeDatabase(copy)
    throw asCandidateError(error, source, copy)
  }
}

/** The same for looking only: the copy is removed again. */
export function previewCandidate(input: CandidateInput): Candidate {
  const candidate = readCandidate(input)
  removeDatabase(input.copy)
  return candidate
}

function asCandidateError(error: unknown, source: string, copy: string): unknown {
  if (error instanceof AppError) return error.code === 'DATABASE_FOREIGN' ? refuse('BACKUP_INVALID', error.message, source) : error
  const known = toAppError(error, source)
  if (known instanceof AppError && known.code === 'DATABASE_CORRUPT') return refuse('BACKUP_DAMAGED', known.message, source)
  return toBackupError(error, copy)
}

/**
 * Reads a backup where it is, and whole. It was written in one piece, so there is nothing beside it.
 * @throws AppError BACKUP_NOT_FOUND, BACKUP_INVALID, BACKUP_DAMAGED
 */
export function verifyBackup({ source: path, sha256: expected }: { readonly source: string; readonly sha256: string }): void {
  assertHead(path)
  try {
    if (hashFile(path) !== expected) throw refuse('BACKUP_DAMAGED', `${basename(path)} is not what it was when it was made.`, path)
    const db = openStranger(path)
    try {
      checkDatabase(db, path)
      const damaged = countDamagedRows(db)
      if (damaged > 0) throw refuse('BACKUP_DAMAGED', `${basename(path)}: ${damaged} rows are not as they were written.`, path)
    } finally {
      db.close()
    }
  } catch (error) {
    throw asCandidateError(error, path, path)
  }
}
