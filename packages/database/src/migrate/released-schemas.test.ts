import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openBackups } from '../backup/open-backups.ts'
import { openConnection } from '../file/connection.ts'
import { openDatabase } from '../open-database.ts'
import { contentOf } from '../testing/content-of.ts'
import { optionsFor } from '../testing/temp-store.ts'
import { bundledSchema } from './bundled-schema.ts'

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url))
const released = readdirSync(fixtures).filter((name) => name.endsWith('.db'))

test('the databases of released schemas are kept', () => {
  expect(released).toEqual(bundledSchema.migrations.slice(0, -1).map(({ version }) => `${String(version).padStart(4, '0')}.db`))
})

test.each(released)('%s opens with every row it had', async (name) => {
  const options = optionsFor()
  mkdirSync(dirname(options.path))
  copyFileSync(join(fixtures, name), options.path)
  const expected = JSON.parse(readFileSync(join(fixtures, name.replace(/db$/, 'json')), 'utf8'))
  expect(Object.keys(expected).length).toBeGreaterThan(20)

  const { connection, file, migration } = await openDatabase(options)
  expect(migration).toMatchObject({ from: Number.parseInt(name, 10), to: bundledSchema.migrations.length })
  // The one row that comes with an upgrade: the backup that was made before it.
  const backup = connection.prepare('DELETE FROM backups WHERE path LIKE ?').run(`${dirname(options.path)}%`)
  expect(backup.changes).toBe(1)
  expect(contentOf(connection, expected)).toEqual(expected)
  expect(connection.pragma('foreign_key_check')).toEqual([])
  connection.close()
  file.release()

  const db = openConnection(options.path)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  // The cascades are still there: with the accounts goes what is theirs.
  db.pragma('foreign_keys = ON')
  db.exec('DELETE FROM mcp_servers')
  expect(db.prepare('SELECT count(*) FROM profile_mcp_servers').pluck().get()).toBe(0)
  expect(db.prepare('SELECT count(*) FROM profile_mcp_server_tools').pluck().get()).toBe(0)
  db.close()
})

test.each(released)(
  '%s is restored with every row it had',
  async (name) => {
    const options = optionsFor()
    const { connection: former, file: held } = await openDatabase(options)
    former.close()
    held.release()
    expect(await openBackups(options).stageRestore(join(fixtures, name))).toMatchObject({ schemaVersion: Number.parseInt(name, 10) })
    const expected = JSON.parse(readFileSync(join(fixtures, name.replace(/db$/, 'json')), 'utf8'))
    const { connection, file } = await openDatabase(options)
    // What a restore changes on purpose: backups are carried over, no command is approved, revoked tokens are shut.
    for (const table of ['backups', 'mcp_servers', 'email_api_tokens']) {
      expect(connection.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBeGreaterThanOrEqual(expected[table].rows)
      delete expected[table]
    }
    expect(contentOf(connection, expected)).toEqual(expected)
    connection.close()
    file.release()
  },
  30_000,
)
