import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { migrateDatabase } from '../open-database.ts'
import { said } from '../testing/built-entry.ts'
import { endurance, measured } from '../testing/endurance.ts'
import { buildProcessBundle } from '../testing/process-bundle.ts'
import { optionsFor, schemaOf, tempDir, tempStore } from '../testing/temp-store.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
let bundle: Awaited<ReturnType<typeof buildProcessBundle>>

beforeAll(async () => {
  bundle = await buildProcessBundle()
})
afterAll(() => bundle.remove())

function start(...input: string[]): ChildProcess {
  const child = spawn(process.execPath, [bundle.entry, ...input], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

const exitCode = async (child: ChildProcess) => (await once(child, 'exit'))[0]

test('many processes create a database at once: all succeed, each migration is applied once', async () => {
  const { path } = optionsFor()
  const codes = await Promise.all(Array.from({ length: 20 }, () => exitCode(start('migrate', path))))
  expect(codes).toEqual(Array(20).fill(0))
  const db = new Database(path)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  const { to } = await migrateDatabase(optionsFor(path))
  expect(db.prepare('SELECT count(*) AS n, sum(dirty) AS dirty FROM schema_migrations').get()).toEqual({ n: to, dirty: 0 })
  db.close()
})

test('a lock that a live process holds is never overtaken, and freed at once by kill -9', async () => {
  const options = optionsFor(join(tempDir(), 'gateway.db'), { lockTimeoutMs: 400, schema: schemaOf('CREATE TABLE one(a)') })
  const holder = start('hold', options.path)
  await said(holder, 'held')

  const waiting: (number | null)[] = []
  let turns = 0
  const ticker = setInterval(() => {
    turns += 1
  }, 10)
  const refused = migrateDatabase({ ...options, onWaiting: (pid) => waiting.push(pid) })
  await expect(refused).rejects.toMatchObject({
    code: 'MIGRATION_LOCK_TIMEOUT',
    message: expect.stringContaining(String(holder.pid)),
    data: { holderPid: holder.pid },
  })
  clearInterval(ticker)
  expect(waiting).toEqual([holder.pid])
  // The event loop went on while it waited.
  expect(turns).toBeGreaterThan(15)

  const late = migrateDatabase({ ...options, lockTimeoutMs: 20_000 })
  await sleep(100)
  const killed = performance.now()
  holder.kill('SIGKILL')
  expect((await late).applied).toEqual(['0001_step'])
  expect(performance.now() - killed).toBeLessThan(1000)
  expect(existsSync(join(dirname(options.path), '.local-mcp-gateway-migration.lock'))).toBe(true)
})

const KILLS = endurance(3, 100)
const WAITERS = 5

test(`${KILLS} times kill -9 of the holder while ${WAITERS} processes wait: all go on at once`, {
  timeout: 60_000 + KILLS * 10_000,
}, async () => {
  const delays: number[] = []
  for (let round = 0; round < KILLS; round += 1) {
    const { path } = optionsFor()
    mkdirSync(dirname(path))
    const holder = start('hold', path)
    await said(holder, 'held')
    const waiters = Array.from({ length: WAITERS }, () => start('migrate', path))
    await Promise.all(waiters.map((waiter) => said(waiter, 'waiting')))
    expect([holder.exitCode, holder.signalCode]).toEqual([null, null])
    const ends = waiters.map(exitCode)
    const killed = performance.now()
    holder.kill('SIGKILL')
    expect(await Promise.all(ends)).toEqual(Array(WAITERS).fill(0))
    delays.push(performance.now() - killed)
    rmSync(dirname(path), { recursive: true })
  }
  delays.sort((a, b) => a - b)
  const [median = 0, longest = 0] = [delays[Math.floor(KILLS / 2)], delays.at(-1)]
  measured(`kill -9 of the holder of the lock, ms until ${WAITERS} waiters were done`, { rounds: KILLS, median, longest })
  expect(median).toBeLessThan(5000)
})

const HELD_MS = endurance(1500, 60_000)
const CONTENDERS = 50

test(`a holder that is busy or stopped for ${HELD_MS / 1000} s is overtaken by none of ${CONTENDERS}`, {
  timeout: 60_000 + 4 * HELD_MS,
}, async () => {
  const options = optionsFor(join(tempDir(), 'gateway.db'), { lockTimeoutMs: HELD_MS, schema: schemaOf('CREATE TABLE one(a)') })
  const holder = start('hold', options.path)
  await said(holder, 'held')
  for (const state of ['busy', 'stopped']) {
    if (state === 'stopped') holder.kill('SIGSTOP')
    const tries = await Promise.allSettled(Array.from({ length: CONTENDERS }, () => migrateDatabase(options)))
    const thefts = tries.filter(({ status }) => status === 'fulfilled').length
    measured(`a holder that is ${state} for ${HELD_MS / 1000} s`, { contenders: CONTENDERS, thefts })
    for (const one of tries) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'MIGRATION_LOCK_TIMEOUT' } })
  }
  holder.kill('SIGCONT')
  await expect(migrateDatabase({ ...options, lockTimeoutMs: 200 })).rejects.toMatchObject({ code: 'MIGRATION_LOCK_TIMEOUT' })
  expect([holder.exitCode, holder.signalCode]).toEqual([null, null])
})

test('a migration that is killed in the middle leaves nothing, and the next start goes on', async () => {
  const options = optionsFor()
  const endless = 'CREATE TABLE two AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n'
  const child = start('slow', options.path, endless)
  await said(child, 'started')
  await sleep(500)
  expect(child.exitCode).toBeNull()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const result = await migrateDatabase({ ...options, schema: schemaOf('CREATE TABLE one(a)', 'CREATE TABLE two(b)') })
  expect(result).toEqual({ from: 1, to: 2, applied: ['0002_step'] })
})

test('two processes that write at once lose no update and never see a locked database', async () => {
  const options = optionsFor()
  const store = await tempStore(options)
  const children = [start('count', options.path), start('count', options.path)]
  expect(await Promise.all(children.map(exitCode))).toEqual([0, 0])
  expect(await store.read.settings.get('count')).toBe(200)
})

test('the committed migrations and manifest are what the schema gives', async () => {
  const task = spawn(process.execPath, [join(root, 'tools/tasks/db-generate.mjs'), '--check'], { stdio: ['ignore', 'ignore', 'inherit'] })
  expect(await exitCode(task)).toBe(0)
})
