import type { Finding } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Connection } from '../file/connection.ts'
import { writeProbe } from '../health.ts'
import { damagedKeys, protectedTables } from '../integrity/row-checksum.ts'
import { assertSchema } from '../migrate/assert-schema.ts'
import { planMigrations, readApplied } from '../migrate/migration-plan.ts'
import type { SchemaSource } from '../migrate/schema-source.ts'
import { toAppError } from '../sqlite-error.ts'
import { failure, found } from './finding.ts'

const SALVAGE = 'Stop the app and restore a backup, or run `local-mcp-gateway salvage`. Keep the file.'

function integrityFinding(db: Connection): Finding {
  const answer = (db.pragma('integrity_check(10)') as { integrity_check: string }[]).map((row) => row.integrity_check)
  return answer[0] === 'ok'
    ? found('integrity_check', 'ok', 'The structure is sound.')
    : found('integrity_check', 'error', `The file is damaged: ${answer.join('; ')}`, SALVAGE)
}

function rowFinding(db: Connection): Finding {
  const tables = protectedTables(db)
  if (tables.length === 0)
    return found('row_checksums', 'info', 'This version of the database has no checksums yet.', 'Start the app: it adds them.')
  const damaged = tables.flatMap((table) => damagedKeys(db, table).map((key) => `${table.name} ${key}`))
  if (damaged.length === 0) return found('row_checksums', 'ok', `Every row of ${tables.length} tables is as it was written.`)
  const shown = damaged.slice(0, 10).join(', ')
  const more = damaged.length > 10 ? ` and ${damaged.length - 10} more` : ''
  return found('row_checksums', 'error', `${damaged.length} rows are damaged and not used: ${shown}${more}.`, SALVAGE)
}

function referenceFinding(db: Connection): Finding {
  const broken = (db.pragma('foreign_key_check') as unknown[]).length
  return broken === 0
    ? found('foreign_key_check', 'ok', 'Every reference leads somewhere.')
    : found('foreign_key_check', 'error', `${broken} rows refer to rows that are gone.`, SALVAGE)
}

function journalFinding(db: Connection): Finding {
  const mode = String(db.pragma('journal_mode', { simple: true }))
  const locking = String(db.pragma('locking_mode', { simple: true }))
  return mode === 'wal' && locking === 'normal'
    ? found('journal_mode', 'ok', 'The journal mode is WAL, the locking mode normal.')
    : found(
        'journal_mode',
        'warning',
        `The journal mode is "${mode}", the locking mode "${locking}".`,
        'Start the app: it sets WAL again, or says why it cannot.',
      )
}

function migrationFinding(db: Connection, path: string, schema: SchemaSource): Finding {
  const pending = planMigrations(readApplied(db, path), schema.migrations, path)
  return pending.length === 0
    ? found('migrations', 'ok', `The database is at version ${schema.migrations.length}.`)
    : found('migrations', 'warning', `${pending.length} migrations are pending.`, 'Start the app: it applies them.')
}

function schemaFinding(db: Connection, path: string, schema: SchemaSource): Finding {
  assertSchema(db, schema, path)
  return found('schema', 'ok', 'Every table, column, index and trigger is as expected.')
}

function writeFinding(db: Connection): Finding {
  db.exec('BEGIN IMMEDIATE')
  try {
    writeProbe(db)
  } finally {
    db.exec('ROLLBACK')
  }
  return found('write_probe', 'ok', 'The database can be written.')
}

/** Everything that SQLite can say of a file. Each check is made, whatever the others found. */
export function contentFindings(db: Connection, path: string, schema: SchemaSource): Finding[] {
  const checks: readonly (readonly [check: string, next: string, look: () => Finding])[] = [
    ['integrity_check', SALVAGE, () => integrityFinding(db)],
    ['row_checksums', SALVAGE, () => rowFinding(db)],
    ['foreign_key_check', SALVAGE, () => referenceFinding(db)],
    ['journal_mode', SALVAGE, () => journalFinding(db)],
    ['migrations', 'Start the app: it applies what is pending.', () => migrationFinding(db, path, schema)],
    ['schema', 'Restore a backup, or undo the change that was made by hand.', () => schemaFinding(db, path, schema)],
    ['write_probe', 'Check the rights of the folder, or close the program that holds the database.', () => writeFinding(db)],
  ]
  return checks.map(([check, next, look]) => {
    try {
      return look()
    } catch (error) {
      const known = toAppError(error)
      return failure(check, path, error, known instanceof AppError && known.code === 'DATABASE_CORRUPT' ? SALVAGE : next)
    }
  })
}
