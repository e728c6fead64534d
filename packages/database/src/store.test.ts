import { setTimeout as sleep } from 'node:timers/promises'
import type { SettingsReader, StoreWriter } from '@local-mcp/core'
import { createLogger } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isOpenHere } from './file/database-file.ts'
import { openStore } from './store.ts'
import { aProfile, optionsFor, owner, tempStore } from './testing/temp-store.ts'

const count = async (tx: { readonly settings: SettingsReader }) => Number((await tx.settings.get('count')) ?? 0)

test('a transaction is committed whole or not at all', async () => {
  const store = await tempStore()
  const failed = store.transaction(async (tx) => {
    await tx.profiles.insert(aProfile())
    await sleep(1)
    expect(await tx.profiles.list(owner)).toHaveLength(1)
    expect(await store.read.profiles.list(owner)).toHaveLength(0)
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await store.read.profiles.list(owner)).toHaveLength(0)
  const done = await store.transaction(async (tx) => {
    await tx.profiles.insert(aProfile())
    return 'done'
  })
  expect(done).toBe('done')
  expect(await store.read.profiles.list(owner)).toHaveLength(1)
})

test('a handle is of no use after its transaction', async () => {
  const store = await tempStore()
  let kept: StoreWriter | undefined
  await store.transaction(async (tx) => {
    kept = tx
  })
  await expect(kept?.profiles.insert(aProfile())).rejects.toThrow(/has ended/)
  // Nor during the next one, which would take in the stray write.
  await store.transaction(async () => {
    await expect(kept?.profiles.insert(aProfile())).rejects.toThrow(/has ended/)
  })
  expect(await store.read.profiles.list(owner)).toHaveLength(0)
})

test('two stores on one file, both writing at once, lose no update', async () => {
  const options = optionsFor()
  const stores = [await tempStore(options), await tempStore(options)]
  const increment = async (tx: StoreWriter) => {
    const before = await count(tx)
    await sleep(0)
    await tx.settings.set('count', before + 1, 1)
  }
  await Promise.all(Array.from({ length: 100 }, (_, index) => stores[index % 2]?.transaction(increment)))
  expect(await Promise.all(stores.map((store) => count(store.read)))).toEqual([100, 100])
})

test('a writer waits for another program without blocking, then says DB_BUSY', async () => {
  const options = optionsFor()
  const store = await tempStore(options)
  const other = new Database(options.path)
  onTestFinished(() => {
    other.close()
  })
  other.exec('BEGIN IMMEDIATE')
  const soon = store.transaction((tx) => tx.settings.set('a', 1, 1))
  let longest = 0
  for (let turn = 0, last = performance.now(); turn < 20; turn += 1, last = performance.now()) {
    await sleep(5)
    longest = Math.max(longest, performance.now() - last)
  }
  expect(longest).toBeLessThan(100)
  other.exec('COMMIT')
  await soon
  expect(await store.read.settings.get('a')).toBe(1)

  other.exec('BEGIN IMMEDIATE')
  const time = vi.spyOn(performance, 'now')
  const late = store.transaction((tx) => tx.settings.set('a', 2, 1))
  await sleep(20)
  time.mockImplementation(() => Number.MAX_SAFE_INTEGER)
  const error = await late.catch((thrown: unknown) => thrown)
  time.mockRestore()
  expect(error).toMatchObject({ code: 'DB_BUSY' })
  expect(String(error)).not.toContain(options.path)
  other.exec('ROLLBACK')
  await store.transaction((tx) => tx.settings.set('a', 3, 1))
})

test('closing waits for the transaction that runs, and is done once', async () => {
  const options = optionsFor()
  const store = await openStore(options)
  const running = store.transaction(async (tx) => {
    await sleep(5)
    await tx.settings.set('a', 1, 1)
  })
  await Promise.all([store.close(), store.close(), running])
  await expect(store.transaction(async () => {})).rejects.toThrow()
  expect(isOpenHere(options.path)).toBe(false)
  const again = await tempStore(options)
  expect(await again.read.settings.get('a')).toBe(1)
})

test('says in the log what was migrated', async () => {
  const lines: string[] = []
  const logger = createLogger(
    'info',
    () => 0,
    (line) => lines.push(line.message),
  )
  const options = optionsFor(undefined, { logger })
  await (await openStore(options)).close()
  await (await openStore(options)).close()
  expect(lines).toEqual(['database migrated'])
})
