import { type Clock, newId } from '@local-mcp/kernel'
import type { Connection } from '../file/connection.ts'
import type { Migration } from '../migrate/migration.ts'
import { planMigrations, readApplied } from '../migrate/migration-plan.ts'
import { runTask } from '../worker/run-task.ts'
import { backupFolder } from './backup-name.ts'
import { createBackupRows } from './backup-rows.ts'

/** Writes and verifies the copy that an upgrade, or a repair of its record, can be undone with. Errors as below. */
export function writePreMigrationBackup(path: string, clock: Clock) {
  return runTask('write', { databasePath: path, folder: backupFolder(path), id: newId(), kind: 'pre_migration', at: clock.now() })
}

/**
 * Backs up a database that holds something and has migrations before it (DB-09). The caller holds the migration lock.
 * @returns null where nothing is to be migrated or nothing could be lost
 * @throws AppError BACKUP_NO_SPACE, BACKUP_UNWRITABLE, BACKUP_DAMAGED: then no migration may begin
 */
export async function backUpBeforeMigration(
  db: Connection,
  shipped: readonly Migration[],
  { path, clock }: { readonly path: string; readonly clock: Clock },
): Promise<{ record(): void } | null> {
  const applied = readApplied(db, path)
  if (applied.length === 0 || planMigrations(applied, shipped, path).length === 0) return null
  const backup = await writePreMigrationBackup(path, clock)
  return {
    /** Notes it in the database, after the migrations, which may bring the table for it. */
    record() {
      const known = db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'backups'`).get()
      if (known) createBackupRows(db, db).put(backup)
    },
  }
}
