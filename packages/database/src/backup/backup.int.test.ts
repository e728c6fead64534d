import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '@local-mcp/core'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openStore } from '../store.ts'
import { endurance, measured } from '../testing/endurance.ts'
import { buildProcessBundle } from '../testing/process-bundle.ts'
import { optionsFor, tempDir } from '../testing/temp-store.ts'
import { sideFile } from './backup-name.ts'
import { openBackups } from './open-backups.ts'

const BACKUP_ROUNDS = endurance(15, 200)
const REPLACEMENTS = [
  ['restore', endurance(15, 300)],
  ['reset', endurance(15, 200)],
] as const
/** How long a round may take on a busy machine, in ms. */
const ROUND_MS = 15_000

let bundle: Awaited<ReturnType<typeof buildProcessBundle>>
beforeAll(async () => {
  bundle = await buildProcessBundle()
})
afterAll(() => bundle.remove())

interface Running {
  readonly child: ChildProcess
  /** Every line that it has said so far. */
  readonly lines: string[]
  readonly ended: Promise<number | null>
}

function start(...input: string[]): Running {
  const child = spawn(process.execPath, [bundle.entry, ...input], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines: string[] = []
  let rest = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      rest += chunk
      lines.push(...rest.split('\n').slice(0, -1))
      rest = rest.split('\n').at(-1) ?? ''
    })
  }
  return { child, lines, ended: once(child, 'close').then(([code]) => code) }
}

async function said(running: Running, count = 1): Promise<void> {
  while (running.lines.length < count) {
    if (running.child.exitCode !== null) throw new Error(`The process ended early: ${running.lines.join('\n')}`)
    await sleep(2)
  }
}

/** It goes on until it is killed: one that ended by itself has failed, and the kill would prove nothing. */
async function kill(running: Running): Promise<void> {
  expect([running.child.exitCode, running.child.signalCode], running.lines.join('\n')).toEqual([null, null])
  running.child.kill('SIGKILL')
  await running.ended
}

/** The same for one that may be done by now. @returns whether it was killed */
async function killUnlessDone(running: Running): Promise<boolean> {
  running.child.kill('SIGKILL')
  const code = await running.ended
  if (code !== null) expect([code, running.lines.at(-1)], running.lines.join('\n')).toEqual([0, 'done'])
  return code === null
}

/** What a setting is, as the next process to open the database sees it: it must open without a person. */
async function readAnew(path: string, key: string): Promise<unknown> {
  const reader = start('read', path, key)
  expect(await reader.ended, reader.lines.join('\n')).toBe(0)
  return JSON.parse(reader.lines[0] ?? '')
}

const settingsIn = (path: string): Map<string, unknown> => {
  const db = new Database(path, { readonly: true })
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    const rows = db.prepare<[], { key: string; value: string }>('SELECT key, value FROM gateway_settings').all()
    return new Map(rows.map(({ key, value }) => [key, JSON.parse(value)]))
  } finally {
    db.close()
  }
}

/** A published backup is whole, and its writers' counts belong to one moment. */
function assertGood(path: string): Map<string, unknown> {
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  expect(readFileSync(sideFile(path), 'utf8')).toContain(sha256)
  const settings = settingsIn(path)
  const writers = [...settings].filter(([key]) => key.startsWith('writer.')).map(([, count]) => Number(count))
  expect(writers.reduce((sum, count) => sum + count, 0)).toBe(Number(settings.get('all') ?? 0))
  return settings
}

const published = (path: string): string[] => {
  const folder = join(dirname(path), 'backups')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .map((name) => join(folder, name))
}

/** Puts about so many MB into a database, so that there is time to kill in. */
async function fill(store: Store, megabytes: number): Promise<void> {
  for (let turn = 0; turn < megabytes; turn += 10) {
    await store.transaction(async (tx) => {
      for (let item = turn; item < Math.min(turn + 10, megabytes); item += 1) {
        const text = createHash('sha256').update(String(item)).digest('hex').repeat(16_384)
        await tx.settings.set(`fill.${item}`, text, 1)
      }
    })
  }
}

async function prepared(megabytes: number, mark = 'old') {
  const options = optionsFor(join(tempDir(), 'data', 'gateway.db'), { clock: { now: () => Date.now() } })
  const store = await openStore(options)
  await fill(store, megabytes)
  await store.transaction((tx) => tx.settings.set('mark', mark, 1))
  return { options, store, path: options.path }
}

