import { rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { createPrivate } from '../file/database-file.ts'
import { APPLICATION_ID } from '../file/inspect-file.ts'
import { guardRows } from '../integrity/guard-rows.ts'
import { intactRows } from '../integrity/intact-rows.ts'
import type { Migration } from '../migrate/migration.ts'
import { runMigrations } from '../migrate/run-migrations.ts'
import { toBackupError } from './backup-error.ts'
import { openStranger } from './check-database.ts'
import { syncFile } from './private-files.ts'
import { type Candidate, readCandidate } from './read-candidate.ts'

interface StageInput {
  /** Where the file is made; in the folder of the database. */
  readonly target: string
  readonly migrations: readonly Migration[]
  readonly appVersion: string
}

const contextOf = ({ target, appVersion }: StageInput) => ({ path: target, appVersion, clock: { now: () => Date.now() } })

/**
 * Makes a file ready to take the database's place: checked, brought to this app's version, and with nothing approved
 * to run, because nobody has seen on this computer what it would start. Blocks its thread.
 * @throws AppError as `readCandidate`, MIGRATION_FAILED; the target is removed then
 */
export function stageRestore(input: StageInput & { readonly source: string; readonly sha256: string | null }): Candidate {
  const { source, target, migrations, sha256 } = input
  const candidate = readCandidate({ source, copy: target, migrations, sha256 })
  try {
    const db = openStranger(target, { writable: true })
    try {
      runMigrations(db, migrations, contextOf(input))
      guardRows(db)
      if (db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'mcp_servers'`).get()) {
        db.exec(
          `UPDATE mcp_servers SET command_sha256_approved = NULL WHERE command_sha256_approved IS NOT NULL AND ${intactRows(db, 'mcp_servers')}`,
        )
      }
    } finally {
      db.close()
    }
    syncFile(target)
    return candidate
  } catch (error) {
    rmSync(target, { force: true })
    throw toBackupError(error, target)
  }
}

/** The same with an empty database. */
export function stageReset(input: StageInput): void {
  const { target, migrations } = input
  try {
    createPrivate(target)
    const db = new Database(target, { fileMustExist: true })
    try {
      db.pragma(`application_id = ${APPLICATION_ID}`)
      runMigrations(db, migrations, contextOf(input))
    } finally {
      db.close()
    }
    syncFile(target)
  } catch (error) {
    rmSync(target, { force: true })
    throw toBackupError(error, target)
  }
}
