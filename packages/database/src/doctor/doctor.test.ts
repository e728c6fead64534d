import { chmodSync, existsSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test, vi } from 'vitest'
import { isOpenHere } from '../file/database-file.ts'
import { migrateDatabase } from '../open-database.ts'
import { openStore } from '../store.ts'
import { fingerprint, optionsFor, tempDir, tempStore } from '../testing/temp-store.ts'
import { doctorFile } from './doctor-file.ts'

// Each examination starts a thread, which takes a while on a machine that is busy.
vi.setConfig({ testTimeout: 30_000 })

const NAMES = [
  'sqlite_version',
  'exists',
  'size',
  'header',
  'mode',
  'side_files',
  'disk',
  'location',
  'limits',
  'integrity_check',
  'row_checksums',
  'foreign_key_check',
  'journal_mode',
  'migrations',
  'schema',
  'write_probe',
]

async function bad(path: string) {
  const before = existsSync(dirname(path)) ? fingerprint(path) : null
  const findings = await doctorFile(path)
  expect(existsSync(dirname(path)) ? fingerprint(path) : null).toEqual(before)
  const problems = findings.filter((finding) => finding.level === 'warning' || finding.level === 'error')
  for (const problem of problems) expect(problem.next).toBeTruthy()
  return Object.fromEntries(problems.map((problem) => [problem.check, problem.message]))
}

test('finds nothing wrong with a sound database, closed or open', async () => {
  const options = optionsFor()
  await migrateDatabase(options)
  expect(await bad(options.path)).toEqual({})
  const store = await tempStore(options)
  const [findings] = await Promise.all([store.doctor(), store.transaction((tx) => tx.settings.set('a', 1, 1))])
  expect(findings.map((finding) => finding.check)).toEqual(NAMES)
  expect(findings.filter((finding) => !['ok', 'info'].includes(finding.level))).toEqual([])
  expect(await store.read.settings.get('a')).toBe(1)
})

test('a file stays noted as open until the doctor is done with it, also when its store closes first', async () => {
  const options = optionsFor()
  const store = await openStore(options)
  const examining = store.doctor()
  await store.close()
  expect(isOpenHere(options.path)).toBe(true)
  expect((await examining).map((finding) => finding.check)).toEqual(NAMES)
  expect(isOpenHere(options.path)).toBe(false)
})

test('rows that are not as they were written are named', async () => {
  const options = optionsFor()
  const store = await openStore(options)
  await store.transaction((tx) => tx.settings.set('a', 1, 1))
  await store.close()
  const db = new Database(options.path)
  db.exec(`UPDATE gateway_settings SET value = '2', updated_at = updated_at + 1`)
  db.close()
  expect(await bad(options.path)).toEqual({ row_checksums: '1 rows are damaged and not used: gateway_settings a.' })
})

test('a file that does not exist stays so', async () => {
  const path = join(tempDir(), 'none', 'gateway.db')
  expect(await bad(path)).toEqual({})
  expect(existsSync(dirname(path))).toBe(false)
})

test('names what is wrong, with one thing to do, and changes nothing', async () => {
  const options = optionsFor()
  await migrateDatabase(options)
  const db = new Database(options.path)
  db.exec(`DROP INDEX profiles_team_id_idx; UPDATE schema_migrations SET dirty = 1`)
  db.pragma('foreign_keys = OFF')
  db.exec(`INSERT INTO profile_slug_history VALUES ('s', 'nobody', 1, 2)`)
  db.pragma('journal_mode = DELETE')
  db.close()
  chmodSync(options.path, 0o644)
  chmodSync(dirname(options.path), 0o755)
  expect(await bad(options.path)).toEqual({
    mode: expect.stringContaining(options.path),
    foreign_key_check: '1 rows refer to rows that are gone.',
    journal_mode: expect.stringContaining('delete'),
    migrations: expect.stringContaining('dirty at 1'),
    schema: expect.stringContaining('profiles_team_id_idx is missing'),
  })
})

test('looks at files that the store refuses', async () => {
  const text = join(tempDir(), 'text.db')
  writeFileSync(text, 'hello')
  expect(await bad(text)).toMatchObject({ header: expect.stringContaining('not an SQLite database') })
  const foreign = join(tempDir(), 'foreign.db')
  const db = new Database(foreign)
  db.exec('CREATE TABLE theirs(x)')
  db.close()
  expect(await bad(foreign)).toMatchObject({ header: expect.stringContaining('another program') })
})

test('sees damage', async () => {
  const options = optionsFor()
  await migrateDatabase(options)
  truncateSync(options.path, 4096 * 20)
  expect(await bad(options.path)).toMatchObject({ integrity_check: expect.any(String) })
})
