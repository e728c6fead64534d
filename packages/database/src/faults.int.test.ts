import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
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
import { openBackups } from './backup/open-backups.ts'
import { migrateDatabase, openDatabase } from './open-database.ts'
import { openStore } from './store.ts'
import { type BuiltEntry, buildEntry } from './testing/built-entry.ts'
import { endurance, measured } from './testing/endurance.ts'
import { root } from './testing/process-bundle.ts'
import { aProfile, fingerprint, optionsFor, owner, tempDir, tempStore } from './testing/temp-store.ts'

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

const SIZES = endurance(5, 50)
/** A new database takes about half a MB, and as much again for its log. */
const SMALLEST_KB = 600
const LARGEST_KB = 6000
const PLENTY_KB = 64_000

test(`${SIZES} sizes of disk: full in the middle of a write, a backup and a restore leaves no part of a file, and it goes on`, {
  timeout: 600_000,
}, async (context) => {
  const big = await tempStore()
  await big.transaction((tx) => tx.settings.set('mark', 'x'.repeat(1_500_000), 1))
  const { path: source } = await big.backups.create('manual')
  const disk = smallDisk()
  if (!disk) return context.skip('mounting a small tmpfs is not allowed here')
  const resize = (kilobytes: number) => execFileSync('mount', ['-o', `remount,size=${kilobytes}k`, disk])
  const parts = () => readdirSync(disk, { recursive: true }).filter((name) => /part|pending/.test(String(name)))
  const full = { create: 0, write: 0, backup: 0, restore: 0 }
  for (let step = 0; step < SIZES; step += 1) {
    resize(SMALLEST_KB + Math.round((step * (LARGEST_KB - SMALLEST_KB)) / SIZES))
    const options = optionsFor(join(disk, String(step), 'gateway.db'))
    const opened = await openStore(options).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'DATABASE_UNWRITABLE' })
      full.create += 1
      return null
    })
    if (!opened) resize(PLENTY_KB)
    const store = opened ?? (await openStore(options))
    let written = 0
    const write = async () => {
      await store.transaction((tx) => tx.profiles.insert(aProfile({ description: 'x'.repeat(30_000) })))
      written += 1
    }
    /** What fails must fail for want of room; the rest of the app goes on. */
    const attempt = async (what: keyof typeof full, code: string, work: () => Promise<unknown>) => {
      await work().catch((error: unknown) => {
        expect(error, what).toMatchObject({ code })
        full[what] += 1
      })
      expect(parts(), what).toEqual([])
      expect(await store.read.profiles.list(owner)).toHaveLength(written)
    }
    await attempt('write', 'DATABASE_UNWRITABLE', async () => {
      for (let turn = 0; turn < 30; turn += 1) await write()
    })
    await attempt('backup', 'BACKUP_NO_SPACE', () => store.backups.create('manual'))
    await store.close()
    const backups = openBackups(options)
    const ordered = await backups.stageRestore(source).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'BACKUP_NO_SPACE' })
        full.restore += 1
        expect(parts()).toEqual([])
        return false
      },
    )
    resize(PLENTY_KB)
    const again = await openStore(options)
    if (ordered) expect(await again.read.settings.get('mark')).toHaveLength(1_500_000)
    else {
      await again.transaction((tx) => tx.profiles.insert(aProfile()))
      expect(await again.read.profiles.list(owner)).toHaveLength(written + 1)
    }
    expect((await again.check()).filter(({ ok }) => !ok)).toEqual([])
    await again.close()
    rmSync(join(disk, String(step)), { recursive: true })
  }
  measured('full disks', { sizes: SIZES, ...full, lost: 0, partsLeft: 0 })
  expect(Math.min(full.write, full.backup, full.restore)).toBeGreaterThan(0)
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

const NEWER = endurance(3, 50)

test(`a database of the next version and of one a hundred later, ${NEWER} times each: refused without changing a byte`, async () => {
  for (const ahead of [1, 100]) {
    const options = optionsFor()
    await migrateDatabase(options)
    const db = new Database(options.path)
    const head = Number(db.prepare('SELECT max(version) FROM schema_migrations').pluck().get())
    for (let version = head + 1; version <= head + ahead; version += 1) {
      db.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, 0, 0, 0, ?)').run(version, `${version}_later`, 'sum', '9.9.9')
    }
    // What such a version has and this one does not know.
    db.exec('CREATE TABLE from_later(x); ALTER TABLE profiles ADD COLUMN from_later TEXT')
    db.close()
    const before = fingerprint(options.path)
    for (let turn = 0; turn < NEWER; turn += 1) {
      await expect(openStore(options)).rejects.toMatchObject({
        code: 'MIGRATION_AHEAD',
        message: expect.stringContaining('9.9.9'),
        data: { databaseVersion: head + ahead, appKnows: head },
      })
      expect(fingerprint(options.path)).toEqual(before)
    }
    measured(`a database ${ahead} ahead`, { tries: NEWER, changed: 0 })
  }
})

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
