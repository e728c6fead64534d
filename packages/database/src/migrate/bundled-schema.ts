/// <reference types="vite/types/importMeta.d.ts" />
import manifest from '../../../../migrations/manifest.json'
import { type Migration, parseMigrations } from './migration.ts'
import type { Manifest } from './schema-manifest.ts'

/** What a database is brought to, and what it must look like then. */
export interface SchemaSource {
  readonly migrations: readonly Migration[]
  /** Null: the result is not checked (tests with made-up migrations). */
  readonly manifest: Manifest | null
}

/** The schema that this build ships; Vite puts the files into the bundle. */
export const bundledSchema: SchemaSource = {
  migrations: parseMigrations(import.meta.glob<string>('../../../../migrations/*.sql', { query: '?raw', import: 'default', eager: true })),
  manifest,
}
