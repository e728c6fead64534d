import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type CliResult, runCli, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'

const COPIES = 100
const fixture = fileURLToPath(new URL('../../../packages/database/fixtures/0001.db', import.meta.url))

/** What every one of the races must come to. */
function expectSound(databasePath: string, results: readonly CliResult[]): Database.Database {
  const failures = results.filter(({ code }) => code !== 0)
  expect(failures.map(({ code, stderr }) => `${code}: ${stderr}`)).toEqual([])
  expect(results).toHaveLength(COPIES)
  const db = new Database(databasePath, { readonly: true })
  onTestFinished(() => {
    db.close()
  })
  expect(count(db, 'SELECT count(*) AS n FROM schema_migrations')).toBe(count(db, 'SELECT max(version) AS n FROM schema_migrations'))
  expect(count(db, 'SELECT count(*) AS n FROM schema_migrations WHERE dirty = 1')).toBe(0)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  return db
}

const count = (db: Database.Database, sql: string) => (db.prepare(sql).get() as { n: number }).n
const race = (databasePath: string, ...command: string[]) =>
  Promise.all(Array.from({ length: COPIES }, () => runCli({ databasePath }, ...command)))

test('100 processes that start at once on an empty folder all succeed, and each migration ran once', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/data/db.sqlite`
  const db = expectSound(databasePath, await race(databasePath, 'profile', 'ls', '--json'))
  // The first run's rows were made once as well.
  expect(count(db, 'SELECT count(*) AS n FROM profiles')).toBe(1)
  expect(count(db, 'SELECT count(*) AS n FROM mcp_servers')).toBe(1)
  expect(count(db, 'SELECT count(*) AS n FROM email_users')).toBe(1)
}, 240_000)

test('100 processes that start at once on a database of an earlier version all succeed, and one of them upgrades it', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await copyFile(fixture, databasePath)
  const results = await race(databasePath, 'migrate', '--json')
  const db = expectSound(databasePath, results)
  const upgraded = results.filter(({ stdout }) => (JSON.parse(stdout) as { applied: string[] }).applied.length > 0)
  expect(upgraded).toHaveLength(1)
  expect(count(db, 'SELECT count(*) AS n FROM profiles')).toBe(3)
  expect(count(db, 'SELECT count(*) AS n FROM profiles WHERE row_checksum IS NULL')).toBe(0)
}, 240_000)

/** Holds the lock of upgrades with half an upgrade done, as a process that is killed there does. */
const HALF_AN_UPGRADE = `
  const Database = require(process.argv[1])
  const lock = new Database(process.argv[3])
  lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  const db = new Database(process.argv[2])
  db.exec("BEGIN IMMEDIATE; ALTER TABLE profiles ADD row_checksum text; DELETE FROM profile_mcp_servers; UPDATE profiles SET name = 'half'")
  console.log('held')
  setInterval(() => {}, 1000)`

test('100 processes that wait for one that is killed in the middle of the upgrade all succeed', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/data/db.sqlite`
  await mkdir(`${dir.path}/data`)
  await copyFile(fixture, databasePath)
  const addon = createRequire(import.meta.url).resolve('better-sqlite3')
  const lock = `${dir.path}/data/.local-mcp-gateway-migration.lock`
  const holder = spawn(process.execPath, ['-e', HALF_AN_UPGRADE, addon, databasePath, lock], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    holder.kill('SIGKILL')
  })
  await once(holder.stdout, 'data')
  const results = race(databasePath, 'migrate', '--json')
  // By now the first of them wait for the lock.
  setTimeout(() => holder.kill('SIGKILL'), 3000)
  const db = expectSound(databasePath, await results)
  expect(holder.signalCode).toBe('SIGKILL')
  expect(count(db, 'SELECT count(*) AS n FROM profile_mcp_servers')).toBe(3)
  expect(count(db, `SELECT count(*) AS n FROM profiles WHERE name = 'half'`)).toBe(0)
  expect(count(db, 'SELECT count(*) AS n FROM profiles WHERE row_checksum IS NOT NULL')).toBe(3)
}, 240_000)
