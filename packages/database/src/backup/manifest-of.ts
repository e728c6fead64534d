import Database from 'better-sqlite3'
import type { Migration } from '../migrate/migration.ts'
import { CREATE_SCHEMA_MIGRATIONS } from '../migrate/migration-plan.ts'
import { type Manifest, readManifest } from '../migrate/schema-manifest.ts'

/** What a database looks like after these migrations. */
export function manifestOf(migrations: readonly Migration[]): Manifest {
  const db = new Database(':memory:')
  try {
    db.exec(CREATE_SCHEMA_MIGRATIONS)
    for (const { sql } of migrations) db.exec(sql)
    return readManifest(db)
  } finally {
    db.close()
  }
}
