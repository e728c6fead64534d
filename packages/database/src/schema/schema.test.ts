import Database from 'better-sqlite3'
import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { bundledSchema } from '../migrate/bundled-schema.ts'
import { runMigrations } from '../migrate/run-migrations.ts'
import * as schema from './index.ts'

const db = new Database(':memory:')
runMigrations(db, bundledSchema.migrations, { path: ':memory:', appVersion: 'test', clock: { now: () => 0 } })
const id = (letter: string) => letter.repeat(36)
const rows = (sql: string, ...values: unknown[]) => db.prepare(sql).all(...values)

test('the migrations build every table and column of the schema', () => {
  const described = Object.values(schema)
    .filter((value) => is(value, SQLiteTable))
    .flatMap((table) => Object.values(getTableColumns(table)).map((column) => `column ${getTableName(table)}.${column.name}`))
  const built = Object.keys(bundledSchema.manifest ?? {}).filter((key) => key.startsWith('column ') && !key.includes('schema_migrations.'))
  expect(described.sort()).toEqual(built.sort())
})

test('every table is STRICT', () => {
  expect(
    rows(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND strict = 0`),
  ).toEqual([])
})

test('every foreign key has an index that begins with it', () => {
  const bare = rows(`
    SELECT t.name || '.' || f."from" AS key FROM sqlite_master t, pragma_foreign_key_list(t.name) f
    WHERE t.type = 'table' AND NOT EXISTS (
      SELECT 1 FROM pragma_index_list(t.name) i, pragma_index_info(i.name) c
      WHERE c.seqno = 0 AND c.name = f."from" AND i.partial = 0)`)
  expect(bare).toEqual([])
})

test.each([
  ['a short id', `INSERT INTO backups (id, path, kind, size_bytes, sha256, schema_version) VALUES ('x', 'p', 'k', 1, 's', 1)`],
  [
    'text for a number',
    `INSERT INTO backups (id, path, kind, size_bytes, sha256, schema_version) VALUES ('${id('a')}', 'p', 'k', 'x', 's', 1)`,
  ],
  ['broken JSON', `INSERT INTO gateway_settings (key, value) VALUES ('a', '{')`],
  ['a boolean of 2', `INSERT INTO email_users (id, email, is_admin) VALUES ('${id('a')}', 'a@b', 2)`],
  ['an unknown value', `INSERT INTO profiles (id, name, slug, visibility) VALUES ('${id('a')}', 'n', 's', 'world')`],
  ['a plain text secret', `INSERT INTO secrets (id, name, scope, value) VALUES ('${id('a')}', 'n', 'global', 'hunter2')`],
  [
    'a timeout of 0',
    `INSERT INTO mcp_servers (id, name, slug, type, config, endpoint, timeout_ms) VALUES ('${id('a')}', 'n', 's', 'external', '{}', 'e', 0)`,
  ],
])('the database itself refuses %s', (_what, statement) => {
  expect(() => db.exec(statement)).toThrow(/CHECK constraint failed|cannot store TEXT/)
})

test('updated_at moves when a statement leaves it, not when only what was observed changed', () => {
  db.exec(`INSERT INTO mcp_servers (id, name, slug, type, config, endpoint, created_at, updated_at)
    VALUES ('${id('b')}', 'n', 's', 'external', '{}', 'e', 1, 1)`)
  const updatedAt = () => db.prepare('SELECT updated_at FROM mcp_servers').pluck().get()
  db.exec(`UPDATE mcp_servers SET status = 'connected', tools_listed_at = 5`)
  expect(updatedAt()).toBe(1)
  db.exec('UPDATE mcp_servers SET name = name, updated_at = 2')
  expect(updatedAt()).toBe(2)
  db.exec(`UPDATE mcp_servers SET name = 'm'`)
  expect(updatedAt()).toBeGreaterThan(1_700_000_000_000)
})

test('there is one local owner', () => {
  const add = (letter: string) => db.exec(`INSERT INTO email_users (id, email, is_local_owner) VALUES ('${id(letter)}', '${letter}', 1)`)
  add('c')
  expect(() => add('d')).toThrow(/UNIQUE/)
})
