import { existsSync, rmSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { migrationStatus } from '../migration-status.ts'
import { migrateDatabase } from '../open-database.ts'
import { fingerprint, optionsFor, schemaOf, testClock } from '../testing/temp-store.ts'
import { migrationLockPath } from './migration-lock.ts'

const ONE = 'CREATE TABLE one(a)'
const TWO = 'CREATE TABLE two(b)'

/** Changes a database behind the app's back. */
function edit(path: string, ...statements: string[]): void {
  const db = new Database(path)
  for (const statement of statements) db.exec(statement)
  db.close()
}

/** Looks into a database while nothing has it open. */
function all(path: string, statement: string): unknown[] {
  const db = new Database(path)
  const rows = db.prepare(statement).all()
  db.close()
  return rows
}

test('brings a new file to head and records each migration', async () => {
  const options = optionsFor(undefined, { schema: schemaOf(ONE, TWO), clock: testClock() })
  expect(await migrateDatabase(options)).toEqual({ from: 0, to: 2, applied: ['0001_step', '0002_step'] })
  expect(all(options.path, 'SELECT version, name, dirty, applied_at, app_version FROM schema_migrations')).toEqual([
    { version: 1, name: '0001_step', dirty: 0, applied_at: 1000, app_version: '1.2.3' },
    { version: 2, name: '0002_step', dirty: 0, applied_at: 1000, app_version: '1.2.3' },
  ])
})

test('applies only what is pending', async () => {
  const options = optionsFor(undefined, { schema: schemaOf(ONE) })
  await migrateDatabase(options)
  const newer = { ...options, schema: schemaOf(ONE, TWO) }
  expect(migrationStatus(newer)).toEqual({ current: 1, head: 2, pending: ['0002_step'] })
  expect(await migrateDatabase(newer)).toEqual({ from: 1, to: 2, applied: ['0002_step'] })
})

test('at head it neither writes nor takes the lock', async () => {
  const options = optionsFor()
  await migrateDatabase(options)
  rmSync(migrationLockPath(options.path))
  const before = { bytes: fingerprint(options.path), modified: statSync(options.path).mtimeMs }
  const observer = new Database(options.path)
  const version = observer.pragma('data_version', { simple: true })
  expect((await migrateDatabase(options)).applied).toEqual([])
  expect(observer.pragma('data_version', { simple: true })).toBe(version)
  observer.close()
  expect(existsSync(migrationLockPath(options.path))).toBe(false)
  expect({ bytes: fingerprint(options.path), modified: statSync(options.path).mtimeMs }).toEqual(before)
})

test('the observer of the test above does see a write', async () => {
  const options = optionsFor(undefined, { schema: schemaOf(ONE) })
  await migrateDatabase(options)
  const observer = new Database(options.path)
  onTestFinished(() => {
    observer.close()
  })
  const version = observer.pragma('data_version', { simple: true })
  await migrateDatabase({ ...options, schema: schemaOf(ONE, TWO) })
  expect(observer.pragma('data_version', { simple: true })).not.toBe(version)
  expect(existsSync(migrationLockPath(options.path))).toBe(true)
})

const refused: [what: string, code: string, message: RegExp, edits: string[], shipped: string[]][] = [
  ['a dirty record', 'MIGRATION_DIRTY', /dirty at 2/, ['UPDATE schema_migrations SET dirty = 1 WHERE version = 2'], [ONE, TWO]],
  ['a newer database', 'MIGRATION_AHEAD', /gateway\.db is at version 2 .*1\.2\.3.*up to 1/, [], [ONE]],
  ['an edited migration', 'MIGRATION_CHANGED', /0002_step/, [], [ONE, `${TWO} `]],
  ['an edited migration below a pending one', 'MIGRATION_CHANGED', /0001_step/, [], [`${ONE} `, TWO, 'CREATE TABLE three(c)']],
  ['a gap in the record', 'MIGRATION_CHANGED', /0001_step/, ['DELETE FROM schema_migrations WHERE version = 1'], [ONE, TWO]],
]

test.each(refused)('refuses %s with %s and writes nothing', async (_what, code, message, edits, shipped) => {
  const options = optionsFor(undefined, { schema: schemaOf(ONE, TWO) })
  await migrateDatabase(options)
  edit(options.path, ...edits)
  const before = fingerprint(options.path)
  const now = { ...options, schema: schemaOf(...shipped) }
  await expect(migrateDatabase(now)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  expect(() => migrationStatus(now)).toThrow(expect.objectContaining({ code }))
  expect(fingerprint(options.path)).toEqual(before)
})

test.each([
  ['a statement fails', 'INSERT INTO one VALUES (1); CREATE TABLE two(b); CREATE TABLE one(a)'],
  ['a reference is broken', 'CREATE TABLE two(b REFERENCES one(a)); CREATE UNIQUE INDEX x ON one(a); INSERT INTO two VALUES (9)'],
])('rolls a migration back when %s, and keeps those before it', async (_what, broken) => {
  const options = optionsFor(undefined, { schema: schemaOf(ONE, broken) })
  await expect(migrateDatabase(options)).rejects.toMatchObject({ code: 'MIGRATION_FAILED', data: { version: 2 } })
  expect(all(options.path, 'SELECT version FROM schema_migrations')).toEqual([{ version: 1 }])
  expect(all(options.path, "SELECT name FROM sqlite_master WHERE name = 'two'")).toEqual([])
  expect(all(options.path, 'SELECT * FROM one')).toEqual([])
  expect((await migrateDatabase({ ...options, schema: schemaOf(ONE, TWO) })).applied).toEqual(['0002_step'])
})

test('rebuilding a parent table keeps its children', async () => {
  const tables = `CREATE TABLE parent(id TEXT PRIMARY KEY);
    CREATE TABLE child(id TEXT PRIMARY KEY, parent_id TEXT NOT NULL REFERENCES parent(id) ON DELETE CASCADE);
    INSERT INTO parent VALUES ('p'); INSERT INTO child VALUES ('a', 'p'), ('b', 'p'), ('c', 'p')`
  // As drizzle-kit writes it; its own pragma has no effect inside a transaction.
  const rebuild = `PRAGMA foreign_keys=OFF;
    CREATE TABLE __new_parent(id TEXT PRIMARY KEY, extra TEXT);
    INSERT INTO __new_parent(id) SELECT id FROM parent;
    DROP TABLE parent;
    ALTER TABLE __new_parent RENAME TO parent;
    PRAGMA foreign_keys=ON;`
  const options = optionsFor(undefined, { schema: schemaOf(tables, rebuild) })
  await migrateDatabase(options)
  expect(all(options.path, 'SELECT id FROM child ORDER BY id')).toHaveLength(3)
  expect(all(options.path, 'SELECT * FROM parent')).toEqual([{ id: 'p', extra: null }])
})

test('two stores of one process create a database together', async () => {
  const options = optionsFor()
  const results = await Promise.all([migrateDatabase(options), migrateDatabase(options), migrateDatabase(options)])
  expect(results.filter((result) => result.applied.length > 0)).toHaveLength(1)
})
