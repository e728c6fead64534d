import { openConnection } from './file/connection.ts'
import { isOpenHere } from './file/database-file.ts'
import { inspectFile, statOrNull } from './file/inspect-file.ts'
import { bundledSchema } from './migrate/bundled-schema.ts'
import { planMigrations, readApplied } from './migrate/migration-plan.ts'
import type { SchemaSource } from './migrate/schema-source.ts'
import { toAppError } from './sqlite-error.ts'

export interface MigrationStatus {
  /** Newest version recorded in the database; 0 when there is none. */
  readonly current: number
  /** Newest version that this app knows. */
  readonly head: number
  /** Names of the migrations that would be applied. */
  readonly pending: readonly string[]
}

/**
 * Looks without creating or changing anything; a file that does not exist is at version 0.
 * @throws AppError what would keep the store from opening: DATABASE_*, MIGRATION_DIRTY, MIGRATION_AHEAD, MIGRATION_CHANGED
 */
export function migrationStatus(options: { readonly path: string; readonly schema?: SchemaSource }): MigrationStatus {
  const { path, schema = bundledSchema } = options
  const head = schema.migrations.length
  const names = schema.migrations.map((migration) => migration.name)
  if (!isOpenHere(path)) inspectFile(path)
  if (!statOrNull(path)?.size) return { current: 0, head, pending: names }
  try {
    const db = openConnection(path)
    try {
      db.pragma('query_only = ON')
      const pending = planMigrations(readApplied(db, path), schema.migrations, path)
      return { current: head - pending.length, head, pending: pending.map((migration) => migration.name) }
    } finally {
      db.close()
    }
  } catch (error) {
    throw toAppError(error, path)
  }
}
