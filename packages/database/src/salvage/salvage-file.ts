import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { SalvageReport } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import { type Connection, openConnection } from '../file/connection.ts'
import { isOpenHere } from '../file/database-file.ts'
import { lockInstance } from '../instance-lock.ts'
import { damagedKeys, type ProtectedTable, protectedTables } from '../integrity/row-checksum.ts'
import { withMigrationLock } from '../migrate/migration-lock.ts'
import { type OpenOptions, openDatabase } from '../open-database.ts'
import { collectRows, type ProvenRow } from './collect-rows.ts'
import { countRows, type TableCount } from './count-rows.ts'
import { foldLog, openImage, replaceHeader } from './open-image.ts'

export interface SalvageOptions extends OpenOptions {
  /** Where the new file goes; absent: beside the old one. Must not exist. */
  readonly to?: string | undefined
  /** Puts the new file in the place of the old one, of which the copy aside is kept. */
  readonly swap?: boolean
  /** The caller has the lock of the data directory already. */
  readonly locked?: boolean
}

const SIDE_FILES = ['', '-wal', '-shm']
/** How long another process may hold the locks, in ms. */
const LOCK_MS = 5000

/** Copies what there is, byte for byte, and never over anything. */
function copyAside(path: string, aside: string): string[] {
  return SIDE_FILES.flatMap((suffix) => {
    if (!existsSync(path + suffix)) return []
    copyFileSync(path + suffix, aside + suffix, 1)
    return aside + suffix
  })
}

/** Nullable references to what is lost are cleared, rows that cannot be without it are removed, until all fit. */
function mendReferences(db: Connection): Map<string, number> {
  const orphaned = new Map<string, number>()
  for (;;) {
    const broken = db.pragma('foreign_key_check') as { table: string; rowid: number; fkid: number }[]
    if (broken.length === 0) return orphaned
    for (const { table, rowid, fkid } of broken) {
      const column = db
        .prepare<[string, number], string>('SELECT "from" FROM pragma_foreign_key_list(?) WHERE id = ?')
        .pluck()
        .get(table, fkid)
      const required = db
        .prepare<[string, string], number>('SELECT "notnull" FROM pragma_table_info(?) WHERE name = ?')
        .pluck()
        .get(table, column ?? '')
      if (!required) {
        db.prepare(`UPDATE "${table}" SET "${column}" = NULL WHERE rowid = ?`).run(rowid)
      } else if (db.prepare(`DELETE FROM "${table}" WHERE rowid = ?`).run(rowid).changes > 0) {
        orphaned.set(table, (orphaned.get(table) ?? 0) + 1)
      }
    }
  }
}

function insertRow(db: Connection, { table, columns, values }: ProvenRow): boolean {
  const statement = db.prepare(
    `INSERT OR IGNORE INTO "${table}" (${columns.map((name) => `"${name}"`).join()}) VALUES (${columns.map(() => '?').join()})`,
  )
  return statement.run(...values).changes > 0
}

function fill(target: Connection, working: string, tables: readonly ProtectedTable[]) {
  const kept = new Map<string, number>()
  const image = openImage(working)
  // Off, because children may come before their parents in the file.
  target.pragma('foreign_keys = OFF')
  target.exec('BEGIN IMMEDIATE')
  try {
    for (const row of collectRows(image, target, tables)) {
      if (insertRow(target, row)) kept.set(row.table, (kept.get(row.table) ?? 0) + 1)
    }
    const orphaned = mendReferences(target)
    // An older version of a row is as sound as the last: what it was agreed to run has to be seen again.
    target.exec('UPDATE mcp_servers SET command_sha256_approved = NULL WHERE command_sha256_approved IS NOT NULL')
    target.exec('COMMIT')
    return { kept, orphaned }
  } finally {
    if (target.inTransaction) target.exec('ROLLBACK')
    target.pragma('foreign_keys = ON')
    image.close()
  }
}

function countAll(working: string, opens: boolean): Map<string, TableCount> {
  if (!opens) return new Map()
  const db = openConnection(working)
  try {
    return new Map(protectedTables(db).map((table) => [table.name, countRows(db, table)]))
  } catch {
    // SQLite cannot read the table of contents.
    return new Map()
  } finally {
    db.close()
  }
}

