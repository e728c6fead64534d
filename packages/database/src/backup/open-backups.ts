import type { BackupStore } from '@local-mcp/core'
import { bundledSchema } from '../migrate/bundled-schema.ts'
import { type BackupStoreOptions, createBackupStore } from './backup-store.ts'

/** The backups of a database that is not open here, perhaps because it does not open at all. */
export function openBackups(options: Omit<BackupStoreOptions, 'open' | 'schema'>): BackupStore {
  return createBackupStore({ ...options, schema: bundledSchema })
}
