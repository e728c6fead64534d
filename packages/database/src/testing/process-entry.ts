// Run as a process of its own by the integration tests: <action> <database path> [what the action needs]
import type { StoreWriter } from '@local-mcp/core'
import { silentLogger, systemClock } from '@local-mcp/kernel'
import { openBackups } from '../backup/open-backups.ts'
import { parseMigrations } from '../migrate/migration.ts'
import { withMigrationLock } from '../migrate/migration-lock.ts'
import { migrateDatabase } from '../open-database.ts'
import { openStore } from '../store.ts'

const [action = '', path = '', input = ''] = process.argv.slice(2)
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

/** Writes until it is killed: its own count and the count of all move together. Says each number after its commit. */
async function writeOn(): Promise<void> {
  const store = await openStore(options)
  for (let own = 1; ; own += 1) {
    await store.transaction(async (tx) => {
      const all = Number((await tx.settings.get('all')) ?? 0)
      await tx.settings.set(`writer.${input}`, own, 1)
      await tx.settings.set('all', all + 1, 1)
    })
    say(String(own))
  }
}

/** Backs up until it is killed. Says each file. */
async function backUpOn(): Promise<void> {
  const store = await openStore(options)
  for (;;) say((await store.backups.create('manual')).path)
}

async function writeOnce(): Promise<void> {
  const store = await openStore(options)
  await store.transaction((tx) => tx.settings.set(input, 'written', 1))
  say('committed')
  await store.close()
}

async function read(key: string): Promise<void> {
  const store = await openStore(options)
  say(JSON.stringify((await store.read.settings.get(key)) ?? null))
  await store.close()
}

const actions: Record<string, () => Promise<unknown>> = {
  migrate: () => migrateDatabase({ ...options, onWaiting: () => say('waiting') }),
  count: () => countUp(100),
  write: writeOn,
  writeOnce,
  backup: backUpOn,
  read: () => read(input),
  async backupOnce() {
    const store = await openStore(options)
    await store.backups.create('manual').finally(() => store.close())
  },
  async restore() {
    say('started')
    await openBackups(options).stageRestore(input)
    await migrateDatabase(options)
  },
  async reset() {
    say('started')
    await openBackups(options).stageReset()
    await migrateDatabase(options)
  },
  /** Holds the lock for good with the event loop blocked, as a long migration does. */
  hold: () =>
    withMigrationLock(path, { timeoutMs: 1000 }, () => {
      say('held')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    }),
  slow() {
    const migrations = parseMigrations({ '0001_step.sql': 'CREATE TABLE one(a)', '0002_step.sql': input })
    setImmediate(() => say('started'))
    return new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
      migrateDatabase({ ...options, schema: { migrations, manifest: null } }),
    )
  },
}

await actions[action]?.()
say('done')
