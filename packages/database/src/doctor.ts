import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Finding } from '@local-mcp/contract'
import { AppError, messageOf } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { type Connection, limitBusyWait, openConnection, READER_BUSY_MS } from './file/connection.ts'
import { isOpenHere } from './file/database-file.ts'
import { inspectFile } from './file/inspect-file.ts'
import { freeBytes, MIN_FREE_BYTES, writeProbe } from './health.ts'
import { bundledSchema, type SchemaSource } from './migrate/bundled-schema.ts'
import { planMigrations, readApplied } from './migrate/migration-plan.ts'
import { assertSchema } from './open-database.ts'
import { toAppError } from './sqlite-error.ts'

/** Oldest SQLite without known corruption or memory faults in WAL mode (reliability.md, version floors). */
const SQLITE_FLOOR = '3.54.0'
/** A log that grows past this, in bytes, is kept from shrinking by a reader that never ends. */
const LARGE_WAL_BYTES = 64 * 1024 * 1024

type Level = Finding['level']
const found = (check: string, level: Level, message: string, next: string | null = null): Finding => ({ check, level, message, next })
const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`

function failure(check: string, path: string, thrown: unknown, next: string): Finding {
  const error = toAppError(thrown, path)
  return found(check, 'error', messageOf(error), (error instanceof AppError ? error.next : undefined) ?? next)
}

function modeFindings(path: string): Finding[] {
  if (process.platform === 'win32') return []
  const wrong = [
    { path: dirname(path), allowed: 0o700 },
    { path, allowed: 0o600 },
  ].filter((item) => (statSync(item.path).mode & 0o777 & ~item.allowed) !== 0)
  return wrong.length === 0
    ? [found('mode', 'ok', 'Only this user can read the database.')]
    : wrong.map((item) =>
        found('mode', 'warning', `Other users can reach ${item.path}.`, `Run: chmod ${item.allowed.toString(8)} "${item.path}"`),
      )
}

function sideFileFinding(path: string): Finding {
  const sizes = ['-wal', '-shm', '-journal'].flatMap((suffix) =>
    existsSync(path + suffix) ? [{ suffix, bytes: statSync(path + suffix).size }] : [],
  )
  const text = sizes.map((file) => `${file.suffix} ${megabytes(file.bytes)}`).join(', ')
  const message = text ? `Beside the database: ${text}. They hold committed data.` : 'There are no side files.'
  const large = sizes.some((file) => file.bytes > LARGE_WAL_BYTES)
  return large
    ? found('side_files', 'warning', message, 'Restart the app, so that the log can be folded in. Do not delete these files.')
    : found('side_files', 'info', message, text ? 'Leave them where they are; never delete them.' : null)
}

async function diskFinding(path: string): Promise<Finding> {
  const free = await freeBytes(path)
  const message = `${megabytes(free)} are free.`
  return free < MIN_FREE_BYTES ? found('disk', 'error', message, 'Free some space on this disk.') : found('disk', 'ok', message)
}

function versionFinding(): Finding {
  const memory = new Database(':memory:')
  const version = memory.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? ''
  memory.close()
  return version.localeCompare(SQLITE_FLOOR, 'en', { numeric: true }) < 0
    ? found('sqlite_version', 'error', `SQLite ${version} has known faults.`, 'Install the newest version of the app.')
    : found('sqlite_version', 'ok', `SQLite ${version}.`)
}

function contentFindings(db: Connection, path: string, schema: SchemaSource): Finding[] {
  const attempt = (check: string, next: string, look: () => Finding): Finding => {
    try {
      return look()
    } catch (error) {
      return failure(check, path, error, next)
    }
  }
  const restore = 'Keep the file and restore a backup.'
  return [
    attempt('quick_check', restore, () => {
      const answer = (db.pragma('quick_check(10)') as { quick_check: string }[]).map((row) => row.quick_check)
      return answer[0] === 'ok'
        ? found('quick_check', 'ok', 'The structure is sound.')
        : found('quick_check', 'error', `The file is damaged: ${answer.join('; ')}`, restore)
    }),
    attempt('foreign_key_check', restore, () => {
      const broken = (db.pragma('foreign_key_check') as unknown[]).length
      return broken === 0
        ? found('foreign_key_check', 'ok', 'Every reference leads somewhere.')
        : found('foreign_key_check', 'error', `${broken} rows refer to rows that are gone.`, restore)
    }),
    attempt('journal_mode', restore, () => {
      const mode = String(db.pragma('journal_mode', { simple: true }))
      return mode === 'wal'
        ? found('journal_mode', 'ok', 'The journal mode is WAL.')
        : found('journal_mode', 'warning', `The journal mode is "${mode}".`, 'Start the app: it sets WAL again, or says why it cannot.')
    }),
    attempt('migrations', 'Start the app: it applies what is pending.', () => {
      const pending = planMigrations(readApplied(db, path), schema.migrations, path)
      return pending.length === 0
        ? found('migrations', 'ok', `The database is at version ${schema.migrations.length}.`)
        : found('migrations', 'warning', `${pending.length} migrations are pending.`, 'Start the app: it applies them.')
    }),
    attempt('schema', 'Restore a backup, or undo the change that was made by hand.', () => {
      assertSchema(db, schema, path)
      return found('schema', 'ok', 'Every table, column, index and trigger is as expected.')
    }),
    attempt('write_probe', 'Check the rights of the folder, or close the program that holds the database.', () => {
      db.exec('BEGIN IMMEDIATE')
      try {
        writeProbe(db)
      } finally {
        db.exec('ROLLBACK')
      }
      return found('write_probe', 'ok', 'The database can be written.')
    }),
  ]
}

/**
 * Looks at the file, its surroundings and its content, also when the store refuses to open it. Each finding that is
 * not fine names one safe thing to do. Deletes, repairs and changes nothing. Takes about a second per GB.
 */
export async function doctorFile(path: string, options: { readonly schema?: SchemaSource } = {}): Promise<Finding[]> {
  const surroundings = async () => [
    ...modeFindings(path),
    sideFileFinding(path),
    await diskFinding(path).catch((error) => failure('disk', path, error, 'Check the folder.')),
  ]
  let exists: boolean
  try {
    exists = existsSync(path)
    // Refuses what is not ours before SQLite gets to see it.
    if (!isOpenHere(path)) inspectFile(path)
  } catch (error) {
    const around = existsSync(path) ? await surroundings() : []
    return [versionFinding(), failure('header', path, error, 'Set DATABASE_PATH to another place; the file was not touched.'), ...around]
  }
  if (!exists) return [versionFinding(), found('exists', 'info', `${path} does not exist yet.`, 'Start the app: it creates the database.')]
  const findings = [
    versionFinding(),
    found('exists', 'ok', path),
    found('size', 'info', megabytes(statSync(path).size)),
    found('header', 'ok', 'The file is a database of this app.'),
    ...(await surroundings()),
  ]
  try {
    const db = openConnection(path)
    try {
      limitBusyWait(db, READER_BUSY_MS)
      findings.push(...contentFindings(db, path, options.schema ?? bundledSchema))
    } finally {
      db.close()
    }
  } catch (error) {
    findings.push(failure('open', path, error, 'Check the rights of the file and its folder.'))
  }
  return findings
}
