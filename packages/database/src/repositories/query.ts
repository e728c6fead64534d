import type { Principal } from '@local-mcp/core'
import { and, eq, type GetColumnData, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { intact } from '../integrity/row-checksum.ts'
import { teamMembers } from '../schema/index.ts'

export type Db = BetterSQLite3Database

interface Owned {
  readonly teamId: SQLiteColumn
  readonly ownerEmail: SQLiteColumn
  readonly visibility: SQLiteColumn
}

/** The rows that the viewer may see: its own, its teams', public ones, and orphans for the local owner. */
export function visibleTo(db: Db, viewer: Principal, table: Owned): SQL | undefined {
  const myTeams = db
    .select({ id: teamMembers.teamId })
    .from(teamMembers)
    .where(and(eq(teamMembers.userId, viewer.userId), eq(teamMembers.isActive, true), intact(teamMembers)))
  return or(
    eq(table.ownerEmail, viewer.email),
    eq(table.visibility, 'public'),
    and(eq(table.visibility, 'team'), inArray(table.teamId, myTeams)),
    viewer.isLocalOwner ? or(isNull(table.ownerEmail), isNull(table.teamId)) : undefined,
  )
}

/** The ownership columns, as they are in a record. */
export const ownershipOf = <T extends Owned>(table: T) => ({
  teamId: table.teamId as T['teamId'],
  ownerEmail: table.ownerEmail as T['ownerEmail'],
  visibility: table.visibility as T['visibility'],
})

/** Without regard to ASCII case. */
export const sameText = (column: SQLiteColumn, text: string) => sql`lower(${column}) = lower(${text})`
export const byText = (column: SQLiteColumn) => sql`${column} collate nocase`

/** `now`, but always later than before, so that the trigger sees that the time was set even when the clock stands still. */
export const later = (column: SQLiteColumn, now: number) => sql<number>`max(${now}, ${column} + 1)`

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * A JSON column of a protected table. Null for text that is no JSON: the row is damaged and will be left out by its
 * checksum, but must not take the rest of the list with it.
 */
export const jsonOf = <Column extends SQLiteColumn>(column: Column) =>
  sql`${column}`.mapWith(parseOrNull) as unknown as SQL<GetColumnData<Column>>
