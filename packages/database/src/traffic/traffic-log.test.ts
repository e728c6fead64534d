import type { Worker } from 'node:worker_threads'
import { type LogSettings, logSettings } from '@local-mcp/contract'
import { createLogger, type LogLine, type ProfileId, registerSecret } from '@local-mcp/kernel'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { aProfile, aServer, createOwner, openGuarded, optionsFor, owner, ownership, tempStore } from '../testing/temp-store.ts'
import { aCall, anEnd, payload } from '../testing/traffic-rows.ts'
import { openTrafficLog } from './traffic-log.ts'

// Each starts a thread, which loads the sources anew.
vi.setConfig({ testTimeout: 60_000 })

const threads = vi.hoisted(() => ({ started: [] as unknown[] }))
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>()
  return {
    ...real,
    Worker: class extends real.Worker {
      constructor(...input: ConstructorParameters<typeof real.Worker>) {
        super(...input)
        threads.started.push(this)
      }
    },
  }
})
afterEach(() => {
  threads.started.length = 0
})

const SETTINGS: LogSettings = { level: 'normal', keepDays: 7, keepRows: 1000, keepMegabytes: 200 }

async function aLog() {
  const options = optionsFor()
  const store = await tempStore(options)
  await store.transaction(createOwner)
  const profile = aProfile({ ...ownership, slug: 'default' })
  const server = aServer(ownership)
  await store.transaction(async (tx) => {
    await tx.profiles.insert(profile)
    await tx.servers.insert(server)
  })
  const lines: LogLine[] = []
  const logger = createLogger(
    'debug',
    () => 0,
    (line) => lines.push(line),
  )
  const log = openTrafficLog({ path: options.path, settings: logSettings.parse(SETTINGS), serving: true, clock: { now: Date.now }, logger })
  onTestFinished(() => log.close())
  /** One call from its beginning to its end. */
  function take(text: string, ended = true) {
    const call = aCall({ at: Date.now(), status: 'pending', durationMs: null, serverId: server.id })
    log.begin(call, { profileId: profile.id as ProfileId, clientVersion: '2025-11-25', request: payload({ text }) })
    if (ended) end(call, text)
    return call
  }
  function end(call: ReturnType<typeof aCall>, text: string) {
    Object.assign(call, { status: 'success', durationMs: 2 })
    log.end(call, anEnd({ response: payload({ result: text }) }))
  }
  return { options, log, lines, take, end }
}

test('who reads sees all that was taken down, also while it runs', async () => {
  const { log, take, end } = await aLog()
  const call = take('one', false)
  expect(await log.get(owner, call.id)).toMatchObject({ status: 'pending', client: { request: '{"text":"one"}', response: null } })
  end(call, 'one')
  expect(await log.get(owner, call.id)).toMatchObject({
    status: 'success',
    durationMs: 2,
    client: { request: '{"text":"one"}', response: '{"result":"one"}' },
    server: null,
    replayable: true,
  })
  expect(await log.list(owner, {}, 10, null)).toMatchObject([{ id: call.id, status: 'success' }])
  expect(await log.clear()).toBe(1)
})

test('what is known as secret here is hidden there, from the moment on', async () => {
  const { log, take } = await aLog()
  registerSecret('a secret that was known before')
  const first = take('a secret that was known before')
  await log.usage(owner)
  registerSecret('a secret that became known later')
  const second = take('a secret that became known later')
  for (const { id } of [first, second])
    expect(await log.get(owner, id)).toMatchObject({ redacted: true, replayable: false, client: { request: '{"text":"•••"}' } })
})

test('the payloads of many calls at once stay with their calls', async () => {
  const { log, take } = await aLog()
  const texts = Array.from({ length: 40 }, (_, index) => `${index} ${String(index).repeat(9000)}`)
  const calls = texts.map((text) => take(text))
  for (const [index, { id }] of calls.entries()) {
    const { client } = (await log.get(owner, id)) ?? {}
    expect([client?.request, client?.response]).toEqual([JSON.stringify({ text: texts[index] }), JSON.stringify({ result: texts[index] })])
  }
})

test('where the thread ends, calls go on; the next one starts another, and what was lost is said once', async () => {
  const { log, lines, take } = await aLog()
  take('one')
  await log.usage(owner)
  const worker = threads.started[0] as Worker
  const question = log.list(owner, {}, 10, null)
  const refused = expect(question).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' })
  await worker.terminate()
  await refused
  for (let index = 0; index < 10; index++) take('while it is away')
  await expect(log.usage(owner)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' })
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  await vi.waitFor(async () => expect((await log.usage(owner)).rows).toBe(11), { timeout: 20_000, interval: 250 })
  expect(threads.started).toHaveLength(2)
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(2)
})

test('more than may wait is dropped and counted: payloads first, then rows', async () => {
  const { options, log, lines, take } = await aLog()
  await log.usage(owner)
  const holder = openGuarded(options.path)
  holder.exec('BEGIN IMMEDIATE')
  const started = performance.now()
  const big = 'x'.repeat(60_000)
  for (let index = 0; index < 400; index++) take(big)
  for (let index = 0; index < 25_000; index++) take('small')
  expect(performance.now() - started).toBeLessThan(5000)
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  holder.exec('ROLLBACK')
  holder.close()
  const { rows } = await log.usage(owner)
  expect(rows).toBeGreaterThan(15_000)
  expect(rows).toBeLessThan(20_100)
  const dropped = lines.filter(({ level }) => level === 'warn').at(-1)
  expect(dropped?.fields).toMatchObject({ rows: 25_400 - rows })
  expect(Number(dropped?.fields.payloads)).toBeGreaterThan(100)
  const withNone = await log.list(owner, { text: '"text":"small"' }, 1, null)
  expect(withNone).toHaveLength(0)
})

test('a thread that nobody needs ends, and the next call has another', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { log, lines, take, end } = await aLog()
  const call = take('one', false)
  await log.usage(owner)
  const [first] = threads.started as [Worker]
  const ended = new Promise((resolve) => first.once('exit', resolve))
  vi.advanceTimersByTime(59_000)
  await log.usage(owner)
  vi.advanceTimersByTime(59_000)
  expect((await log.usage(owner)).rows).toBe(1)
  expect(threads.started).toHaveLength(1)
  vi.advanceTimersByTime(61_000)
  await ended
  end(call, 'one')
  expect(await log.get(owner, call.id)).toMatchObject({ status: 'success' })
  expect(threads.started).toHaveLength(2)
  expect(lines).toEqual([])
})

test('smaller bounds hold from the moment on', async () => {
  const { log, take } = await aLog()
  for (let index = 0; index < 500; index++) take(String(index))
  expect((await log.usage(owner)).rows).toBe(500)
  log.configure({ ...SETTINGS, keepRows: 100 })
  await vi.waitFor(async () => expect((await log.usage(owner)).rows).toBe(100), { timeout: 10_000 })
})

test('what waits when it is closed is written; nothing is taken down after that', async () => {
  const { options, log, take } = await aLog()
  const call = take('the last')
  await log.close()
  take('too late')
  const db = openGuarded(options.path)
  expect(db.prepare('SELECT id, status FROM debug_logs').all()).toEqual([{ id: call.id, status: 'success' }])
  db.close()
  await expect(log.usage(owner)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' })
})
