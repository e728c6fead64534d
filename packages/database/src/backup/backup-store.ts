import { existsSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { type Backup, type BackupCounts, type BackupKind, backupSettings, type RestorePreview } from '@local-mcp/contract'
import type { BackupProgress, BackupStore } from '@local-mcp/core'
import { AppError, type Clock, type Logger, messageOf, newId } from '@local-mcp/kernel'
import { type Connection, openConnection } from '../file/connection.ts'
import { fileKey, isOpenHere } from '../file/database-file.ts'
import { inspectFile } from '../file/inspect-file.ts'
import { createMutex } from '../file/mutex.ts'
import type { SchemaSource } from '../migrate/schema-source.ts'
import { runTask } from '../worker/run-task.ts'
import { deleteBackupFile, listBackupFiles, sweepParts } from './backup-files.ts'
import { backupFolder, parseSideFile, sideFile } from './backup-name.ts'
import type { BackupRows } from './backup-rows.ts'
import { fileHolders } from './file-holders.ts'
import { inUse } from './hold-alone.ts'
import { removeDatabase } from './private-files.ts'
import { type Candidate, countRows } from './read-candidate.ts'
import { keptFolderName, keptFolderTime, type Order, pendingPath, readOutcome, writeOrder } from './replacement-files.ts'
import { DEFAULT_SETTINGS, expiredBackups, UNDO_MS } from './retention.ts'

export interface BackupStoreOptions {
  /** Absolute path of the database file. */
  readonly path: string
  readonly appVersion: string
  readonly clock: Clock
  readonly logger: Logger
  readonly schema: SchemaSource
  /** Absent where the database does not open: the files alone are then worked with. */
  readonly open?: {
    readonly reader: Connection
    readonly rows: BackupRows
    /** What `gateway_settings` holds by a key. */
    readonly setting: (key: string) => Promise<unknown>
    readonly saveSetting: (key: string, value: unknown) => Promise<void>
    /** Runs work in a write transaction. */
    readonly transaction: (work: () => void) => Promise<void>
  }
}

/** A file that was named: one of ours with what is known of it, or any other. */
interface Source {
  readonly path: string
  readonly known: Backup | null
  readonly sha256: string | null
  readonly createdAt: number
}

/** Key of the setting. */
const SETTINGS = 'backups'

const DAMAGED = new Set(['DATABASE_CORRUPT', 'BACKUP_DAMAGED', 'BACKUP_INVALID', 'DATABASE_NOT_SQLITE', 'SCHEMA_DRIFT'])

export function createBackupStore(options: BackupStoreOptions): BackupStore {
  const { path, appVersion, clock, logger, schema, open } = options
  const { migrations } = schema
  const folder = backupFolder(path)
  const inTurn = createMutex()
  for (const place of [dirname(path), folder]) sweepParts(place)
  const privateName = (name: string) => join(dirname(path), `.${name}.${process.pid}.part`)

  function list(): Backup[] {
    const rows = new Map(open?.rows.list().map((row) => [row.path, row]))
    const files = listBackupFiles(folder).map((file) => ({ ...file, verifiedAt: rows.get(file.path)?.verifiedAt ?? file.verifiedAt }))
    const here = new Set(files.map((file) => file.path))
    const elsewhere = [...rows.values()].filter((row) => !here.has(row.path))
    return [...files, ...elsewhere.map((row) => ({ ...row, name: basename(row.path), missing: !existsSync(row.path) }))].sort(
      (a, b) => b.createdAt - a.createdAt,
    )
  }

  async function record(backup: Backup): Promise<void> {
    await open?.transaction(() => open.rows.put(backup))
  }

  async function write(kind: BackupKind, to = folder, onProgress?: (progress: BackupProgress) => void): Promise<Backup> {
    if (!isAbsolute(to))
      throw new AppError('VALIDATION_ERROR', `"${to}" is not an absolute path`, { fields: [{ path: ['to'], message: 'Not absolute' }] })
    const input = { databasePath: path, folder: resolve(to), id: newId(), kind, at: clock.now() }
    const backup = await runTask('write', input, { onProgress })
    await record(backup)
    if (backup.verifiedAt === null)
      logger.error('The backup holds rows that are not as they were written; the doctor says which', { path: backup.path })
    logger.info('The database was backed up', { path: backup.path, kind, bytes: backup.sizeBytes })
    return backup
  }

  /** Never opens the database in use through `fs`: that would drop its locks. */
  function assertNotInUse(file: string): void {
    const key = fileKey(file)
    if (/(\.lock|-wal|-shm|-journal)$/.test(file) || isOpenHere(file) || (key !== null && key === fileKey(path))) {
      throw new AppError('BACKUP_INVALID', `${file} is in use by this app; it is not a backup.`, { data: { path: file } })
    }
  }

  function find(ref: string): Source {
    const known = list().find((backup) => [backup.id, backup.name, backup.path].includes(ref))
    if (!known && !isAbsolute(ref)) throw new AppError('BACKUP_NOT_FOUND', `There is no backup "${ref}"`)
    const file = known?.path ?? resolve(ref)
    if (!existsSync(file)) throw new AppError('BACKUP_NOT_FOUND', `${file} does not exist`, { data: { path: file } })
    assertNotInUse(file)
    const side = known ?? (existsSync(sideFile(file)) ? parseSideFile(readFileSync(sideFile(file), 'utf8')) : null)
    return {
      path: file,
      known: known ?? null,
      sha256: side?.sha256 ?? null,
      createdAt: side?.createdAt ?? Math.floor(statSync(file).mtimeMs),
    }
  }

  function countNow(): BackupCounts | null {
    try {
      if (open) return countRows(open.reader)
      if (!isOpenHere(path)) inspectFile(path)
      const db = openConnection(path)
      try {
        db.pragma('query_only = ON')
        return countRows(db)
      } finally {
        db.close()
      }
    } catch {
      return null
    }
  }

  function toPreview(source: Source, { counts, ...candidate }: Candidate): RestorePreview {
    return { ...candidate, path: source.path, createdAt: source.createdAt, holds: counts, now: countNow() }
  }

  /** What is there goes into a folder of its own in any case, so a database that cannot be read is no obstacle. */
  async function backUpBefore(kind: BackupKind): Promise<Backup | null> {
    if (!existsSync(path)) return null
    try {
      return await write(kind)
    } catch (error) {
      if (!(error instanceof AppError) || !DAMAGED.has(error.code)) throw error
      logger.warn('The present database cannot be backed up; its file is kept', { error: messageOf(error) })
      return null
    }
  }

  /** @throws AppError DATABASE_FOREIGN, DATABASE_NOT_SQLITE for a folder: somebody else's things are not moved away; DATABASE_IN_USE */
  function assertReplaceable(): void {
    if (!existsSync(path)) return
    try {
      if (!isOpenHere(path)) inspectFile(path)
    } catch (error) {
      const isDamage = error instanceof AppError && DAMAGED.has(error.code) && statSync(path).isFile()
      if (!isDamage) throw error
    }
    if (fileHolders(realpathSync(path)).length > 0) throw inUse(path)
  }

  /** Everything that can fail comes before the order, which is one rename. */
  async function stage<Result>(order: Omit<Order, 'folder'>, make: (target: string) => Promise<Result>): Promise<[Result, Backup | null]> {
    assertReplaceable()
    const target = privateName('restore')
    try {
      removeDatabase(target)
      const result = await make(target)
      const before = await backUpBefore(order.kind === 'reset' ? 'pre_reset' : 'pre_restore')
      renameSync(target, pendingPath(path))
      writeOrder(path, { ...order, folder: keptFolderName(order.kind, clock.now()) })
      return [result, before]
    } finally {
      removeDatabase(target)
    }
  }

  function pruneKeptFolders(): void {
    for (const name of readdirSync(dirname(path))) {
      const at = keptFolderTime(name)
      if (at !== null && clock.now() - at > UNDO_MS) rmSync(join(dirname(path), name), { recursive: true, force: true })
    }
  }

  /** What somebody wrote there by hand and cannot be read is as if it was not there. */
  async function settings() {
    return backupSettings.safeParse(await open?.setting(SETTINGS)).data ?? DEFAULT_SETTINGS
  }

  const remove = async (backup: Backup): Promise<void> => {
    deleteBackupFile(backup.path)
    await open?.transaction(() => open.rows.delete(backup.id))
  }

  return {
    list: async () => list(),
    create: (kind, { folder: to, onProgress } = {}) => inTurn(() => write(kind, to, onProgress)),
    verify: (ref) =>
      inTurn(async () => {
        const { known, path: file } = find(ref)
        if (!known) throw new AppError('BACKUP_NOT_FOUND', `${file} is not in the list of backups`)
        await runTask('verify', { source: file, sha256: known.sha256 })
        const verified = { ...known, verifiedAt: clock.now() }
        await record(verified)
        return verified
      }),
    preview: (ref) =>
      inTurn(async () => {
        const source = find(ref)
        const copy = privateName('preview')
        try {
          return toPreview(source, await runTask('preview', { source: source.path, copy, migrations, sha256: source.sha256 }))
        } finally {
          removeDatabase(copy)
        }
      }),
    delete: (ref) =>
      inTurn(async () => {
        const backup = list().find(({ id, name, path: file }) => [id, name, file].includes(ref))
        if (!backup) throw new AppError('BACKUP_NOT_FOUND', `There is no backup "${ref}"`)
        await remove(backup)
        return backup
      }),
    settings,
    saveSettings: async (value) => open?.saveSetting(SETTINGS, backupSettings.parse(value)),
    prune: () =>
      inTurn(async () => {
        const expired = expiredBackups(list(), await settings(), clock.now())
        for (const backup of expired) await remove(backup)
        pruneKeptFolders()
        return expired
      }),
    stageRestore: (ref) =>
      inTurn(async () => {
        const source = find(ref)
        const input = { source: source.path, sha256: source.sha256, migrations, appVersion }
        const [candidate] = await stage({ kind: 'restore', source: source.path }, (target) => runTask('stageRestore', { ...input, target }))
        return toPreview(source, candidate)
      }),
    stageReset: () =>
      inTurn(async () => {
        const [, before] = await stage({ kind: 'reset', source: null }, (target) =>
          runTask('stageReset', { target, migrations, appVersion }),
        )
        return before
      }),
    lastReplacement: async () => readOutcome(path),
  }
}
