import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { migrateDatabase, openDatabase } from './open-database.ts'
import { openStore } from './store.ts'
import { type BuiltEntry, buildEntry } from './testing/built-entry.ts'
import { root } from './testing/process-bundle.ts'
import { aProfile, fingerprint, optionsFor, owner, tempDir } from './testing/temp-store.ts'

let entry: BuiltEntry
beforeAll(async () => {
  entry = await buildEntry()
})
afterAll(() => entry.remove())

const fixture = join(root, 'packages/database/fixtures/0001.db')

/** A disk of 3 MB of its own; null where this user may not mount one. */
function smallDisk(): string | null {
  const dir = tempDir()
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'none', dir]).status !== 0) return null
  onTestFinished(() => {
    execFileSync('umount', ['-l', dir])
  })
  return dir
}

/** Takes the last free byte. */
function fillUp(path: string): void {
  const descriptor = openSync(path, 'w')
  try {
    for (const size of [65_536, 4096, 1]) {
      try {
        for (;;) writeSync(descriptor, Buffer.alloc(size))
      } catch {
        // Full for this size.
      }
    }
  } finally {
    closeSync(descriptor)
  }
}

test('a full disk is called by its name, loses nothing, and writing goes on when there is room again', async (context) => {
  const disk = smallDisk()
  if (!disk) return context.skip('mounting a small tmpfs is not allowed here; the limit of the file size is tested below')
  const options = optionsFor(join(disk, 'data', 'gateway.db'))
  const store = await openStore(options)
  let written = 0
  const write = async () => {
    await store.transaction((tx) => tx.profiles.insert(aProfile({ description: 'x'.repeat(20_000) })))
    written += 1
  }
  const error = await (async () => {
    for (;;) await write()
  })().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'DATABASE_UNWRITABLE' })
  expect(written).toBeGreaterThan(10)
  expect(await store.read.profiles.list(owner)).toHaveLength(written)
  expect((await store.check()).find(({ name }) => name === 'disk')).toMatchObject({ ok: false, code: 'DATABASE_UNWRITABLE' })
  execFileSync('mount', ['-o', 'remount,size=64m', disk])
  await write()
  expect(await store.read.profiles.list(owner)).toHaveLength(written)
  expect((await store.check()).filter(({ ok }) => !ok)).toEqual([])
  await store.close()
})

test('an upgrade on a full disk is refused, the file is as it was, and it goes on when there is room', async (context) => {
  const disk = smallDisk()
  if (!disk) return context.skip('mounting a small tmpfs is not allowed here')
  const options = optionsFor(join(disk, 'gateway.db'))
  copyFileSync(fixture, options.path)
  const before = readFileSync(options.path)
  fillUp(join(disk, 'filler'))
  await expect(migrateDatabase(options)).rejects.toMatchObject({ code: 'DATABASE_UNWRITABLE' })
  expect(readFileSync(options.path).equals(before)).toBe(true)
  rmSync(join(disk, 'filler'))
  expect((await migrateDatabase(options)).from).toBe(1)
})

test.skipIf(process.platform === 'win32')(
  'a limit of the file size ends writing with an error, and what was acknowledged is there',
  async () => {
    const { path } = optionsFor()
    await migrateDatabase(optionsFor(path))
    const child = entry.startLimited(['write', path, 'one'], 1500)
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    let errors = ''
    child.stderr?.on('data', (chunk) => {
      errors += chunk
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(1)
    expect(errors).toContain('DATABASE_UNWRITABLE')
    const { connection, file } = await openDatabase(optionsFor(path))
    const count = Number(connection.prepare(`SELECT value FROM gateway_settings WHERE key = 'one'`).pluck().get())
    expect(count).toBeGreaterThan(0)
    expect(count).toBeGreaterThanOrEqual(Number(output.trim().split('\n').at(-1)))
    expect(connection.pragma('integrity_check', { simple: true })).toBe('ok')
    connection.close()
    file.release()
  },
)

test('a damaged page, a newer schema: each refused by its own code without changing a byte', async () => {
  const damaged = optionsFor()
  await migrateDatabase(damaged)
  const bytes = readFileSync(damaged.path)
  bytes.fill(0xff, 100, 300)
  writeFileSync(damaged.path, bytes)
  const newer = optionsFor()
  await migrateDatabase(newer)
  const db = new Database(newer.path)
  db.exec(`INSERT INTO schema_migrations VALUES (99, '0099_x', '', 0, 0, 0, '9.9.9')`)
  db.close()
  for (const [options, code] of [
    [damaged, 'DATABASE_CORRUPT'],
    [newer, 'MIGRATION_AHEAD'],
  ] as const) {
    const before = fingerprint(options.path)
    await expect(openStore(options)).rejects.toMatchObject({ code, message: expect.stringContaining(options.path) })
    expect(fingerprint(options.path)).toEqual(before)
  }
})

test('a log that is cut off gives the commits before the cut', async () => {
  const source = optionsFor()
  const store = await openStore(source)
  for (let value = 1; value <= 30; value += 1) await store.transaction((tx) => tx.settings.set('count', value, value))
  const { path } = optionsFor()
  mkdirSync(dirname(path))
  for (const suffix of ['', '-wal']) copyFileSync(source.path + suffix, path + suffix)
  await store.close()
  // In the middle of a frame of one of the last commits.
  truncateSync(`${path}-wal`, statSync(`${path}-wal`).size - 6 * 4096 - 1000)
  expect(existsSync(`${path}-shm`)).toBe(false)
  const again = await openStore(optionsFor(path))
  const count = Number(await again.read.settings.get('count'))
  expect(count).toBeGreaterThan(15)
  expect(count).toBeLessThan(30)
  expect((await again.check()).filter(({ ok }) => !ok)).toEqual([])
  await again.close()
})
