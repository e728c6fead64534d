import { runCli, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'

test('100 processes that start at once on an empty folder all succeed, and each migration ran once', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/data/db.sqlite`
  const results = await Promise.all(Array.from({ length: 100 }, () => runCli({ databasePath }, 'profile', 'ls', '--json')))
  const failures = results.filter(({ code }) => code !== 0)
  expect(failures.map(({ code, stderr }) => `${code}: ${stderr}`)).toEqual([])

  const db = new Database(databasePath, { readonly: true })
  const count = (sql: string) => (db.prepare(sql).get() as { n: number }).n
  expect(count('SELECT count(*) AS n FROM schema_migrations')).toBe(count('SELECT count(DISTINCT version) AS n FROM schema_migrations'))
  expect(count('SELECT count(*) AS n FROM schema_migrations WHERE dirty = 1')).toBe(0)
  // The first run's rows were made once as well.
  expect(count('SELECT count(*) AS n FROM profiles')).toBe(1)
  expect(count('SELECT count(*) AS n FROM mcp_servers')).toBe(1)
  expect(count('SELECT count(*) AS n FROM email_users')).toBe(1)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
}, 240_000)
