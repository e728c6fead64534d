import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { damagedKeys, protectedTables } from './integrity/row-checksum.ts'
import { openDatabase } from './open-database.ts'
import { type BuiltEntry, buildEntry } from './testing/built-entry.ts'
import { endurance, measured, seeded } from './testing/endurance.ts'
import { type CutMode, type DiskOperation, parseDiskLog, SimulatedDisk } from './testing/power-cut/disk-log.ts'
import { optionsFor } from './testing/temp-store.ts'

const CUTS = endurance(300, 3000)
const COMMITS = endurance(400, 1500)
const MODES: readonly CutMode[] = ['dropped', 'half', 'torn']

function compiler(): string | null {
  if (process.platform !== 'linux') return null
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' })
    return 'cc'
  } catch {
    return null
  }
}
const cc = compiler()
if (!cc) process.stdout.write('Power cuts were not simulated: it takes Linux and a C compiler (cc) to record what is written.\n')

let entry: BuiltEntry
let dir: string
beforeAll(async () => {
  entry = await buildEntry()
  dir = mkdtempSync(join(tmpdir(), 'lmg-power-'))
})
afterAll(() => {
  entry.remove()
  rmSync(dir, { recursive: true, force: true })
})

/** What a writer with our store told the disk, from the first byte of a new database on. */
async function recordWriter(): Promise<DiskOperation[]> {
  const library = join(dir, 'record-writes.so')
  const source = fileURLToPath(new URL('./testing/power-cut/record-writes.c', import.meta.url))
  execFileSync(cc as string, ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl', '-lpthread'])
  const data = join(dir, 'data')
  mkdirSync(data)
  const journal = join(dir, 'journal')
  const child = entry.start(['record', join(data, 'gateway.db'), join(data, 'acknowledged'), String(COMMITS)], {
    LD_PRELOAD: library,
    RECORD_PREFIX: data,
    RECORD_JOURNAL: journal,
  })
  expect(await once(child, 'exit')).toEqual([0, null])
  return parseDiskLog(readFileSync(journal))
}

/** Cuts the power at random points of what was recorded, and launches on what the disk then holds. */
async function cutPower(operations: readonly DiskOperation[], times: number) {
  const random = seeded(3)
  const cuts = Array.from({ length: times }, () => Math.floor(random() * operations.length)).sort((a, b) => a - b)
  const disk = new SimulatedDisk()
  const result = { cuts: 0, lost: 0, corrupt: 0, aheadOfAcknowledged: 0, lastAcknowledged: 0 }
  let position = 0
  for (const [round, cut] of cuts.entries()) {
    for (; position <= cut; position += 1) {
      const operation = operations[position] as DiskOperation
      // The numbers that were written down stand for what a user was told, and are no part of the disk.
      if (operation.path.endsWith('acknowledged')) result.lastAcknowledged = Number(operation.data.toString())
      else disk.do(operation)
    }
    const folder = join(dir, 'after')
    mkdirSync(folder)
    for (const [path, bytes] of disk.afterCut(MODES[round % MODES.length] as CutMode, random))
      writeFileSync(join(folder, basename(path)), bytes)
    // The next launch, which also finishes what was begun.
    const opened = await openDatabase(optionsFor(join(folder, 'gateway.db'))).catch(() => null)
    result.cuts += 1
    if (!opened) {
      result.corrupt += 1
      rmSync(folder, { recursive: true })
      continue
    }
    const { connection, file } = opened
    const value = connection.prepare<[], string>(`SELECT value FROM gateway_settings WHERE key = 'writer'`).pluck().get()
    const count = Number(value ?? 0)
    const profiles = connection.prepare<[], number>('SELECT count(*) FROM profiles').pluck().get()
    if (count < result.lastAcknowledged || profiles !== count) result.lost += 1
    if (count > result.lastAcknowledged) result.aheadOfAcknowledged += 1
    const sound = connection.pragma('integrity_check', { simple: true }) === 'ok'
    if (!sound || protectedTables(connection).some((table) => damagedKeys(connection, table).length > 0)) result.corrupt += 1
    connection.close()
    file.release()
    rmSync(folder, { recursive: true })
  }
  return result
}

test.skipIf(!cc)(
  `${CUTS} power cuts while the store writes: nothing acknowledged is lost, nothing is corrupt`,
  async () => {
    const operations = await recordWriter()
    const result = await cutPower(operations, CUTS)
    measured(`power cuts over ${COMMITS} commits`, { ...result })
    expect(result.lastAcknowledged).toBeGreaterThan(COMMITS / 2)
    expect(result).toMatchObject({ cuts: CUTS, lost: 0, corrupt: 0 })
    // The same without the syncs of the log, as `synchronous = NORMAL` would do it: this test must see the loss.
    const careless = operations.filter(({ kind, path }) => kind !== 'sync' || !path.endsWith('-wal'))
    const { lost, corrupt } = await cutPower(careless, 30)
    expect(lost + corrupt).toBeGreaterThan(0)
  },
  3_600_000,
)

test('the simulated disk loses what was not synced, and the test would see it', () => {
  const write = (text: string, offset: number): DiskOperation => ({ kind: 'write', path: 'f', offset, data: Buffer.from(text) })
  const disk = new SimulatedDisk()
  disk.do(write('safe', 0))
  disk.do({ ...write('', 0), kind: 'sync' })
  disk.do(write('lost', 4))
  const always = () => 0
  const never = () => 1
  expect(disk.afterCut('dropped', always).get('f')?.toString()).toBe('safe')
  expect(disk.afterCut('half', never).get('f')?.toString()).toBe('safe')
  expect(disk.afterCut('half', always).get('f')?.toString()).toBe('safelost')
  disk.do(write('x'.repeat(1024), 0))
  const torn = disk.afterCut('torn', seeded(8)).get('f')?.toString() ?? ''
  expect(torn.length).toBeGreaterThan(0)
  disk.do({ ...write('', 2), kind: 'truncate' })
  disk.do({ ...write('', 0), kind: 'sync' })
  expect(disk.afterCut('dropped', never).get('f')?.toString()).toBe('xx')
  disk.do({ ...write('', 0), kind: 'unlink' })
  expect(disk.afterCut('half', always).size).toBe(0)
})
