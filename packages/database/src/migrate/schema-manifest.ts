import type { Connection } from '../file/connection.ts'

/** Everything in a database that is not data: one line of facts per object, by `kind name`. */
export type Manifest = Readonly<Record<string, string>>

const MASTER = `
  SELECT type, name, coalesce(sql, '') AS sql FROM sqlite_master
  WHERE type IN ('index', 'trigger', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`
const TABLES = `
  SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`
const COLUMNS = `
  SELECT t.name AS "table", c.name, c.type, c."notnull" AS required, c.dflt_value AS "default", c.pk
  FROM sqlite_master t, pragma_table_xinfo(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`
const FOREIGN_KEYS = `
  SELECT t.name AS "table", f."from", f."table" AS parent, f."to", f.on_update AS onUpdate, f.on_delete AS onDelete
  FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`

type Row = Record<string, string | number | null>

/** Reads the schema of a database. Takes a few milliseconds. */
export function readManifest(db: Connection): Manifest {
  const all = (sql: string) => db.prepare<[], Row>(sql).all()
  const entries = [
    ...all(TABLES).map((row) => [`table ${row.name}`, row.strict ? 'strict' : 'not strict']),
    ...all(COLUMNS).map((row) => [
      `column ${row.table}.${row.name}`,
      [
        row.type,
        row.required ? 'not null' : 'null',
        row.default === null ? null : `default ${row.default}`,
        row.pk ? `primary key ${row.pk}` : null,
      ]
        .filter(Boolean)
        .join(', '),
    ]),
    ...all(FOREIGN_KEYS).map((row) => [
      `foreign key ${row.table}.${row.from}`,
      `${row.parent}.${row.to}, on update ${row.onUpdate}, on delete ${row.onDelete}`,
    ]),
    ...all(MASTER).map((row) => [`${row.type} ${row.name}`, String(row.sql).replaceAll(/\s+/g, ' ')]),
  ] as [string, string][]
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What is whole without the others comes first: a missing table is told before its indexes. */
const KINDS = ['table', 'view', 'column', 'foreign key', 'index', 'trigger']
const rank = (key: string) => KINDS.findIndex((kind) => key.startsWith(`${kind} `))

/** The differences in words, e.g. `index x is missing`. Empty when the schema is as expected. */
export function compareManifests(expected: Manifest, actual: Manifest): string[] {
  const differing = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].filter((key) => expected[key] !== actual[key])
  const inMissingTable = (key: string) => {
    const table = /^(?:column|foreign key) ([^.]*)\./.exec(key)?.[1]
    return table !== undefined && `table ${table}` in expected && !(`table ${table}` in actual)
  }
  return differing
    .filter((key) => !inMissingTable(key))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((key) => {
      if (actual[key] === undefined) return `${key} is missing`
      if (expected[key] === undefined) return `${key} is not part of the schema`
      return `${key} is "${actual[key]}" instead of "${expected[key]}"`
    })
}

const SHOWN = 3
const LONGEST = 120

/** The first differences by name alone, e.g. `index x differs`. */
export function briefly(differences: readonly string[]): string {
  const shown = differences.slice(0, SHOWN).map((difference) => difference.replace(/ is ".*$/s, ' differs').slice(0, LONGEST))
  const more = differences.length - shown.length
  return `${shown.join('; ')}${more > 0 ? ` and ${more} more` : ''}`
}
