import { AppError } from '@local-mcp/kernel'
import type { Connection } from '../file/connection.ts'
import { APPLICATION_ID } from '../file/inspect-file.ts'
import type { Migration } from './migration.ts'

/** One row of schema_migrations. */
export interface AppliedMigration {
  readonly version: number
  readonly name: string
  readonly checksum: string
  readonly dirty: 0 | 1
  /** Version of the app that applied it. */
  readonly appVersion: string
}

/** The runner's own record; created by it and by no migration. */
export const CREATE_SCHEMA_MIGRATIONS = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  checksum TEXT NOT NULL,
  dirty INTEGER NOT NULL DEFAULT 0 CHECK (dirty IN (0, 1)),
  applied_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  app_version TEXT NOT NULL
) STRICT`

/**
 * What the database says was applied, by version. Empty for a new file.
 * @throws AppError DATABASE_FOREIGN when it holds tables but no record of ours, SCHEMA_DRIFT when it bears our mark nevertheless
 */
export function readApplied(db: Connection, path: string): AppliedMigration[] {
  const tables = db
    .prepare<[], string>(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
    .pluck()
    .all()
  if (tables.length === 0) return []
  if (!tables.includes('schema_migrations') && db.pragma('application_id', { simple: true }) === APPLICATION_ID) {
    const differences = ['table schema_migrations is missing']
    throw new AppError('SCHEMA_DRIFT', `${path} does not have the expected form: ${differences}.`, { data: { path, differences } })
  }
  if (!tables.includes('schema_migrations')) {
    throw new AppError(
      'DATABASE_FOREIGN',
      `${path} holds the tables ${tables.slice(0, 5).join(', ')} but no record of this app's upgrades.`,
      {
        data: { path },
      },
    )
  }
  return db
    .prepare<[], AppliedMigration>(
      'SELECT version, name, checksum, dirty, app_version AS appVersion FROM schema_migrations ORDER BY version',
    )
    .all()
}

/**
 * The migrations that are still to be applied; empty at head.
 * @throws AppError MIGRATION_DIRTY, MIGRATION_AHEAD, MIGRATION_CHANGED
 */
export function planMigrations(applied: readonly AppliedMigration[], shipped: readonly Migration[], path: string): readonly Migration[] {
  const dirty = applied.find((row) => row.dirty)
  if (dirty) {
    throw new AppError('MIGRATION_DIRTY', `The upgrade ${dirty.name} of ${path} was left unfinished (dirty at ${dirty.version}).`, {
      data: { path, version: dirty.version },
    })
  }
  const last = applied.at(-1)
  if (last && last.version > shipped.length) {
    throw new AppError(
      'MIGRATION_AHEAD',
      `${path} is at version ${last.version} (written by app ${last.appVersion}); this app knows versions up to ${shipped.length}. Nothing was changed.`,
      { data: { path, databaseVersion: last.version, appKnows: shipped.length } },
    )
  }
  applied.forEach((row, index) => {
    const migration = shipped[index]
    if (row.version !== index + 1) {
      throw new AppError('MIGRATION_CHANGED', `${path} has no record of migration ${migration?.name ?? index + 1}, but of later ones.`, {
        data: { path, version: index + 1 },
      })
    }
    if (row.name !== migration?.name || row.checksum !== migration.checksum) {
      throw new AppError('MIGRATION_CHANGED', `The migration ${row.name} in ${path} is not the one that this app ships.`, {
        data: { path, version: row.version },
      })
    }
  })
  return shipped.slice(applied.length)
}
