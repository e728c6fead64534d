import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConnection } from './file/connection.ts'
import { damagedKeys, protectedTables } from './integrity/row-checksum.ts'
import { bundledSchema } from './migrate/bundled-schema.ts'
import { migrateDatabase, openDatabase } from './open-database.ts'
import { type BuiltEntry, buildEntry, said } from './testing/built-entry.ts'
import { contentOf } from './testing/content-of.ts'
import { endurance, measured, seeded } from './testing/endurance.ts'
import { fillEveryTable } from './testing/fill-every-table.ts'
import { migrateTo } from './testing/migrate-to.ts'
import { optionsFor } from './testing/temp-store.ts'

const WRITE_ROUNDS = endurance(8, 300)
const UPGRADE_ROUNDS = endurance(10, 200)
const HEAD = bundledSchema.migrations.length
const WRITING_MS = endurance(6000, 60_000)

let entry: BuiltEntry
let dir: string
beforeAll(async () => {
  entry = await buildEntry()
  dir = mkdtempSync(join(tmpdir(), 'lmg-kill-'))
})
afterAll(() => {
  entry.remove()
  rmSync(dir, { recursive: true, force: true })
})

/** Follows the numbers that a writer prints. */
function follow(child: ChildProcess) {
  const state = { last: 0 }
  let rest = ''
  child.stdout?.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    const number = Number(lines.findLast((line) => /^\d+$/.test(line)))
    if (number) state.last = number
  })
  return state
}

async function soundness(path: string) {
  const { connection, file } = await openDatabase(optionsFor(path))
  const read = (sql: string) => connection.prepare(sql).pluck().get()
  const counts = Object.fromEntries(
    ['one', 'two'].map((name) => [
      name,
      {
        count: Number(read(`SELECT value FROM gateway_settings WHERE key = '${name}'`) ?? 0),
        profiles: Number(read(`SELECT count(*) FROM profiles WHERE slug LIKE '${name}-%'`)),
      },
    ]),
  )
  const integrity = connection.pragma('integrity_check', { simple: true })
  const damaged = protectedTables(connection).flatMap((table) => damagedKeys(connection, table))
  connection.close()
  file.release()
  return { counts, integrity, damaged }
}

test(`${WRITE_ROUNDS} times kill -9 of two writers and a reader: every acknowledged commit is there`, async () => {
  const path = join(dir, 'writes', 'gateway.db')
  await migrateDatabase(optionsFor(path))
  const random = seeded(4)
  const result = { rounds: 0, acknowledged: 0, lost: 0, failed: 0 }
  for (let round = 0; round < WRITE_ROUNDS; round += 1) {
    const writers = ['one', 'two'].map((name) => ({ name, child: entry.start(['write', path, name]) }))
    const reader = entry.start(['read', path, 'one,two'])
    const seen = writers.map(({ child }) => follow(child))
    await sleep(350 + random() * 500)
    const children = [...writers.map(({ child }) => child), reader]
    // Whoever ended before was refused something or read something wrong.
    result.failed += children.filter((child) => child.exitCode !== null).length
    const ended = children.map((child) => once(child, 'close'))
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(ended)
    const { counts, integrity, damaged } = await soundness(path)
    expect(integrity).toBe('ok')
    expect(damaged).toEqual([])
    writers.forEach(({ name }, index) => {
      const { count = 0, profiles } = counts[name] ?? {}
      const acknowledged = seen[index]?.last ?? 0
      if (count < acknowledged) result.lost += acknowledged - count
      expect(profiles).toBe(count)
    })
    result.acknowledged = Object.values(counts).reduce((sum, { count }) => sum + count, 0)
    result.rounds += 1
  }
  measured('kill -9 during writes', result)
  expect(result).toMatchObject({ rounds: WRITE_ROUNDS, lost: 0, failed: 0 })
  expect(result.acknowledged).toBeGreaterThan(WRITE_ROUNDS * 5)
}, 3_600_000)

