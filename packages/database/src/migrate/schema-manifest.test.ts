import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrateDatabase } from '../open-database.ts'
import { optionsFor } from '../testing/temp-store.ts'
import { bundledSchema } from './bundled-schema.ts'
import { runMigrations } from './run-migrations.ts'
import { compareManifests, readManifest } from './schema-manifest.ts'

const manifest = bundledSchema.manifest ?? {}

function freshDatabase() {
  const db = new Database(':memory:')
  runMigrations(db, bundledSchema.migrations, { path: ':memory:', appVersion: 'test', clock: { now: () => 0 } })
  db.pragma('foreign_keys = OFF')
  return db
}

test('a fresh database is exactly as the manifest says, and reading it is quick', () => {
  const db = freshDatabase()
  const started = performance.now()
  expect(compareManifests(manifest, readManifest(db))).toEqual([])
  expect(performance.now() - started).toBeLessThan(100)
  db.close()
})

test('every table, view, index, trigger and column that is taken away is missed', () => {
  const db = freshDatabase()
  const keys = Object.keys(manifest)
  const named = (kind: string) => keys.filter((key) => key.startsWith(`${kind} `)).map((key) => key.slice(kind.length + 1))
  const missedAfter = (taken: string[], statements: string[]) => {
    db.exec(`BEGIN; ${statements.join(';')}`)
    const differences = compareManifests(manifest, readManifest(db))
    db.exec('ROLLBACK')
    expect(differences).toEqual(expect.arrayContaining(taken.map((key) => `${key} is missing`)))
  }
  for (const kind of ['table', 'view', 'index', 'trigger'])
    for (const name of named(kind)) missedAfter([`${kind} ${name}`], [`DROP ${kind} ${name}`])
  for (const table of named('table')) {
    const columns = named('column').filter((name) => name.startsWith(`${table}.`))
    expect(columns).not.toEqual([])
    const renamed = columns.map((name, index) => `ALTER TABLE ${table} RENAME COLUMN "${name.split('.')[1]}" TO renamed_${index}`)
    missedAfter(
      columns.map((name) => `column ${name}`),
      renamed,
    )
  }
  expect(compareManifests(manifest, readManifest(db))).toEqual([])
  db.close()
}, 30_000)

test.each([
  ['an added table', 'CREATE TABLE extra(x)', 'table extra is not part of the schema'],
  ['an added column', 'ALTER TABLE profiles ADD COLUMN extra TEXT', 'column profiles.extra is not part of the schema'],
  [
    'another default',
    'ALTER TABLE profiles DROP COLUMN code_mode; ALTER TABLE profiles ADD COLUMN code_mode INTEGER NOT NULL DEFAULT 1',
    'column profiles.code_mode is "INTEGER, not null, default 1" instead of "INTEGER, not null, default false"',
  ],
  [
    'another index',
    'DROP INDEX profiles_team_id_idx; CREATE INDEX profiles_team_id_idx ON profiles(owner_email)',
    expect.stringContaining('index profiles_team_id_idx is "'),
  ],
])('names %s', (_what, change, difference) => {
  const db = freshDatabase()
  db.exec(change.replace('DROP COLUMN code_mode', 'RENAME COLUMN code_mode TO old_mode'))
  expect(compareManifests(manifest, readManifest(db))).toContainEqual(difference)
  db.close()
})

test('a changed database is not opened', async () => {
  const options = optionsFor()
  await migrateDatabase(options)
  const db = new Database(options.path)
  db.exec('DROP INDEX profiles_slug_unique; DROP TABLE backups')
  db.close()
  await expect(migrateDatabase(options)).rejects.toMatchObject({
    code: 'SCHEMA_DRIFT',
    data: { differences: expect.arrayContaining(['index profiles_slug_unique is missing', 'table backups is missing']) },
  })
})