test('while four processes write, every backup is one committed state, with what was acknowledged before it began', async () => {
  const { store, path } = await prepared(5)
  const writers = [1, 2, 3, 4].map((number) => start('write', path, String(number)))
  await Promise.all(writers.map((writer) => said(writer, 5)))
  for (let turn = 0; turn < 5; turn += 1) {
    const before = writers.map(({ lines }) => Number(lines.at(-1)))
    const backup = await store.backups.create('manual')
    const settings = assertGood(backup.path)
    writers.forEach((_, index) => {
      expect(Number(settings.get(`writer.${index + 1}`))).toBeGreaterThanOrEqual(before[index] ?? 0)
    })
  }
  const written = writers.reduce((sum, { lines }) => sum + lines.length, 0)
  await Promise.all(writers.map(kill))
  expect(Number(await store.read.settings.get('all'))).toBeGreaterThanOrEqual(written)
  await store.close()
})

test(`kill -9 in the middle of backups, ${BACKUP_ROUNDS} rounds: what has a name is whole, the rest is swept`, {
  timeout: 60_000 + BACKUP_ROUNDS * ROUND_MS,
}, async () => {
  const { store, path } = await prepared(20)
  await store.close()
  let acknowledged = 0
  let cut = 0
  let count = 0
  const parts = () => readdirSync(join(dirname(path), 'backups')).filter((name) => name.includes('.part')).length
  for (let round = 0; round < BACKUP_ROUNDS; round += 1) {
    const writer = start('write', path, `round-${round}`)
    const saver = start('backup', path)
    await said(writer)
    // Some in the first copy, some between copies, some in a later one.
    await sleep(100 + Math.random() * 700)
    await kill(saver)
    await kill(writer)
    acknowledged += writer.lines.length
    if (parts() > 0) cut += 1
    // What was published is whole, and does not fill the disk in the long form.
    for (const file of published(path)) {
      assertGood(file)
      count += 1
      if (round < BACKUP_ROUNDS - 1) for (const name of [file, sideFile(file)]) rmSync(name)
    }
  }
  expect(cut).toBeGreaterThan(0)
  expect(count).toBeGreaterThan(0)
  expect(Number(await readAnew(path, 'all'))).toBeGreaterThanOrEqual(acknowledged)
  // The process that read has swept.
  expect(parts()).toBe(0)
  measured('kill -9 during backups', {
    rounds: BACKUP_ROUNDS,
    published: count,
    invalid: 0,
    killedInCopy: cut,
    commits: acknowledged,
    lost: 0,
  })
})

test.each(REPLACEMENTS)(
  'kill -9 in the middle of a %s, %i rounds: the old database or the new one, and nothing in between',
  { timeout: 60_000 + 300 * ROUND_MS },
  async (action, rounds) => {
    const { store, path } = await prepared(8, 'saved')
    const { path: source } = await store.backups.create('manual')
    await store.close()
    // How long it takes when nobody interferes, so that the kills fall all over it.
    const whole = start(action, path, source)
    await said(whole)
    const began = performance.now()
    expect(await whole.ended, whole.lines.join('\n')).toBe(0)
    const duration = performance.now() - began
    const seen = { old: 0, new: 0, killed: 0 }
    for (let round = 0; round < rounds; round += 1) {
      const mark = `present ${round}`
      const present = await openStore(optionsFor(path))
      await present.transaction((tx) => tx.settings.set('mark', mark, 1))
      // As after a crash: the newest commits are in the log alone.
      await present.close()
      const writer = start('write', path, `round-${round}`)
      await said(writer, 3)
      await kill(writer)
      const running = start(action, path, source)
      await said(running)
      // At first it only starts; the later part is where something changes.
      await sleep((0.25 + 0.8 * Math.random()) * duration)
      if (await killUnlessDone(running)) seen.killed += 1
      const found = await readAnew(path, 'mark')
      if (found === mark) {
        seen.old += 1
        expect(await readAnew(path, `writer.round-${round}`)).toBeGreaterThanOrEqual(writer.lines.length)
      } else {
        seen.new += 1
        expect(found).toBe(action === 'restore' ? 'saved' : null)
        expect(await readAnew(path, `writer.round-${round}`)).toBeNull()
        const keptIn = (await openBackups(optionsFor(path)).lastReplacement())?.keptIn ?? ''
        const kept = settingsIn(join(keptIn, 'gateway.db'))
        expect(kept.get('mark')).toBe(mark)
        expect(kept.get(`writer.round-${round}`)).toBeGreaterThanOrEqual(writer.lines.length)
      }
      settingsIn(path)
      expect(readdirSync(dirname(path)).filter((name) => /part|pending\.json/.test(name))).toEqual([])
      for (const file of published(path)) if (file !== source) rmSync(file)
    }
    measured(`kill -9 during ${action}`, { wholeMs: Math.round(duration), rounds, ...seen, mixed: 0, lost: 0 })
    expect(seen.killed).toBeGreaterThan(rounds / 10)
  },
)

