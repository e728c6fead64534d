import type { Migration } from './migration.ts'
import type { Manifest } from './schema-manifest.ts'

/** What a database is brought to, and what it must look like then. */
export interface SchemaSource {
  readonly migrations: readonly Migration[]
  /** Null: the result is not checked (tests with made-up migrations). */
  readonly manifest: Manifest | null
}
