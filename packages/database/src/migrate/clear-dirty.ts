import type { ClearedMark } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import { writePreMigrationBackup } from '../backup/back-up-before-migration.ts'
import { manifestOf } from '../backup/manifest-of.ts'
import { openConnection } from '../file/connection.ts'
import { acquireDatabaseFile } from '../file/database-file.ts'
import type { OpenOptions } from '../open-database.ts'
import { toAppError } from '../sqlite-error.ts'
import { bundledSchema } from './bundled-schema.ts'
import { withMigrationLock } from './migration-lock.ts'
import { readApplied } from './migration-plan.ts'
import { compareManifests, readManifest } from './schema-manifest.ts'

/**
 * Takes the mark of an unfinished upgrade away (DB-06), but only where the tables show that the upgrade is either
 * whole or absent; what is in between is for a backup to mend. Backs up first.
 * @throws AppError MIGRATION_DIRTY where it is in between, BACKUP_…, MIGRATION_LOCK_TIMEOUT, DATABASE_…
 */
export async function clearDirty(options: OpenOptions): Promise<ClearedMark> {
  const { path, clock, schema = bundledSchema, lockTimeoutMs: timeoutMs = 30_000, onWaiting } = options
  const file = acquireDatabaseFile(path)
  const db = openConnection(path)
  try {
    return await withMigrationLock(path, { timeoutMs, onWaiting }, async () => {
      const applied = readApplied(db, path)
      const dirty = applied.find((row) => row.dirty)
      if (!dirty) return { version: null, outcome: 'nothing_to_do', backup: null }
      const { version } = dirty
      const looksLike = (to: number) => compareManifests(manifestOf(schema.migrations.slice(0, to)), readManifest(db)).length === 0
      const whole = looksLike(version)
      if (version !== applied.at(-1)?.version || (!whole && !looksLike(version - 1))) {
        throw new AppError('MIGRATION_DIRTY', `The upgrade ${dirty.name} of ${path} was applied in part: the mark stays.`, {
          data: { path, version },
        })
      }
      const backup = await writePreMigrationBackup(path, clock)
      db.prepare(
        whole ? 'UPDATE schema_migrations SET dirty = 0 WHERE version = ?' : 'DELETE FROM schema_migrations WHERE version = ?',
      ).run(version)
      return { version, outcome: whole ? 'done' : 'again', backup: backup.path }
    })
  } catch (error) {
    throw toAppError(error, path)
  } finally {
    db.close()
    file.release()
  }
}
