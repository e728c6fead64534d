import { AppError } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import type { Connection } from '../file/connection.ts'
import { APPLICATION_ID } from '../file/inspect-file.ts'
import { readApplied } from '../migrate/migration-plan.ts'

const damaged = (path: string, what: string) => new AppError('BACKUP_DAMAGED', `${path} is damaged: ${what}.`, { data: { path } })

/** Opens a file that may be anybody's: nothing in its schema runs, and nothing is written. */
export function openStranger(path: string, options: { readonly writable?: boolean } = {}): Connection {
  const db = new Database(path, { fileMustExist: true, readonly: !options.writable, timeout: 1000 })
  db.pragma('trusted_schema = OFF')
  db.pragma('cell_size_check = ON')
  db.pragma('mmap_size = 0')
  return db
}

/**
 * Reads a whole database that nobody else has open. Takes about a second per 250 MB.
 * @returns its version
 * @throws AppError BACKUP_INVALID, BACKUP_DAMAGED, DATABASE_FOREIGN
 */
export function checkDatabase(db: Connection, path: string): { readonly schemaVersion: number; readonly appVersion: string } {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new AppError('BACKUP_INVALID', `${path} is a database of another program.`, { data: { path } })
  }
  const integrity = db.pragma('integrity_check(5)') as { integrity_check: string }[]
  if (integrity[0]?.integrity_check !== 'ok') throw damaged(path, integrity.map((row) => row.integrity_check).join('; '))
  const broken = (db.pragma('foreign_key_check') as unknown[]).length
  if (broken > 0) throw damaged(path, `${broken} rows refer to rows that are gone`)
  const last = readApplied(db, path).at(-1)
  return { schemaVersion: last?.version ?? 0, appVersion: last?.appVersion ?? '' }
}
