/// <reference types="vite/types/importMeta.d.ts" />
import manifest from '../../../../migrations/manifest.json'
import { parseMigrations } from './migration.ts'
import type { SchemaSource } from './schema-source.ts'

/** The schema that this build ships; Vite puts the files into the bundle. */
export const bundledSchema: SchemaSource = {
  migrations: parseMigrations(import.meta.glob<string>('../../../../migrations/*.sql', { query: '?raw', import: 'default', eager: true })),
  manifest,
}
