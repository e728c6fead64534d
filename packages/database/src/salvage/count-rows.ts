import type { Connection } from '../file/connection.ts'
import type { ProtectedTable } from '../integrity/row-checksum.ts'

/** What SQLite itself still reads of a table. */
export interface TableCount {
  /** By the smallest index, which may be whole when the table is not; null where that fails too. */
  readonly known: number | null
  /** Rows that can be read and are not as they were written. */
  readonly damaged: number
}

/** Counts from one end until a page cannot be read. @returns the rowids of damaged rows, and where it stopped */
function walk(db: Connection, table: ProtectedTable, direction: 'ASC' | 'DESC') {
  const damaged = new Set<number>()
  let whole = false
  try {
    const rows = db
      .prepare<[], { id: number; sound: number }>(
        `SELECT rowid AS id, row_checksum IS ${table.expected()} AS sound FROM "${table.name}" NOT INDEXED ORDER BY rowid ${direction}`,
      )
      .iterate()
    for (const row of rows) if (!row.sound) damaged.add(row.id)
    whole = true
  } catch {
    // As far as it goes.
  }
  return { damaged, whole }
}

/** From both ends, because SQLite stops at the first page that it cannot read. */
export function countRows(db: Connection, table: ProtectedTable): TableCount {
  let known: number | null = null
  try {
    known = db.prepare<[], number>(`SELECT count(*) FROM "${table.name}"`).pluck().get() ?? null
  } catch {
    // The index is damaged as well.
  }
  const forward = walk(db, table, 'ASC')
  const backward = forward.whole ? forward : walk(db, table, 'DESC')
  return { known, damaged: new Set([...forward.damaged, ...backward.damaged]).size }
}
