import type { Connection } from '../file/connection.ts'

interface Column {
  readonly name: string
  readonly type: string
  readonly notnull: 0 | 1
  readonly pk: number
}

const quoted = (name: string) => `"${name}"`
const uuid = (table: string, row: number) =>
  `${Buffer.from(table).toString('hex').padEnd(24, '0').slice(0, 24)}${String(row).padStart(12, '0')}`

/** The table's own rules, as its CREATE statement words them. */
function valueFor(table: string, sql: string, column: Column, row: number): string | number | null {
  const { name, type } = column
  const rule = (pattern: string) => new RegExp(`CHECK\\((?:length\\()?"${name}"${pattern}`).exec(sql)
  if (/^(deleted|retired|revoked|used|expires)_at$|^locked_until$/.test(name) && !column.notnull && row % 2 === 0) return null
  if (name === 'timeout_ms') return 30_000 + row
  if (name === 'retries') return row % 10
  if (name === 'email') return `person-${row}@example.com`
  if (rule(' in \\(0, 1\\)')) return row === 0 ? 1 : 0
  const list = rule(" in \\(('[^)]*)\\)")?.[1]
  if (list) return list.split(', ')[row % list.split(', ').length]?.slice(1, -1) ?? null
  if (rule(" like 'v1:%'")) return `v1:${name}-${row}`
  if (rule('\\) = 36')) return uuid(table, row)
  if (new RegExp(`json_valid\\("?${name}"?\\)`).test(sql)) return JSON.stringify({ row, text: `ä ${name}` })
  if (type.startsWith('INT') || type === 'REAL') return 1000 + row
  return `${name} ${row} of ${table}`
}

/**
 * Puts rows into every table but the runner's, parents first, each child under the parent of the same number, with
 * values that the checks allow. Goes by what the file says of itself, so that it fits every version of the schema.
 */
export function fillEveryTable(db: Connection, rows = 3): void {
  const tables = db
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM main.sqlite_master WHERE type = 'table' AND name <> 'schema_migrations'`,
    )
    .all()
  const parents = db.prepare<[string], { from: string; table: string; to: string }>(
    'SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)',
  )
  const filled = new Set<string>()
  const left = new Set(tables)
  while (left.size > 0) {
    const ready = [...left].filter(({ name }) => parents.all(name).every((key) => filled.has(key.table) || key.table === name))
    if (ready.length === 0) throw new Error('The foreign keys form a ring')
    for (const table of ready) {
      left.delete(table)
      filled.add(table.name)
      const keys = new Map(parents.all(table.name).map((key) => [key.from, key]))
      const columns = db
        .prepare<[string], Column>('SELECT name, type, "notnull", pk FROM pragma_table_info(?)')
        .all(table.name)
        .filter((column) => column.name !== 'row_checksum')
      const insert = db.prepare(
        `INSERT INTO ${quoted(table.name)} (${columns.map((column) => quoted(column.name)).join()}) VALUES (${columns.map(() => '?').join()})`,
      )
      for (let row = 0; row < rows; row += 1) {
        const values = columns.map((column) => {
          const key = keys.get(column.name)
          if (!key) return valueFor(table.name, table.sql, column, row)
          return db
            .prepare<[number], string>(`SELECT ${quoted(key.to)} FROM ${quoted(key.table)} ORDER BY rowid LIMIT 1 OFFSET ?`)
            .pluck()
            .get(row)
        })
        insert.run(values)
      }
    }
  }
}