test('a log that is left beside the place is never joined to the restored database', async () => {
  const { store, path } = await prepared(1, 'saved')
  const { path: source } = await store.backups.create('manual')
  await store.close()
  const writer = start('write', path, 'late')
  await said(writer, 5)
  await kill(writer)
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0)
  // Damaged beyond opening, with its log beside it.
  const bytes = readFileSync(path)
  bytes.fill(0xff, 100, 8192)
  writeFileSync(path, bytes)
  expect(await start('read', path, 'mark').ended).not.toBe(0)
  const restore = start('restore', path, source)
  expect(await restore.ended, restore.lines.join('\n')).toBe(0)
  expect(await readAnew(path, 'mark')).toBe('saved')
  expect(await readAnew(path, 'writer.late')).toBeNull()
  const keptIn = (await openBackups(optionsFor(path)).lastReplacement())?.keptIn ?? ''
  expect(readdirSync(keptIn)).toContain('gateway.db')
})

/** Every state in which a kill can leave the swap, made by hand. */
const halves: [state: string, make: (path: string, kept: string) => void, expected: string][] = [
  ['ordered, nothing moved', () => {}, 'saved'],
  ['the old one moved away', (path, kept) => move(path, kept), 'saved'],
  [
    'the old one moved away, an empty file created by an opener',
    (path, kept) => {
      move(path, kept)
      writeFileSync(path, '')
    },
    'saved',
  ],
  [
    'the old one moved away, its log not yet',
    (path, kept) => {
      move(path, kept)
      writeFileSync(`${path}-wal`, 'a log of the old one')
    },
    'saved',
  ],
  [
    'the new one in place, the order not yet closed',
    (path, kept) => {
      move(path, kept)
      move(join(dirname(path), '.restore-pending'), path)
    },
    'saved',
  ],
  ['the file of the order gone', (path) => rmSync(join(dirname(path), '.restore-pending')), 'present'],
]
function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  copyFileSync(from, to)
  rmSync(from)
}

test.each(halves)('a start after a kill goes on from: %s', async (_state, make, expected) => {
  const { options, store, path } = await prepared(1, 'saved')
  const { path: source } = await store.backups.create('manual')
  await store.transaction((tx) => tx.settings.set('mark', 'present', 1))
  await store.close()
  await openBackups(options).stageRestore(source)
  const { folder } = JSON.parse(readFileSync(join(dirname(path), '.restore-pending.json'), 'utf8'))
  make(path, join(dirname(path), folder, 'gateway.db'))
  expect(await readAnew(path, 'mark')).toBe(expected)
  expect(await readAnew(path, 'mark')).toBe(expected)
  expect(readdirSync(dirname(path)).filter((name) => name.startsWith('.restore'))).toEqual([])
})

test('processes that come and go while it is replaced: what each was told is committed is in the new database or in the kept one', async () => {
  const { store, path, options } = await prepared(1, 'saved')
  const { path: source } = await store.backups.create('manual')
  await store.close()
  const committed: string[] = []
  let replaced = 0
  let over = false
  const comeAndGo = async (lane: number) => {
    for (let turn = 0; !over; turn += 1) {
      const key = `visit.${lane}.${turn}`
      const visitor = start('writeOnce', path, key)
      expect(await visitor.ended, visitor.lines.join('\n')).toBe(0)
      expect(visitor.lines).toContain('committed')
      committed.push(key)
    }
  }
  const visitors = [0, 1, 2].map(comeAndGo)
  const backups = openBackups(options)
  for (const deadline = performance.now() + 8000; performance.now() < deadline; await sleep(20)) {
    // Refused while somebody is in it, where the system tells; otherwise the next visitor carries it out.
    replaced += await backups.stageRestore(source).then(
      () => 1,
      () => 0,
    )
  }
  over = true
  await Promise.all(visitors)
  expect(await readAnew(path, 'mark')).toBe('saved')
  const folder = dirname(path)
  const kept = readdirSync(folder).filter((name) => name.startsWith('before-restore-'))
  const found = new Set([path, ...kept.map((name) => join(folder, name, 'gateway.db'))].flatMap((file) => [...settingsIn(file).keys()]))
  expect(committed.filter((key) => !found.has(key))).toEqual([])
  expect(kept.length).toBeGreaterThan(0)
  measured('come and go during restores', { visits: committed.length, orders: replaced, carriedOut: kept.length, lost: 0 })
})

