import { AppError, type Clock, messageOf } from '@local-mcp/kernel'
import type { Connection } from '../file/connection.ts'
import { beginReseal } from '../integrity/reseal-rows.ts'
import { isBusy, toAppError } from '../sqlite-error.ts'
import type { Migration } from './migration.ts'
import { CREATE_SCHEMA_MIGRATIONS, planMigrations, readApplied } from './migration-plan.ts'

export interface MigrationContext {
  readonly path: string
  readonly appVersion: string
  readonly clock: Clock
}

const ENVIRONMENT = new Set(['DATABASE_CORRUPT', 'DATABASE_UNWRITABLE'])

function assertForeignKeys(db: Connection): void {
  // `exec` would swallow the rows: they are the only sign of a violation.
  const broken = db.pragma('foreign_key_check') as { table: string; parent: string }[]
  const [first] = broken
  if (first) throw new Error(`${broken.length} rows point to nothing, e.g. ${first.table} to ${first.parent}`)
}

function applyOne(db: Connection, migration: Migration, shipped: readonly Migration[], context: MigrationContext): void {
  // Inside a transaction this pragma does nothing, and a table rebuild with it on deletes the children.
  db.pragma('foreign_keys = OFF')
  try {
    db.exec('BEGIN IMMEDIATE')
    const [next] = planMigrations(readApplied(db, context.path), shipped, context.path)
    if (next?.version !== migration.version) throw new Error('the version changed meanwhile')
    const started = performance.now()
    db.exec(CREATE_SCHEMA_MIGRATIONS)
    const reseal = beginReseal(db, context.path)
    db.exec(migration.sql)
    if (!db.inTransaction) throw new Error('the migration ended its own transaction')
    assertForeignKeys(db)
    reseal()
    db.prepare(
      'INSERT INTO schema_migrations (version, name, checksum, applied_at, duration_ms, app_version) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(
      migration.version,
      migration.name,
      migration.checksum,
      context.clock.now(),
      Math.round(performance.now() - started),
      context.appVersion,
    )
    db.exec('COMMIT')
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    if (error instanceof AppError || isBusy(error)) throw error
    // Nothing is wrong with the migration when the file is damaged or the disk is full.
    const known = toAppError(error, context.path)
    if (known instanceof AppError && ENVIRONMENT.has(known.code)) throw known
    throw new AppError(
      'MIGRATION_FAILED',
      `The upgrade ${migration.name} of ${context.path} failed and was rolled back: ${messageOf(error)}.`,
      {
        data: { path: context.path, version: migration.version },
        cause: error,
      },
    )
  } finally {
    db.pragma('foreign_keys = ON')
  }
}

/**
 * Applies what is pending, each migration in a transaction of its own. The caller holds the migration lock.
 * @returns the names of what was applied
 * @throws AppError MIGRATION_FAILED (rolled back, the version is as before), or what `planMigrations` throws
 */
export function runMigrations(db: Connection, shipped: readonly Migration[], context: MigrationContext): string[] {
  const pending = planMigrations(readApplied(db, context.path), shipped, context.path)
  for (const migration of pending) applyOne(db, migration, shipped, context)
  return pending.map((migration) => migration.name)
}
