import type { Id } from '@local-mcp/kernel'
import { getTableName, sql } from 'drizzle-orm'
import { type CheckBuilder, check, customType, type IndexBuilder, index, integer, type SQLiteColumn, text } from 'drizzle-orm/sqlite-core'

/** Milliseconds since 1970-01-01 UTC, so that a row inserted by hand is dated too. */
const NOW = sql`(cast(unixepoch('subsec') * 1000 as integer))`

/** UUIDv4, 36 characters, lower case. */
export const id = <Kind extends string>() => text('id').primaryKey().$type<Id<Kind>>()
export const flag = (name: string) => integer(name, { mode: 'boolean' }).notNull()
export const json = <Value>(name: string) => text(name, { mode: 'json' }).$type<Value>()
export const createdAt = () => integer('created_at').notNull().default(NOW)
/** Kept up by a trigger (see tools/tasks/db-generate.mjs) when an update does not set it. */
export const updatedAt = () => integer('updated_at').notNull().default(NOW)
export const timestamps = () => ({ createdAt: createdAt(), updatedAt: updatedAt() })
/** Over the other columns: see integrity/row-checksum.ts, which writes and reads it. A table that has it is protected. */
export const rowChecksum = () => text('row_checksum')
export const tags = () => json<readonly string[]>('tags').notNull().default([])

/** Ciphertext; the check keeps plain text out of the column. */
export const sealed = customType<{ data: string }>({ dataType: () => 'text' })
/** Text that compares without regard to ASCII case. */
export const nocase = customType<{ data: string }>({ dataType: () => 'text COLLATE NOCASE' })

function ruleOf(column: SQLiteColumn) {
  const name = sql.identifier(column.name)
  if (column.columnType === 'SQLiteBoolean') return sql`${name} in (0, 1)`
  if (column.columnType === 'SQLiteTextJson') return sql`json_valid(${name})`
  if (column.columnType === 'SQLiteCustomColumn' && column.getSQLType() === 'text') return sql`${name} like 'v1:%'`
  if (column.primary && column.name === 'id' && column.getSQLType() === 'text') return sql`length(${name}) = 36`
  const values = column.enumValues
  return values?.length
    ? sql`${name} in (${sql.join(
        values.map((value) => sql`${value}`),
        sql`, `,
      )})`
    : null
}

/** The CHECK that follows from each column's type: ids, booleans, JSON, ciphertext and lists of values. */
export function checks(columns: Record<string, SQLiteColumn>): CheckBuilder[] {
  return Object.values(columns).flatMap((column) => {
    const rule = ruleOf(column)
    return rule ? [check(`${getTableName(column.table)}_${column.name}_check`, rule.inlineParams())] : []
  })
}

/** One index per foreign key column, so that deleting a parent does not scan the child. */
export function indexes(...columns: SQLiteColumn[]): IndexBuilder[] {
  return columns.map((column) => index(`${getTableName(column.table)}_${column.name}_idx`).on(column))
}
