import { hash } from 'node:crypto'
import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Connection } from '../file/connection.ts'
import { OBSERVED_COLUMNS } from '../schema/observed-columns.ts'

/*
 * SQLite notices about 29 % of random damage to a page. A table that has the column
 * `row_checksum` is protected: each of its rows carries a checksum over what somebody set in it. This file alone knows
 * what the checksum is made of.
 */

/** Its column in each protected table. NULL only before the first migration that brings it has ended. */
export const CHECKSUM_COLUMN = 'row_checksum'
const FUNCTION = 'lmg_row_checksum'

/** As SQLite hands it to a function that asks for safe integers. */
export type Value = string | bigint | number | Buffer | null

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/**
 * The columns that the checksum of a table covers, in the order in which they are encoded. Columns that record what was
 * observed are left out: they change all the time, are seen anew, and decide nothing. Moving a column in or out of that
 * list makes every stored checksum wrong: it needs a new encoding and a migration.
 */
export function coveredColumns(table: string, columns: readonly string[]): string[] {
  const left = new Set([CHECKSUM_COLUMN, ...(OBSERVED_COLUMNS[table] ?? [])])
  return columns.filter((column) => !left.has(column)).sort()
}

/** The table and column names of a call, as its first argument: text that is the same for every row. */
const headOf = (table: string, columns: readonly string[]) => [table, ...columns].join(' ')

function encode(name: string | undefined, value: Value): string {
  // Without the NULLs, a new column that is empty in the rows that exist leaves their checksums as they are.
  if (value === null) return ''
  const [kind, text] =
    typeof value === 'string'
      ? ['t', value]
      : Buffer.isBuffer(value)
        ? ['b', value.toString('hex')]
        : [typeof value === 'bigint' ? 'i' : 'r', String(value)]
  return `${name}=${kind}${text.length}:${text};`
}

/** 128 bits of SHA-256, hex: for finding accidents, not for keeping out somebody who can write the file. */
function checksum(head: unknown, ...values: Value[]): string {
  const [table, ...names] = String(head).split(' ')
  return hash('sha256', `${table}:${values.map((value, index) => encode(names[index], value)).join('')}`, 'hex').slice(0, 32)
}

/** The checksum that a row of these values ought to have. @param columns of `values`, as `coveredColumns` gives them */
export const checksumOf = (table: string, columns: readonly string[], values: readonly Value[]) =>
  checksum(headOf(table, columns), ...values)

/** Makes the checksum known to a connection. Must come before any statement that names it. */
export function registerRowChecksum(db: Connection): void {
  db.function(FUNCTION, { varargs: true, deterministic: true, safeIntegers: true }, checksum as (...values: unknown[]) => unknown)
}

export interface ProtectedTable {
  readonly name: string
  /** Name of the primary key, which is one text column in each of them. */
  readonly key: string
  readonly columns: readonly string[]
  /** The checksum that a row ought to have, as an expression over its columns. */
  expected(row?: string): string
}

/** The protected tables as this file has them, whatever its version. */
export function protectedTables(db: Connection): ProtectedTable[] {
  const rows = db
    .prepare<[], { name: string; column: string; pk: number }>(
      `SELECT t.name, c.name AS "column", c.pk FROM main.sqlite_master t, pragma_table_info(t.name) c
       WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = '${CHECKSUM_COLUMN}')
       ORDER BY t.name, c.cid`,
    )
    .all()
  return [...Map.groupBy(rows, (row) => row.name)].map(([name, columns]) => {
    const covered = coveredColumns(
      name,
      columns.map((row) => row.column),
    )
    return {
      name,
      key: columns.find((row) => row.pk === 1)?.column ?? 'rowid',
      columns: covered,
      expected: (row) =>
        `${FUNCTION}('${headOf(name, covered).replaceAll("'", "''")}', ${covered.map((column) => (row ? `${row}.` : '') + quoted(column)).join(', ')})`,
    }
  })
}

/** Keys of the rows that are not as they were written. */
export function damagedKeys(db: Connection, table: ProtectedTable): string[] {
  return db
    .prepare<[], string>(`SELECT ${quoted(table.key)} FROM main.${quoted(table.name)} WHERE ${CHECKSUM_COLUMN} IS NOT ${table.expected()}`)
    .pluck()
    .all()
}

/** How many rows are not as they were written, in all tables. For a connection that does nothing else. */
export function countDamagedRows(db: Connection): number {
  registerRowChecksum(db)
  return protectedTables(db).reduce((sum, table) => sum + damagedKeys(db, table).length, 0)
}

/** Whether a row is as it was written, as a column or condition of a query. */
export function intact(table: SQLiteTable & { rowChecksum: SQLiteColumn }): SQL<boolean> {
  const columns = new Map(Object.values(getTableColumns(table)).map((column) => [column.name, column]))
  const names = coveredColumns(getTableName(table), [...columns.keys()])
  const head = sql.raw(`'${headOf(getTableName(table), names)}'`)
  const values = sql.join(
    names.map((name) => sql`${columns.get(name)}`),
    sql`, `,
  )
  return sql`(${table.rowChecksum} is ${sql.raw(FUNCTION)}(${head}, ${values}))`.mapWith(Boolean)
}
