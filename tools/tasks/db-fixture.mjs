// Keeps a database of a released schema, with rows in every table, that every later version must open:
//   node tools/tasks/db-fixture.mjs <version>     writes packages/database/fixtures/<version>.db and .json
// Never writes over one that is there: what was released does not change.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('../../', import.meta.url))
const load = async (file) =>
  (await runnerImport(join(root, 'packages/database/src', file), { root, configFile: false, logLevel: 'error' })).module
const { bundledSchema } = await load('migrate/bundled-schema.ts')
const { openDatabase } = await load('open-database.ts')
const { fillEveryTable } = await load('testing/fill-every-table.ts')
const { contentOf } = await load('testing/content-of.ts')

const version = Number(process.argv[2])
const path = join(root, 'packages/database/fixtures', `${String(version).padStart(4, '0')}.db`)
if (!(version >= 1 && version <= bundledSchema.migrations.length) || existsSync(path)) {
  console.error(`✗ ${path} exists, or there is no such version.`)
  process.exit(1)
}
mkdirSync(join(path, '..'), { recursive: true })
const logger = { debug() {}, info() {}, warn() {}, error() {} }
const schema = { migrations: bundledSchema.migrations.slice(0, version), manifest: null }
const { connection, file } = await openDatabase({ path, appVersion: '0.1.0', clock: { now: () => 0 }, logger, schema })
fillEveryTable(connection)
writeFileSync(path.replace(/db$/, 'json'), `${JSON.stringify(contentOf(connection), null, 2)}\n`)
connection.close()
file.release()
console.log(`wrote ${path.slice(root.length)}`)
