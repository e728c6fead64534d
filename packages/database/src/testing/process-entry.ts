// Run as a process of its own by the integration tests: <action> <database path> [SQL of the second migration]
import type { StoreWriter } from '@local-mcp/core'
import { silentLogger, systemClock } from '@local-mcp/kernel'
import { parseMigrations } from '../migrate/migration.ts'
import { withMigrationLock } from '../migrate/migration-lock.ts'
import { migrateDatabase } from '../open-database.ts'
import { openStore } from '../store.ts'

const [action = '', path = '', sql = ''] = process.argv.slice(2)
const options = { path, appVersion: '1.2.3', clock: systemClock, logger: silentLogger }
const say = (word: string) => process.stdout.write(`${word}\n`)

/** Adds one to a counter so and so many times, each in a transaction that gives others room to interfere. */
async function countUp(times: number): Promise<void> {
  const store = await openStore(options)
  const step = async (tx: StoreWriter) => {
    const before = Number((await tx.settings.get('count')) ?? 0)
    await new Promise(setImmediate)
    await tx.settings.set('count', before + 1, 1)
  }
  for (let turn = 0; turn < times; turn += 1) await store.transaction(step)
  await store.close()
}

const actions: Record<string, () => Promise<unknown>> = {
  migrate: () => migrateDatabase(options),
  count: () => countUp(100),
  /** Holds the lock for good with the event loop blocked, as a long migration does. */
  hold: () =>
    withMigrationLock(path, { timeoutMs: 1000 }, () => {
      say('held')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    }),
  slow() {
    const migrations = parseMigrations({ '0001_step.sql': 'CREATE TABLE one(a)', '0002_step.sql': sql })
    setImmediate(() => say('started'))
    return new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
      migrateDatabase({ ...options, schema: { migrations, manifest: null } }),
    )
  },
}

await actions[action]?.()
say('done')
