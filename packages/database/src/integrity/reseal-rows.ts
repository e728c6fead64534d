import { AppError } from '@local-mcp/kernel'
import type { Connection } from '../file/connection.ts'
import { CHECKSUM_COLUMN, damagedKeys, protectedTables, registerRowChecksum } from './row-checksum.ts'

/** Stands for the checksum of a row that was damaged before a migration; no row has it. */
const KNOWN_DAMAGED = 'damaged'

/**
 * To be called inside the transaction of a migration, before its statements: notes which rows are sound.
 * @returns to be called after the statements: gives every row that was sound, or could not be judged yet, the checksum
 *   over its new columns. Rows that were damaged stay so.
 * @throws AppError (from the returned function) DATABASE_CORRUPT when rows get their first checksum and the structure of
 *   the file is damaged: there is nothing to compare them with
 */
export function beginReseal(db: Connection, path: string): () => void {
  registerRowChecksum(db)
  const before = new Map(protectedTables(db).map((table) => [table.name, damagedKeys(db, table)]))
  return () => {
    const tables = protectedTables(db)
    if (tables.some((table) => !before.has(table.name) && hasRows(db, table.name))) assertStructure(db, path)
    for (const table of tables) {
      // Only where it differs: the triggers of the file do not act on a checksum that changes, but an update that changes
      // nothing would set off the one that moves `updated_at`.
      db.exec(`UPDATE "${table.name}" SET ${CHECKSUM_COLUMN} = ${table.expected()} WHERE ${CHECKSUM_COLUMN} IS NOT ${table.expected()}`)
      const mark = db.prepare(`UPDATE "${table.name}" SET ${CHECKSUM_COLUMN} = '${KNOWN_DAMAGED}' WHERE "${table.key}" = ?`)
      for (const key of before.get(table.name) ?? []) mark.run(key)
    }
  }
}

const hasRows = (db: Connection, table: string) => db.prepare(`SELECT 1 FROM "${table}" LIMIT 1`).get() !== undefined

function assertStructure(db: Connection, path: string): void {
  const answer = db.pragma('quick_check(1)', { simple: true })
  if (answer === 'ok') return
  throw new AppError('DATABASE_CORRUPT', `${path} is damaged, so its upgrade was not begun: ${answer}.`, { data: { path } })
}
