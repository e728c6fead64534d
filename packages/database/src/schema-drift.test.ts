import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { migrateDatabase, openDatabase } from './open-database.ts'
import { endurance } from './testing/endurance.ts'
import { optionsFor, tempStore } from './testing/temp-store.ts'

/** Of the columns, which take a copy of the file each, CI takes every so many. */
const COLUMN_STEP = endurance(6, 1)

interface Part {
  readonly type: string
  readonly name: string
  readonly tbl_name: string
  readonly sql: string
}

const OURS = `sql IS NOT NULL AND tbl_name <> 'schema_migrations'`

async function named(path: string, name: string): Promise<void> {
  await expect(openDatabase(optionsFor(path))).rejects.toMatchObject({ code: 'SCHEMA_DRIFT', message: expect.stringContaining(name) })
}

test('every table, view, index and trigger that is taken away by hand: not ready, launch refused by name, healed by putting it back', async () => {
  const options = optionsFor()
  const store = await tempStore(options)
  const other = new Database(options.path)
  onTestFinished(() => {
    other.close()
  })
  other.pragma('foreign_keys = OFF')
  const failing = async () => Object.fromEntries((await store.check()).filter(({ ok }) => !ok).map(({ name, code }) => [name, code]))
  const parts = other
    .prepare<[], Part>(`SELECT type, name, tbl_name, sql FROM sqlite_master WHERE ${OURS} ORDER BY type = 'table' DESC, name`)
    .all()
  expect(parts.filter(({ type }) => type === 'table')).toHaveLength(30)
  expect(parts.filter(({ type }) => type === 'view')).toHaveLength(3)
  for (const { type, name } of parts) {
    const lost = type === 'table' ? parts.filter((part) => part.tbl_name === name) : parts.filter((part) => part.name === name)
    other.exec(`DROP ${type} "${name}"`)
    expect(await failing(), name).toMatchObject({ schema: 'SCHEMA_DRIFT' })
    await named(options.path, name)
    for (const { sql } of lost) other.exec(sql)
    expect(await failing(), name).toEqual({})
  }
}, 60_000)

test('every column that is renamed by hand: launch refused by name', async () => {
  const sound = optionsFor()
  await migrateDatabase(sound)
  const db = new Database(sound.path)
  const columns = db
    .prepare<[], { table: string; name: string }>(
      `SELECT t.name AS "table", c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND ${OURS} ORDER BY t.name, c.cid`,
    )
    .all()
    .filter((_, index) => index % COLUMN_STEP === 0)
  db.close()
  expect(columns.length).toBeGreaterThan(40)
  for (const { table, name } of columns) {
    const { path } = optionsFor()
    mkdirSync(dirname(path))
    copyFileSync(sound.path, path)
    const drifted = new Database(path)
    drifted.exec(`ALTER TABLE "${table}" RENAME COLUMN "${name}" TO renamed`)
    drifted.close()
    await named(path, `${table}.${name}`)
  }
}, 60_000)
