import { bundledSchema } from '../migrate/bundled-schema.ts'
import { migrateDatabase } from '../open-database.ts'
import { optionsFor } from './temp-store.ts'

/** Brings a database to a version that this build or an earlier one shipped, as a launch does. */
export async function migrateTo(version: number, path: string): Promise<void> {
  const isHead = version === bundledSchema.migrations.length
  const schema = { migrations: bundledSchema.migrations.slice(0, version), manifest: isHead ? bundledSchema.manifest : null }
  await migrateDatabase(optionsFor(path, { schema }))
}
