import { createHash } from 'node:crypto'
import type { Connection } from '../file/connection.ts'

export interface TableContent {
  readonly columns: readonly string[]
  readonly rows: number
  /** SHA-256 (hex) of every value of the columns, by rowid. */
  readonly sha256: string
}

/** What every table but the runner's holds; with `like`, only the tables and columns that are named there. */
export function contentOf(db: Connection, like?: Readonly<Record<string, TableContent>>): Record<string, TableContent> {
  const tables = like
    ? Object.keys(like)
    : db
        .prepare<[], string>(`SELECT name FROM main.sqlite_master WHERE type = 'table' AND name <> 'schema_migrations' ORDER BY name`)
        .pluck()
        .all()
  return Object.fromEntries(
    tables.map((table) => {
      const columns =
        like?.[table]?.columns ?? db.prepare<[string], string>('SELECT name FROM pragma_table_info(?) ORDER BY name').pluck().all(table)
      const rows = db
        .prepare(`SELECT ${columns.map((column) => `"${column}"`).join()} FROM "${table}" ORDER BY rowid`)
        .raw()
        .all()
      return [table, { columns, rows: rows.length, sha256: createHash('sha256').update(JSON.stringify(rows)).digest('hex') }]
    }),
  )
}
