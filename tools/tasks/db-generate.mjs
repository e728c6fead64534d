// Writes the next migration from the difference between packages/database/src/schema and the newest snapshot, then
// migrations/manifest.json from a database that all migrations built.
//   npm run db:generate -- <name>     write
//   npm run db:generate -- --check    write nothing; exit 1 when something would be written
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('../../', import.meta.url))
const migrationsDir = join(root, 'migrations')
const metaDir = join(migrationsDir, 'meta')
const source = join(root, 'packages/database/src')
const check = process.argv.includes('--check')
const name = process.argv.slice(2).find((argument) => !argument.startsWith('-'))

// drizzle-kit looks for drizzle-orm from its own folder, but npm puts that one below the room that depends on it.
process.env.NODE_PATH = join(root, 'packages/database/node_modules')
Module._initPaths()
const require = createRequire(import.meta.url)
const Database = require('better-sqlite3')
const { generateSQLiteDrizzleJson, generateSQLiteMigration } = require('drizzle-kit/api')

const migrationContext = { path: 'the new database', appVersion: 'build', clock: { now: () => 0 } }
const load = async (file) => (await runnerImport(join(source, file), { root, configFile: false, logLevel: 'error' })).module
const schema = await load('schema/index.ts')
const { parseMigrations } = await load('migrate/migration.ts')
const { runMigrations } = await load('migrate/run-migrations.ts')
const { readManifest } = await load('migrate/schema-manifest.ts')

/** Whether its rows carry a checksum, which triggers leave to integrity/row-checksum.ts. */
const isProtected = (table) => 'row_checksum' in current.tables[table].columns

/** Keeps `updated_at` up when a statement does not set it, unless only observed columns changed. */
function trigger(table) {
  const observed = schema.OBSERVED_COLUMNS[table] ?? []
  const when = ['updated_at', ...(isProtected(table) ? ['row_checksum'] : []), ...observed]
    .map((column) => `NEW.${column} IS OLD.${column}`)
    .join(' AND ')
  return `CREATE TRIGGER \`${table}_updated_at\` AFTER UPDATE ON \`${table}\`
WHEN ${when}
BEGIN
	UPDATE \`${table}\` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;`
}

/** A table that views read cannot be rebuilt under them: they make way and come back. */
function withoutViews(statements) {
  if (!statements.some((statement) => statement.includes('`__new_'))) return statements
  return [
    ...Object.keys(previous.views).map((view) => `DROP VIEW \`${view}\`;`),
    ...statements.filter((statement) => !/^(CREATE|DROP) VIEW/.test(statement.trim())),
    ...Object.values(current.views).map(({ name, definition }) => `CREATE VIEW \`${name}\` AS ${definition};`),
  ]
}

/** drizzle-kit reads columns out of the old table that only the new one has: they keep their defaults. */
function fromOldColumns(statement) {
  const [, table, columns] = /^INSERT INTO `__new_([^`]+)`\(([^)]*)\) SELECT/.exec(statement.trim()) ?? []
  if (!table) return statement
  const known = columns.split(', ').filter((column) => column.replaceAll(/["`]/g, '') in previous.tables[table].columns)
  return `INSERT INTO \`__new_${table}\`(${known.join(', ')}) SELECT ${known.join(', ')} FROM \`${table}\`;`
}

/** drizzle-kit knows neither STRICT tables nor triggers; a rebuilt table loses its trigger with the old table. */
function finish(statements) {
  const triggers = []
  const strict = withoutViews(statements)
    .map(fromOldColumns)
    .map((statement) => {
      const [, table] = /^CREATE TABLE `(?:__new_)?([^`]+)`/.exec(statement) ?? []
      if (!table) return statement.trim()
      if (statement.includes('`updated_at`')) triggers.push(trigger(table))
      return statement.trim().replace(/\);$/, ') STRICT;')
    })
  const created = new Set(triggers)
  return `${[...strict, ...triggers, ...changedTriggers(created)].join('\n')}\n`
}

/** The triggers of tables that exist, where they are no longer as they would be written today. */
function changedTriggers(created) {
  const live = new Database(':memory:')
  runMigrations(live, parseMigrations(files), migrationContext)
  const old = live.prepare(`SELECT tbl_name AS "table", name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name`).all()
  live.close()
  return old.flatMap(({ table, name, sql }) => {
    const now = trigger(table)
    return `${sql};` === now || created.has(now) ? [] : [`DROP TRIGGER \`${name}\`;`, now]
  })
}

/** The same content has the same id on every machine. */
function fingerprint(snapshot) {
  const hash = createHash('sha256')
    .update(JSON.stringify({ ...snapshot, id: '' }))
    .digest('hex')
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

function stop(cause, next) {
  console.error(`✗ ${cause}\n  ${next}`)
  process.exit(1)
}

function write(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  if (check) stop(`${path.slice(root.length)} is not up to date.`, 'Run `npm run db:generate -- <name>` and commit what it writes.')
  mkdirSync(metaDir, { recursive: true })
  writeFileSync(path, text)
  console.log(`wrote ${path.slice(root.length)}`)
}

const snapshots = existsSync(metaDir)
  ? readdirSync(metaDir)
      .filter((file) => file.endsWith('_snapshot.json'))
      .sort()
  : []
const previous =
  snapshots.length > 0 ? JSON.parse(readFileSync(join(metaDir, snapshots.at(-1)), 'utf8')) : await generateSQLiteDrizzleJson({})
const current = await generateSQLiteDrizzleJson(schema, snapshots.length > 0 ? previous.id : '00000000-0000-0000-0000-000000000000')
current.id = fingerprint(current)
const statements = await generateSQLiteMigration(previous, current)
if (statements.length > 0 && !check && !/^[a-z0-9_]+$/.test(name ?? '')) {
  stop('The schema changed, so the migration needs a name', 'npm run db:generate -- <name in snake_case>')
}

const files = Object.fromEntries(
  readdirSync(migrationsDir)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => [file, readFileSync(join(migrationsDir, file), 'utf8')]),
)
const written = {}
if (statements.length > 0) {
  const number = String(snapshots.length + 1).padStart(4, '0')
  const file = `${number}_${name ?? 'next'}.sql`
  files[file] = finish(statements)
  written[file] = files[file]
  written[`meta/${number}_snapshot.json`] = `${JSON.stringify(current, null, 2)}\n`
}

// Run before anything is written, so that a migration that does not work leaves no trace.
const db = new Database(':memory:')
try {
  runMigrations(db, parseMigrations(files), migrationContext)
} catch (error) {
  stop(error.message, 'Nothing was written. Where a table is rebuilt and changed at once, make the change in two migrations.')
}
written['manifest.json'] = `${JSON.stringify(readManifest(db), null, 2)}\n`
db.close()
for (const [file, text] of Object.entries(written)) write(join(migrationsDir, file), text)