test(`${UPGRADE_ROUNDS} times kill -9 during an upgrade: all of it or nothing, and the next launch goes on`, async () => {
  const old = join(dir, 'old', 'gateway.db')
  await migrateTo(1, old)
  const before = openConnection(old)
  // Enough rows that the upgrade takes longer than the aim of the kill is off.
  fillEveryTable(before, 400)
  const content = contentOf(before)
  before.close()
  const random = seeded(5)
  const result = { rounds: 0, done: 0, killed: 0, failed: 0, wholeMs: 0 }
  // How long it takes when nobody interferes, so that the kills fall all over it.
  mkdirSync(join(dir, 'whole'))
  copyFileSync(old, join(dir, 'whole', 'gateway.db'))
  const whole = entry.start(['upgrade', join(dir, 'whole', 'gateway.db')])
  await said(whole, 'started')
  const began = performance.now()
  expect(await once(whole, 'close')).toEqual([0, null])
  result.wholeMs = Math.round(performance.now() - began)
  for (let round = 0; round < UPGRADE_ROUNDS; round += 1) {
    const path = join(dir, `upgrade-${round}`, 'gateway.db')
    mkdirSync(join(dir, `upgrade-${round}`))
    copyFileSync(old, path)
    const child = entry.start(['upgrade', path])
    await said(child, 'started')
    await sleep(random() * 1.2 * result.wholeMs)
    const alive = child.exitCode === null
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    if (alive) await closed

    const left = openConnection(path)
    const version = left.prepare('SELECT max(version) FROM schema_migrations').pluck().get()
    expect(left.prepare('SELECT sum(dirty) FROM schema_migrations').pluck().get()).toBe(0)
    const tables = protectedTables(left).length
    const views = left.prepare(`SELECT count(*) FROM sqlite_master WHERE type = 'view'`).pluck().get()
    // The columns, the views and the record of their step came together.
    expect(Array.from({ length: HEAD }, (_, step) => step + 1)).toContain(version)
    expect(tables > 0).toBe(Number(version) >= 2)
    expect(views).toBe(Number(version) >= 3 ? 3 : 0)
    const pins = left.prepare(
      `SELECT count(*) FROM pragma_table_info('mcp_server_tools_cache') WHERE name IN ('accepted_at', 'removed_at')`,
    )
    expect(pins.pluck().get()).toBe(Number(version) >= 4 ? 2 : 0)
    left.close()
    if (version === HEAD) result.done += 1
    else if (alive) result.killed += 1
    // It ended by itself without having upgraded: then the kill proved nothing.
    else result.failed += 1

    const { connection, file, migration } = await openDatabase(optionsFor(path))
    expect(migration).toMatchObject({ from: version, to: HEAD })
    // Each try to upgrade makes a backup first, and a row that says so.
    connection.prepare('DELETE FROM backups WHERE path LIKE ?').run(`${dirname(path)}%`)
    expect(contentOf(connection, content)).toEqual(content)
    expect(protectedTables(connection).flatMap((table) => damagedKeys(connection, table))).toEqual([])
    connection.close()
    file.release()
    rmSync(join(dir, `upgrade-${round}`), { recursive: true })
    result.rounds += 1
  }
  measured('kill -9 during an upgrade', result)
  expect(result).toMatchObject({ rounds: UPGRADE_ROUNDS, failed: 0 })
  expect(result.killed).toBeGreaterThan(0)
}, 3_600_000)

test(`three processes that write for ${WRITING_MS / 1000} s never see a locked database and lose no update`, async () => {
  const path = join(dir, 'together', 'gateway.db')
  await migrateDatabase(optionsFor(path))
  // Two of them on one counter: an update that one overwrote would be missing.
  const children = ['one', 'one', 'two'].map((name) => entry.start(['write', path, name]))
  const seen = children.map(follow)
  await sleep(WRITING_MS)
  expect(children.map((child) => child.exitCode)).toEqual([null, null, null])
  const ended = children.map((child) => once(child, 'close'))
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(ended)
  const { counts, integrity } = await soundness(path)
  measured(`three writers for ${WRITING_MS / 1000} s`, { one: counts.one?.count ?? 0, two: counts.two?.count ?? 0 })
  expect(integrity).toBe('ok')
  for (const [name, { count, profiles }] of Object.entries(counts)) expect([name, profiles]).toEqual([name, count])
  expect(counts.one?.count).toBeGreaterThanOrEqual(Math.max(seen[0]?.last ?? 0, seen[1]?.last ?? 0))
  expect(Math.min(...seen.map(({ last }) => last))).toBeGreaterThan(0)
}, 300_000)
