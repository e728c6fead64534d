import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { configureConnection } from './file/connection.ts'
import { isOpenHere } from './file/database-file.ts'
import { migrationStatus } from './migration-status.ts'
import { migrateDatabase, openDatabase } from './open-database.ts'
import { fingerprint, optionsFor, tempDir } from './testing/temp-store.ts'

function sqliteFile(path: string, ...statements: string[]): void {
  const db = new Database(path)
  for (const statement of statements) db.exec(statement)
  db.close()
}

test('creates the folder and the file for this user alone, whatever the umask', async () => {
  const before = process.umask(0)
  onTestFinished(() => {
    process.umask(before)
  })
  const options = optionsFor(join(tempDir(), 'new', 'folder', 'gateway.db'))
  const { connection, file } = await openDatabase(options)
  const dir = dirname(options.path)
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  const names = readdirSync(dir)
  expect(names).toContain('gateway.db-wal')
  for (const name of names) expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600])
  connection.close()
  file.release()
  expect(isOpenHere(options.path)).toBe(false)
  expect(readdirSync(dir).sort()).toEqual(['.local-mcp-gateway-migration.lock', 'gateway.db'])
})

test('sets every pragma', async () => {
  const { connection, file } = await openDatabase(optionsFor())
  const read = (name: string) => connection.pragma(name, { simple: true })
  expect({
    journal: read('journal_mode'),
    synchronous: read('synchronous'),
    foreignKeys: read('foreign_keys'),
    secureDelete: read('secure_delete'),
    trustedSchema: read('trusted_schema'),
    cellSizeCheck: read('cell_size_check'),
    mmap: read('mmap_size'),
    applicationId: read('application_id'),
  }).toEqual({
    journal: 'wal',
    synchronous: 2,
    foreignKeys: 1,
    secureDelete: 1,
    trustedSchema: 0,
    cellSizeCheck: 1,
    mmap: 0,
    applicationId: 0x4c4d4757,
  })
  expect(read('busy_timeout')).toBeLessThanOrEqual(250)
  connection.close()
  file.release()
})

test('refuses a place where WAL is not granted', () => {
  const db = new Database(':memory:')
  expect(() => configureConnection(db, '/mnt/share/x.db')).toThrow(expect.objectContaining({ code: 'DATABASE_WAL_UNAVAILABLE' }))
  db.close()
})

test('takes over an empty file and an empty database', async () => {
  const empty = optionsFor(join(tempDir(), 'empty.db'))
  writeFileSync(empty.path, '')
  expect((await migrateDatabase(empty)).from).toBe(0)
  const noTables = optionsFor(join(tempDir(), 'no-tables.db'))
  sqliteFile(noTables.path, 'VACUUM')
  expect(statSync(noTables.path).size).toBeGreaterThan(0)
  expect((await migrateDatabase(noTables)).applied.length).toBeGreaterThan(0)
})

const refused: [what: string, code: string, make: (path: string) => void][] = [
  ['a text file', 'DATABASE_NOT_SQLITE', (path) => writeFileSync(path, 'hello')],
  ['a longer text file', 'DATABASE_NOT_SQLITE', (path) => writeFileSync(path, 'hello '.repeat(1000))],
  ['a folder', 'DATABASE_NOT_SQLITE', (path) => mkdirSync(path)],
  ['a device', 'DATABASE_NOT_SQLITE', (path) => symlinkSync('/dev/null', path)],
  ['another application id', 'DATABASE_FOREIGN', (path) => sqliteFile(path, 'PRAGMA application_id = 7', 'CREATE TABLE a(x)')],
  ['another application id without tables', 'DATABASE_FOREIGN', (path) => sqliteFile(path, 'PRAGMA application_id = 7')],
  ['drizzle or TypeORM tables', 'DATABASE_FOREIGN', (path) => sqliteFile(path, 'CREATE TABLE migrations(id)')],
  ['Prisma tables', 'DATABASE_FOREIGN', (path) => sqliteFile(path, 'CREATE TABLE _prisma_migrations(id)')],
  [
    'Alembic tables in WAL mode',
    'DATABASE_FOREIGN',
    (path) => sqliteFile(path, 'PRAGMA journal_mode = WAL', 'CREATE TABLE alembic_version(v)'),
  ],
  [
    'an unmarked file even with our record',
    'DATABASE_FOREIGN',
    (path) => sqliteFile(path, 'CREATE TABLE schema_migrations(version INTEGER PRIMARY KEY)'),
  ],
  [
    'our mark, but tables without our record',
    'SCHEMA_DRIFT',
    (path) => sqliteFile(path, `PRAGMA application_id = ${0x4c4d4757}`, 'CREATE TABLE profiles(x)'),
  ],
  ['a lone log', 'DATABASE_CORRUPT', (path) => writeFileSync(`${path}-wal`, 'committed data')],
]

test.each(refused)('refuses %s with %s and leaves every byte', async (_what, code, make) => {
  const options = optionsFor(join(tempDir(), 'gateway.db'))
  make(options.path)
  const before = fingerprint(options.path)
  await expect(openDatabase(options)).rejects.toMatchObject({ code, message: expect.stringContaining(options.path) })
  expect(() => migrationStatus(options)).toThrow(expect.objectContaining({ code }))
  expect(fingerprint(options.path)).toEqual(before)
})

test('leaves a foreign database alone whose tables are still in its log', async () => {
  const options = optionsFor(join(tempDir(), 'gateway.db'))
  const other = new Database(options.path)
  onTestFinished(() => {
    other.close()
  })
  other.pragma('journal_mode = WAL')
  other.exec('CREATE TABLE theirs(x)')
  await expect(openDatabase(options)).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' })
  expect(other.prepare('SELECT count(*) AS n FROM theirs').get()).toEqual({ n: 0 })
})

test('says which path cannot be written and why', async () => {
  const file = join(tempDir(), 'file')
  writeFileSync(file, '')
  const below = optionsFor(join(file, 'sub', 'gateway.db'))
  await expect(openDatabase(below)).rejects.toMatchObject({ code: 'DATABASE_UNWRITABLE', message: expect.stringContaining(below.path) })
  const noFolder = optionsFor('/proc/nowhere/gateway.db')
  await expect(openDatabase(noFolder)).rejects.toMatchObject({
    code: 'DATABASE_UNWRITABLE',
    message: expect.stringMatching(/ENOENT|EACCES/),
  })
})

test('calls a damaged file damaged', async () => {
  const options = optionsFor()
  await migrateDatabase(options)
  chmodSync(options.path, 0o600)
  truncateSync(options.path, 4096 * 3)
  await expect(openDatabase(options)).rejects.toMatchObject({ code: 'DATABASE_CORRUPT', message: expect.stringContaining(options.path) })
})

test('the status of a file that does not exist creates nothing', () => {
  const path = join(tempDir(), 'none', 'gateway.db')
  const status = migrationStatus({ path })
  expect(status).toEqual({ current: 0, head: status.head, pending: expect.arrayContaining(['0001_initial']) })
  expect(existsSync(dirname(path))).toBe(false)
})

test('the status of a database at head changes nothing', async () => {
  const options = optionsFor()
  const { to } = await migrateDatabase(options)
  const before = fingerprint(options.path)
  expect(migrationStatus(options)).toEqual({ current: to, head: to, pending: [] })
  expect(fingerprint(options.path)).toEqual(before)
})
