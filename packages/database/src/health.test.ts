import { renameSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { createOwner, optionsFor, tempStore } from './testing/temp-store.ts'

const NAMES = ['schema', 'migrations', 'query_path', 'write_probe', 'wal', 'foreign_keys', 'disk']

async function openWithObserver() {
  const options = optionsFor()
  const store = await tempStore(options)
  const other = new Database(options.path)
  onTestFinished(() => {
    other.close()
  })
  const failing = async () =>
    Object.fromEntries((await store.check()).filter((check) => !check.ok).map((check) => [check.name, check.code]))
  return { options, store, other, failing }
}

test('a sound store passes every check and is not changed by them', async () => {
  const { store, other } = await openWithObserver()
  await store.transaction(createOwner)
  const version = other.pragma('data_version', { simple: true })
  const checks = await store.check()
  expect(checks.map((check) => check.name)).toEqual(NAMES)
  expect(checks.filter((check) => !check.ok || check.code !== null)).toEqual([])
  expect(other.pragma('data_version', { simple: true })).toBe(version)
})

test('a dropped table fails the checks by name, and putting it back heals them', async () => {
  const { other, failing } = await openWithObserver()
  expect(await failing()).toEqual({})
  const parts = other.prepare<[], string>(
    `SELECT sql FROM sqlite_master WHERE tbl_name = 'mcp_servers' AND sql IS NOT NULL ORDER BY type = 'table' DESC`,
  )
  const statements = parts.pluck().all()
  other.pragma('foreign_keys = OFF')
  other.exec('DROP TABLE mcp_servers')
  expect(await failing()).toEqual({ schema: 'SCHEMA_DRIFT', query_path: 'SCHEMA_DRIFT' })
  for (const statement of statements) other.exec(statement)
  expect(await failing()).toEqual({})
})

test('what fails is named in words that hold no path', async () => {
  const { options, store, other } = await openWithObserver()
  const details = async () => Object.fromEntries((await store.check()).filter(({ ok }) => !ok).map(({ name, detail }) => [name, detail]))
  other.pragma('foreign_keys = OFF')
  other.exec('BEGIN IMMEDIATE')
  expect(await details()).toEqual({ write_probe: 'database is locked' })
  other.exec('ROLLBACK')
  other.exec('ALTER TABLE sources RENAME COLUMN type TO kind; DROP TABLE mcp_servers; UPDATE schema_migrations SET dirty = 1')
  renameSync(options.path, `${options.path}.away`)
  expect(await details()).toEqual({
    schema: expect.stringMatching(/^table mcp_servers is missing; column sources\.kind is not part of the schema; .* and \d+ more$/),
    migrations: 'an upgrade was left unfinished',
    query_path: 'no such table: mcp_servers',
    disk: 'the file was moved, deleted or replaced',
  })
})

test('a dropped index fails only the schema check', async () => {
  const { other, failing } = await openWithObserver()
  other.exec('DROP INDEX profiles_team_id_idx')
  expect(await failing()).toEqual({ schema: 'SCHEMA_DRIFT' })
})

test('a record of a newer version or a dirty one fails the migrations check', async () => {
  const { other, failing } = await openWithObserver()
  other.exec('UPDATE schema_migrations SET dirty = 1')
  expect(await failing()).toEqual({ migrations: 'MIGRATION_DIRTY' })
  other.exec(`UPDATE schema_migrations SET dirty = 0; INSERT INTO schema_migrations VALUES (99, '0099_x', '', 0, 0, 0, '9')`)
  expect(await failing()).toEqual({ migrations: 'MIGRATION_AHEAD' })
})

test('a file that was moved away fails the disk check', async () => {
  const { options, failing } = await openWithObserver()
  renameSync(options.path, `${options.path}.away`)
  expect(await failing()).toEqual({ disk: 'DATABASE_UNWRITABLE' })
  renameSync(`${options.path}.away`, options.path)
  expect(await failing()).toEqual({})
})

test('a transaction of our own that waits for its turn does not hold up the answer', async () => {
  const { store, other, failing } = await openWithObserver()
  other.exec('BEGIN IMMEDIATE')
  const waiting = store.transaction((tx) => tx.settings.set('a', 1, 1))
  const started = performance.now()
  expect(await failing()).toEqual({ write_probe: 'DB_BUSY' })
  // The transaction itself waits for 15 seconds.
  expect(performance.now() - started).toBeLessThan(10_000)
  other.exec('ROLLBACK')
  await waiting
  expect(await failing()).toEqual({})
})

test('a writer that never ends fails the write probe', async () => {
  const { other, failing } = await openWithObserver()
  other.exec('BEGIN IMMEDIATE')
  expect(await failing()).toEqual({ write_probe: 'DB_BUSY' })
  other.exec('ROLLBACK')
  expect(await failing()).toEqual({})
})