const unrecoverable = (path: string, why: string) =>
  new AppError('DATABASE_CORRUPT', `Nothing of ${path} can be proven to be as it was written: ${why}. It was not changed.`, {
    data: { path },
    next: 'Restore the latest good backup.',
  })

function assertProven(target: Connection, tables: readonly ProtectedTable[], path: string): void {
  const sound = target.pragma('integrity_check', { simple: true }) === 'ok'
  if (!sound || tables.some((table) => damagedKeys(target, table).length > 0)) throw unrecoverable(path, 'the new file is not sound')
}

async function salvageAlone(options: SalvageOptions, stamp: string): Promise<SalvageReport> {
  const { path } = options
  const to = options.to ?? `${path}.salvaged-${stamp}`
  if (existsSync(to)) throw new AppError('VALIDATION_ERROR', `${to} exists already.`, { next: 'Name a file that does not exist.' })
  const copies = copyAside(path, `${path}.corrupt-${stamp}`)
  // SQLite would change what it opens, so it gets a copy of its own.
  const folder = mkdtempSync(join(dirname(to), '.salvage-'))
  try {
    const working = join(folder, basename(path))
    copyAside(path, working)
    const made = join(folder, 'new', 'salvaged.db')
    const { connection: target, file } = await openDatabase({ ...options, path: made })
    try {
      const tables = protectedTables(target)
      let opens = foldLog(working)
      if (!opens) {
        target.pragma('wal_checkpoint(TRUNCATE)')
        replaceHeader(working, made)
        opens = foldLog(working)
      }
      const counts = countAll(working, opens)
      const { kept, orphaned } = fill(target, working, tables)
      if (kept.size === 0) throw unrecoverable(path, 'no row has a checksum that fits')
      assertProven(target, tables, path)
      const report = tables.map(({ name }): SalvageReport['tables'][number] => {
        const { known = null, damaged = 0 } = counts.get(name) ?? {}
        const found = kept.get(name) ?? 0
        return {
          table: name,
          kept: found - (orphaned.get(name) ?? 0),
          damaged,
          unreadable: known === null ? null : Math.max(0, known - found - damaged),
          orphaned: orphaned.get(name) ?? 0,
        }
      })
      const names = new Set([...tables.map((table) => table.name), 'schema_migrations'])
      const leftOut = target
        .prepare<[], string>(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
        .pluck()
        .all()
        .filter((name) => !names.has(name))
      target.close()
      // One whole file: the log was folded in when the last connection closed.
      if (existsSync(`${made}-wal`)) throw unrecoverable(path, 'the new file could not be closed')
      renameSync(made, to)
      if (options.swap) swap(to, path, copies)
      return { copies, path: options.swap ? path : to, swapped: options.swap ?? false, tables: report, leftOut }
    } finally {
      target.close()
      file.release()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The copies are whole, so the side files of the damaged database can go: they belong to no other file. */
function swap(to: string, path: string, copies: readonly string[]): void {
  for (const suffix of SIDE_FILES.filter((name) => existsSync(path + name))) {
    const copy = copies.find((name) => name.endsWith(suffix) && (suffix !== '' || !/-(wal|shm)$/.test(name)))
    if (!copy || statSync(copy).size !== statSync(path + suffix).size) {
      throw new AppError('DATABASE_UNWRITABLE', `${path}${suffix} changed while it was copied. The new file is ${to}.`, { data: { path } })
    }
  }
  rmSync(`${path}-shm`, { force: true })
  rmSync(`${path}-wal`, { force: true })
  renameSync(to, path)
}

/**
 * Gets every row out of a damaged database that is proven to be as it was written, into a new file. The old file and its
 * side files are copied aside first and never changed, but for a swap.
 * @throws AppError ALREADY_RUNNING while a gateway uses the file, DATABASE_CORRUPT when nothing can be recovered
 */
export async function salvageFile(options: SalvageOptions): Promise<SalvageReport> {
  const { path, clock } = options
  if (!existsSync(path)) throw new AppError('DATABASE_UNWRITABLE', `${path} does not exist.`, { data: { path } })
  if (isOpenHere(path)) throw new AppError('ALREADY_RUNNING', `This program has ${path} open.`, { data: { pid: process.pid } })
  const unlock = options.locked ? () => {} : await lockInstance(path)
  try {
    const stamp = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')
    return await withMigrationLock(path, { timeoutMs: LOCK_MS }, () => salvageAlone(options, stamp))
  } finally {
    unlock()
  }
}
