import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openConnection } from '../file/connection.ts'
import { damagedKeys, protectedTables } from '../integrity/row-checksum.ts'
import { bundledSchema } from '../migrate/bundled-schema.ts'
import { parseMigrations } from '../migrate/migration.ts'
import { runMigrations } from '../migrate/run-migrations.ts'
import { contentOf } from '../testing/content-of.ts'
import { fillEveryTable } from '../testing/fill-every-table.ts'
import { migrateTo } from '../testing/migrate-to.ts'
import { optionsFor } from '../testing/temp-store.ts'

async function atVersion1() {
  const { path } = optionsFor()
  await migrateTo(1, path)
  const db = openConnection(path)
  fillEveryTable(db)
  const before = contentOf(db)
  db.close()
  return { path, before }
}

test('gives every row that exists its checksum and changes nothing else', async () => {
  const { path, before } = await atVersion1()
  await migrateTo(2, path)
  const db = openConnection(path)
  expect(db.prepare('DELETE FROM backups WHERE path LIKE ?').run(`${dirname(path)}%`).changes).toBe(1)
  expect(contentOf(db, before)).toEqual(before)
  const tables = protectedTables(db)
  expect(tables).toHaveLength(15)
  for (const table of tables) {
    expect(db.prepare(`SELECT count(*) FROM ${table.name} WHERE row_checksum IS NULL`).pluck().get()).toBe(0)
    expect(damagedKeys(db, table)).toEqual([])
  }
  db.close()
})

test('a file whose structure is damaged gets no checksums that would call the damage sound', async () => {
  const { path, before } = await atVersion1()
  const db = new Database(path)
  const page = Number(db.prepare(`SELECT rootpage FROM sqlite_master WHERE name = 'debug_logs'`).pluck().get())
  db.close()
  const bytes = readFileSync(path)
  // More rows on a page than fit on it.
  bytes.writeUInt16BE(9999, (page - 1) * 4096 + 3)
  writeFileSync(path, bytes)
  const size = statSync(path).size
  await expect(migrateTo(2, path)).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' })
  const after = openConnection(path)
  expect(after.prepare('SELECT max(version) FROM schema_migrations').pluck().get()).toBe(1)
  expect(contentOf(after, { profiles: before.profiles as never })).toEqual({ profiles: before.profiles })
  expect(protectedTables(after)).toEqual([])
  after.close()
  expect(statSync(path).size).toBe(size)
})

test('rows that were damaged before a later upgrade are damaged after it', async () => {
  const { path } = await atVersion1()
  await migrateTo(2, path)
  const plain = new Database(path)
  const id = plain.prepare<[], string>('SELECT id FROM profiles ORDER BY rowid LIMIT 1').pluck().get()
  plain.prepare('UPDATE profiles SET name = ? WHERE id = ?').run('changed by a bad sector', id)
  plain.close()
  const next = parseMigrations({
    ...Object.fromEntries(bundledSchema.migrations.slice(0, 2).map((migration) => [`${migration.name}.sql`, migration.sql])),
    '0003_next.sql': `ALTER TABLE profiles ADD colour text NOT NULL DEFAULT 'red'`,
  })
  const db = openConnection(path)
  runMigrations(db, next, { path, appVersion: '2', clock: { now: () => 0 } })
  const [profiles] = protectedTables(db).filter((table) => table.name === 'profiles')
  expect(profiles?.columns).toContain('colour')
  expect(profiles && damagedKeys(db, profiles)).toEqual([id])
  db.close()
})
