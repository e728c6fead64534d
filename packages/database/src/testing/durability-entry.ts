// Run as a process of its own by the proofs of docs/durability.md: <action> <database path> [what the action needs]
import { openSync, writeSync } from 'node:fs'
import { newId, silentLogger, systemClock } from '@local-mcp/kernel'
import { migrateDatabase } from '../open-database.ts'
import { openStore } from '../store.ts'

const [action = '', path = '', extra = '', more = ''] = process.argv.slice(2)
const options = { path, appVersion: '1.2.3', clock: systemClock, logger: silentLogger }
const say = (word: string) => process.stdout.write(`${word}\n`)

/**
 * Counts up in a setting and adds a profile with each number, in one transaction; the number is written down once the
 * transaction is committed.
 */
async function writeOn(name: string, acknowledge: (count: number) => void, last = Number.POSITIVE_INFINITY): Promise<void> {
  const store = await openStore(options)
  const own = { teamId: null, ownerEmail: null, visibility: 'private', version: 1, createdAt: 1, updatedAt: 1 } as const
  let count = 0
  while (count < last) {
    count = await store.transaction(async (tx) => {
      const next = Number((await tx.settings.get(name)) ?? 0) + 1
      await tx.settings.set(name, next, next)
      const slug = `${name}-${next}`
      // Of many sizes, so that pages fill up, split and overflow.
      const description = slug.repeat((next * 37) % 300)
      await tx.profiles.insert({ ...own, id: newId<'profile'>(), name: slug, slug, description, toolNaming: 'first_wins' })
      return next
    })
    acknowledge(count)
  }
  await store.close()
}

/** Reads for good; what was read once must never be gone. */
async function readOn(names: readonly string[]): Promise<void> {
  const store = await openStore(options)
  const seen = new Map<string, number>()
  for (;;) {
    for (const name of names) {
      const count = Number((await store.read.settings.get(name)) ?? 0)
      if (count < (seen.get(name) ?? 0)) throw new Error(`${name} went back from ${seen.get(name)} to ${count}`)
      seen.set(name, count)
    }
    await new Promise(setImmediate)
  }
}

const actions: Record<string, () => Promise<unknown>> = {
  /** <path> <name of the counter> */
  write: () => writeOn(extra, (count) => say(String(count))),
  /** <path> <file for the numbers> <last number> */
  record() {
    const file = openSync(extra, 'a')
    return writeOn('writer', (count) => writeSync(file, `${count}\n`), Number(more))
  },
  /** <path> <names of counters, with commas> */
  read: () => readOn(extra.split(',')),
  /** The upgrade of this build, announced. */
  upgrade() {
    say('started')
    return migrateDatabase(options)
  },
}

await actions[action]?.()
say('done')
