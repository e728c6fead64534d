import type { Clock, Logger } from '@local-mcp/kernel'
import { applyReplacement } from './backup/apply-replacement.ts'
import { backUpBeforeMigration } from './backup/back-up-before-migration.ts'
import { namingBackup } from './backup/naming-backup.ts'
import { type Connection, configureConnection, limitBusyWait, openConnection, WRITER_BUSY_MS } from './file/connection.ts'
import { acquireDatabaseFile, type DatabaseFile, fileKey } from './file/database-file.ts'
import { APPLICATION_ID } from './file/inspect-file.ts'
import { guardRows } from './integrity/guard-rows.ts'
import { assertSchema } from './migrate/assert-schema.ts'
import { bundledSchema } from './migrate/bundled-schema.ts'
import { withMigrationLock } from './migrate/migration-lock.ts'
import { planMigrations, readApplied } from './migrate/migration-plan.ts'
import { runMigrations } from './migrate/run-migrations.ts'
import type { SchemaSource } from './migrate/schema-source.ts'
import { isBusy, toAppError } from './sqlite-error.ts'

/** How long another process may hold the migration lock, in ms. */
const LOCK_TIMEOUT_MS = 30_000

export interface OpenOptions {
  /** Absolute path of the database file, see `resolveDatabasePath`. */
  readonly path: string
  /** Written into the record of each migration. */
  readonly appVersion: string
  readonly clock: Clock
  readonly logger: Logger
  /** How long another process may hold the migration lock, in ms. */
  readonly lockTimeoutMs?: number
  /** Called once when another process is migrating. */
  readonly onWaiting?: (holderPid: number | null) => void
  /** For tests; absent: what this build ships. */
  readonly schema?: SchemaSource
}

export interface MigrationResult {
  /** Version before; 0 for a new file. */
  readonly from: number
  readonly to: number
  /** Names of the migrations that this call applied. */
  readonly applied: readonly string[]
}

export interface OpenDatabase {
  readonly file: DatabaseFile
  /** Configured, with foreign keys on; nothing is pending. */
  readonly connection: Connection
  readonly schema: SchemaSource
  readonly migration: MigrationResult
}

/** Whether nothing is to be done; a file that is being created right now counts as not yet. */
function isAtHead(db: Connection, schema: SchemaSource, path: string): boolean {
  try {
    const applied = readApplied(db, path)
    return planMigrations(applied, schema.migrations, path).length === 0 && applied.length > 0
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

/** Another process has put another database in its place (a restore or a reset): this one must not be written any more. */
class Replaced extends Error {}

function assertInPlace(file: DatabaseFile): void {
  if (fileKey(file.path) !== file.key) throw new Replaced(`${file.path} was replaced while it was opened`)
}

async function migrate(db: Connection, file: DatabaseFile, schema: SchemaSource, options: OpenOptions): Promise<MigrationResult> {
  const { path, lockTimeoutMs: timeoutMs = LOCK_TIMEOUT_MS, onWaiting } = options
  const head = schema.migrations.length
  if (isAtHead(db, schema, path)) {
    configureConnection(db, path)
    return { from: head, to: head, applied: [] }
  }
  const applied = await withMigrationLock(path, { timeoutMs, onWaiting }, async () => {
    assertInPlace(file)
    // The mark comes first of all: from here on an unmarked file with content is somebody else's.
    if (readApplied(db, path).length === 0) db.pragma(`application_id = ${APPLICATION_ID}`)
    configureConnection(db, path)
    const backup = await backUpBeforeMigration(db, schema.migrations, options)
    try {
      return runMigrations(db, schema.migrations, options)
    } finally {
      backup?.record()
    }
  })
  return { from: head - applied.length, to: head, applied }
}

/**
 * Opens the database of this app, creating and migrating it as needed. The caller closes the connection and then
 * releases the file.
 * @throws AppError DATABASE_*, MIGRATION_*, SCHEMA_DRIFT, DB_BUSY; the file is then as it was before
 */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  for (;;) {
    const undo = await applyReplacement({ ...options, lockTimeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS })
    try {
      return await open(options)
    } catch (error) {
      // Opens what is there now.
      if (error instanceof Replaced) continue
      if (!undo) throw namingBackup(error, options.path)
      options.logger.error('The database that was put in place does not open; the former one is back', { path: options.path })
      await undo(error)
    }
  }
}

async function open(options: OpenOptions): Promise<OpenDatabase> {
  const schema = options.schema ?? bundledSchema
  const file = acquireDatabaseFile(options.path)
  let connection: Connection | undefined
  try {
    connection = openConnection(options.path)
    const migration = await migrate(connection, file, schema, options)
    assertSchema(connection, schema, options.path)
    assertInPlace(file)
    guardRows(connection)
    limitBusyWait(connection, WRITER_BUSY_MS)
    if (migration.applied.length > 0) options.logger.info('database migrated', { ...migration, path: options.path })
    return { file, connection, schema, migration }
  } catch (error) {
    connection?.close()
    file.release()
    throw toAppError(error, options.path)
  }
}

/** Brings the database to the newest version and closes it again. Errors as `openDatabase`. */
export async function migrateDatabase(options: OpenOptions): Promise<MigrationResult> {
  const { connection, file, migration } = await openDatabase(options)
  connection.close()
  file.release()
  return migration
}