test('while another process has the database open it is named, and nothing is replaced', async () => {
  const { store, path, options } = await prepared(1, 'saved')
  const { path: source } = await store.backups.create('manual')
  await store.close()
  const other = start('write', path, 'other')
  await said(other)
  const backups = openBackups(options)
  const named = process.platform === 'linux' ? expect.stringContaining(String(other.child.pid)) : expect.anything()
  await expect(backups.stageReset()).rejects.toMatchObject({ code: 'DATABASE_IN_USE', message: named })
  await expect(backups.stageRestore(source)).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
  await kill(other)
  expect(await readAnew(path, 'mark')).toBe('saved')
})

const LIMITS = endurance([4096], [64, 256, 1024, 2048, 4096, 8192, 9000])

describe.skipIf(process.platform === 'win32')('a file size limit in the middle of the copy leaves no part and harms nothing', () => {
  /** @param blocks of 512 bytes */
  async function limited(blocks: number, ...input: string[]): Promise<string> {
    const child = spawn('sh', ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh', process.execPath, bundle.entry, ...input], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    expect((await once(child, 'close'))[0], stderr).toBe(1)
    return stderr
  }

  test.each(LIMITS)('of a backup at %i blocks', async (blocks) => {
    const { store, path } = await prepared(5)
    await store.close()
    expect(await limited(blocks, 'backupOnce', path)).toMatch(/BACKUP_(UNWRITABLE|NO_SPACE)/)
    expect(readdirSync(join(dirname(path), 'backups'))).toEqual([])
    expect(await readAnew(path, 'mark')).toBe('old')
  })

  test.each(LIMITS)('of a restore at %i blocks', async (blocks) => {
    const { store, path } = await prepared(5, 'saved')
    const { path: source } = await store.backups.create('manual', { folder: tempDir() })
    await store.transaction((tx) => tx.settings.set('mark', 'present', 1))
    await store.close()
    expect(await limited(blocks, 'restore', path, source)).toMatch(/BACKUP_(UNWRITABLE|NO_SPACE)/)
    expect(readdirSync(dirname(path)).filter((name) => /part|pending/.test(name))).toEqual([])
    expect(await readAnew(path, 'mark')).toBe('present')
  })
})

const canMount = process.platform === 'linux' && process.getuid?.() === 0

test.skipIf(!canMount)('a disk without room is said before a byte is written', async (context) => {
  const { store } = await prepared(5)
  const disk = tempDir()
  const mount = (...args: string[]) => spawnSync(args[0] ?? '', args.slice(1), { stdio: 'ignore' }).status === 0
  if (!mount('mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk)) return context.skip('mounting a small tmpfs is not allowed here')
  try {
    await expect(store.backups.create('manual', { folder: disk })).rejects.toMatchObject({ code: 'BACKUP_NO_SPACE' })
    expect(readdirSync(disk)).toEqual([])
  } finally {
    mount('umount', disk)
  }
  await store.transaction((tx) => tx.settings.set('still', 'alive', 1))
  await store.close()
})

/** In the long form as large as the goal says. */
const LARGE_MB = endurance(200, 500)

test(`during a backup of ${LARGE_MB} MB with four writers the event loop stays free`, { timeout: 300_000 }, async () => {
  const { store, path } = await prepared(LARGE_MB)
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const measure = async (work: () => Promise<unknown>) => {
    delay.reset()
    delay.enable()
    const began = performance.now()
    await work()
    delay.disable()
    const ms = (ns: number) => Math.round(ns / 1e5) / 10
    return { took: Math.round(performance.now() - began), p99: ms(delay.percentile(99)), max: ms(delay.max) }
  }
  const idle = await measure(() => sleep(2000))
  const writers = [1, 2, 3, 4].map((number) => start('write', path, String(number)))
  await Promise.all(writers.map((writer) => said(writer, 5)))
  const busy = await measure(() => sleep(2000))
  const seen: number[] = []
  let bytes = 0
  let file = ''
  const during = await measure(async () => {
    const backup = await store.backups.create('manual', { onProgress: ({ doneBytes, totalBytes }) => seen.push(doneBytes / totalBytes) })
    bytes = backup.sizeBytes
    file = backup.path
  })
  await Promise.all(writers.map(kill))
  measured(`event loop in ms, idle ${JSON.stringify(idle)}, four writers ${JSON.stringify(busy)}, backup`, {
    megabytes: Math.round(bytes / 1024 / 1024),
    ...during,
  })
  assertGood(file)
  expect(bytes).toBeGreaterThan(LARGE_MB * 1_000_000)
  expect(during.p99).toBeLessThan(100)
  expect(seen.length).toBeGreaterThan(2)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  await store.close()
})
