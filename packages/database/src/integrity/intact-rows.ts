import type { Connection } from '../file/connection.ts'
import { CHECKSUM_COLUMN, protectedTables } from './row-checksum.ts'

/**
 * The condition that a row is as it was written, for statements that change many rows at once: a damaged one among
 * them would stop them all. On a connection with `guardRows`.
 *
 * @returns SQL; what is always true for a table without checksums
 */
export function intactRows(db: Connection, name: string): string {
  const table = protectedTables(db).find((one) => one.name === name)
  return table ? `${CHECKSUM_COLUMN} IS ${table.expected()}` : 'true'
}
