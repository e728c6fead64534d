import type { Call } from '@local-mcp/contract'
import type { LogFilters, Principal } from '@local-mcp/core'
import { newId, type ProfileId, type ServerId } from '@local-mcp/kernel'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { aProfile, aServer, createOwner, openGuarded, optionsFor, owner, ownership, tempStore, viewer } from '../testing/temp-store.ts'
import { aCall } from '../testing/traffic-rows.ts'
import { createLogReader } from './log-reader.ts'
import { createLogRetention } from './log-retention.ts'
import { summarize } from './log-summary.ts'
import { createLogWriter } from './log-writer.ts'
import type { Entry, Slice } from './traffic.messages.ts'

const DAY = 24 * 60 * 60_000

interface Written {
  readonly profileId?: ProfileId | null
  readonly request?: unknown
  readonly response?: unknown
}

async function aLog() {
  const options = optionsFor()
  const store = await tempStore(options)
  await store.transaction(createOwner)
  const db = openGuarded(options.path)
  onTestFinished(() => void db.close())
  const writer = createLogWriter(db)
  const reader = createLogReader(drizzle(db))
  const profile = aProfile({ ...ownership, slug: 'default' })
  const server = aServer(ownership)
  await store.transaction(async (tx) => {
    await tx.profiles.insert(profile)
    await tx.servers.insert(server)
  })
  /** Puts rows of calls with what they were about. */
  function write(...rows: (Partial<Call> & Written)[]): Call[] {
    const pieces: Buffer[] = []
    let used = 0
    const slice = (value: unknown): Slice | null => {
      if (value === undefined) return null
      const bytes = Buffer.from(JSON.stringify(value))
      pieces.push(bytes)
      used += bytes.length
      return { start: used - bytes.length, length: bytes.length, size: bytes.length }
    }
    const entries = rows.map(({ profileId = profile.id, request, response, ...call }): Entry => {
      const made = aCall({ serverId: server.id, ...call })
      const begun = { profileId, clientVersion: '2025-11-25', request: slice(request) }
      const ended = { serverVersion: '2025-11-25', message: null, response: slice(response), sent: 'same', received: 'same' } as const
      return { call: made, begun, ended: made.status === 'pending' ? null : ended }
    })
    writer.write({ bytes: Uint8Array.from(Buffer.concat(pieces)).buffer, entries, moments: [] })
    return entries.map(({ call }) => call)
  }
  const list = (filters: LogFilters = {}, who: Principal = owner) => reader.list(who, filters, 200, null)
  return { options, store, db, writer, reader, retention: createLogRetention(db), profile, server, write, list }
}

const asToken = (limits: { profileIds?: readonly ProfileId[]; serverIds?: readonly ServerId[] }): Principal => ({
  ...owner,
  token: { id: newId<'token'>(), name: 't', profileIds: null, serverIds: null, expiresAt: null, ...limits },
})

test('pages follow each other without a gap or a repetition, also where many rows have the same time', async () => {
  const { reader, write } = await aLog()
  const made = write(...Array.from({ length: 25 }, (_, index) => ({ at: 1000 + Math.floor(index / 10) })))
  const seen: Call[] = []
  for (let before = null as { at: number; id: string } | null; ; ) {
    const page = reader.list(owner, {}, 7, before)
    if (page.length === 0) break
    seen.push(...page)
    before = page.at(-1) as Call
  }
  expect(seen).toHaveLength(25)
  expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(made.map(({ id }) => id)))
  expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).sort((a, b) => b - a))
})

test('each filter leaves what it says', async () => {
  const { write, list, server, profile } = await aLog()
  const tokenId = newId<'token'>()
  const [ok, slow, failed, read] = write(
    { at: 1000, tool: 'one' },
    { at: 2000, status: 'timeout', errorCode: 'UPSTREAM_TIMEOUT' },
    { at: 3000, status: 'error', errorCode: 'TOOL_ERROR', tokenId },
    { at: 4000, method: 'resources/read', tool: 'file:///a', profileId: null },
  ) as [Call, Call, Call, Call]
  const ids = (filters: LogFilters) => list(filters).map(({ id }) => id)
  expect(ids({})).toEqual([read.id, failed.id, slow.id, ok.id])
  expect(ids({ hasError: true })).toEqual([failed.id, slow.id])
  expect(ids({ hasError: false })).toEqual([read.id, ok.id])
  expect(ids({ status: 'timeout' })).toEqual([slow.id])
  expect(ids({ method: 'resources/read' })).toEqual([read.id])
  expect(ids({ tokenId })).toEqual([failed.id])
  expect(ids({ profileId: profile.id })).toEqual([failed.id, slow.id, ok.id])
  expect(ids({ serverId: newId<'server'>() })).toEqual([])
  expect(ids({ serverId: server.id, from: 2000, to: 4000 })).toEqual([failed.id, slow.id])
})

test.each([
  ['100%', 'a 100% sure thing'],
  ['a_b', 'a_b'],
  ["'; DROP TABLE debug_logs; --", "x'; DROP TABLE debug_logs; --x"],
  ['"quoted"', 'it is "quoted" here'],
  ['back\\slash', 'a back\\slash'],
  ['🐟', 'fish 🐟 fish'],
  ['line\nbreak', 'a line\nbreak'],
  ['\u0000', 'a \u0000 NUL'],
  ['ECHO', 'an echo'],
  ['x'.repeat(200), `${'x'.repeat(200)} and more`],
])('a search for %j finds that, and nothing else', async (wanted, holder) => {
  const { write, list } = await aLog()
  const [asked, answered] = write(
    { tool: 'one', request: { params: { text: holder } } },
    { tool: 'two', response: { result: { text: holder } } },
    { tool: 'three', request: { params: { text: 'axb 1000 fishes' } } },
  ) as [Call, Call, Call]
  expect(new Set(list({ text: wanted }).map(({ id }) => id))).toEqual(new Set([asked.id, answered.id]))
})

test('a search looks into names and errors', async () => {
  const { write, list } = await aLog()
  const [named, failed] = write(
    { clientName: 'Some Client', tool: 'x' },
    { tool: 'y', status: 'error', response: { error: { code: 1, message: 'The moon is full' } } },
  ) as [Call, Call]
  expect(list({ text: 'some client' }).map(({ id }) => id)).toEqual([named.id])
  expect(list({ text: 'MOON' }).map(({ id }) => id)).toEqual([failed.id])
})

test('a token sees the rows of its profiles and servers only; another person those of what it sees', async () => {
  const { write, list, reader, profile, server, store } = await aLog()
  const other = aProfile({ ...ownership, slug: 'other' })
  const second = aServer(ownership)
  await store.transaction(async (tx) => {
    await tx.profiles.insert(other)
    await tx.servers.insert(second)
  })
  const [a, b, c, d] = write({}, { profileId: other.id }, { serverId: second.id }, { profileId: null, serverId: second.id }) as Call[]
  const ids = (who: Principal) => new Set(list({}, who).map(({ id }) => id))
  const of = (...calls: (Call | undefined)[]) => new Set(calls.map((call) => call?.id))
  expect(ids(owner)).toEqual(of(a, b, c, d))
  expect(ids(asToken({ profileIds: [profile.id] }))).toEqual(of(a, c))
  expect(ids(asToken({ serverIds: [second.id] }))).toEqual(of(c, d))
  expect(ids(asToken({ profileIds: [other.id], serverIds: [second.id] }))).toEqual(of())
  expect(ids(asToken({ profileIds: [], serverIds: [] }))).toEqual(of())
  expect(ids(viewer(newId<'user'>(), 'stranger@example.com'))).toEqual(of())
  const limited = asToken({ serverIds: [server.id] })
  expect(reader.get(limited, d?.id as string)).toBeNull()
  expect(reader.get(limited, a?.id as string)).not.toBeNull()
  expect(reader.usage(limited).rows).toBe(2)
  const span = { from: 0, to: 5000, step: 'hour' } as const
  expect(summarize(reader, limited, span, []).calls).toBe(2)
})

test('a summary counts each call once, in its hour, with the times that were measured', async () => {
  const { write, reader, server } = await aLog()
  const hour = 60 * 60_000
  write(
    ...Array.from({ length: 100 }, (_, index) => ({ at: hour + index, durationMs: index + 1 })),
    { at: 3 * hour, status: 'error' as const, tool: 'other', durationMs: 7 },
    { at: 3 * hour, status: 'cancelled' as const, tool: 'other', durationMs: 3 },
    { at: 3 * hour + 1, status: 'pending' as const, durationMs: null },
    { at: 3 * hour, method: 'tools/list', tool: 'tools/list' },
    { at: 9 * hour },
  )
  const found = summarize(reader, owner, { from: hour, to: 4 * hour, step: 'hour' }, ['tools/list'])
  expect(found).toMatchObject({ calls: 103, errors: 1, p95Ms: 95, averageMs: 49.6 })
  expect(found.series).toEqual([
    { at: hour, calls: 100, errors: 0, p95Ms: 95 },
    { at: 2 * hour, calls: 0, errors: 0, p95Ms: 0 },
    { at: 3 * hour, calls: 3, errors: 1, p95Ms: 7 },
  ])
  expect(found.tools).toMatchObject([
    { key: { serverId: server.id, tool: 'echo' }, calls: 101, errors: 0, averageMs: 50.5 },
    { key: { serverId: server.id, tool: 'other' }, calls: 2, errors: 1, averageMs: 5, p95Ms: 7 },
  ])
  expect(summarize(reader, owner, { from: 10 * hour, to: 10 * hour, step: 'hour' }, [])).toMatchObject({ calls: 0, p95Ms: 0, series: [] })
})

test('what is more or older than is kept goes, the oldest first', async () => {
  const { write, retention, list, db } = await aLog()
  const now = 100 * DAY
  const keep = { level: 'normal', keepDays: 7, keepRows: 1000, keepMegabytes: 200 } as const
  const purge = (more: Partial<typeof keep>) => {
    while (retention.purge({ ...keep, ...more } as typeof keep, now)) {}
  }
  write(
    ...Array.from({ length: 300 }, (_, index) => ({ at: now - 8 * DAY + index })),
    ...Array.from({ length: 500 }, (_, index) => ({ at: now - index })),
  )
  purge({})
  expect(db.prepare('SELECT count(*), min(created_at) FROM debug_logs').raw().get()).toEqual([500, now - 499])
  purge({ keepRows: 100 as 1000 })
  expect(db.prepare('SELECT count(*), min(created_at) FROM debug_logs').raw().get()).toEqual([100, now - 99])
  write(...Array.from({ length: 40 }, (_, index) => ({ at: now + index, request: 'x'.repeat(60_000) })))
  purge({ keepMegabytes: 1 as 200 })
  const [rows, bytes] = db.prepare<[], [number, number]>('SELECT count(*), sum(size_bytes) FROM debug_logs').raw().get() as [number, number]
  expect(bytes).toBeLessThanOrEqual(1024 * 1024)
  expect(rows).toBe(17)
  expect(list()[0]?.at).toBe(now + 39)
})

test('clearing leaves what begins meanwhile', async () => {
  const { write, retention, list } = await aLog()
  write(...Array.from({ length: 450 }, () => ({})))
  const end = retention.end()
  const [late] = write({ at: 500 }) as [Call]
  let removed = 0
  for (let some = -1; some !== 0; removed += some) some = retention.clearTo(end)
  expect(removed).toBe(450)
  expect(list().map(({ id }) => id)).toEqual([late.id])
})

test('with a profile goes what went through it; of a purged server the rows stay, and nothing is written of what is gone', async () => {
  const { write, list, store, profile, server } = await aLog()
  write({ tool: 'before' })
  await store.transaction(async (tx) => {
    await tx.servers.softDelete(server.id, 5)
    await tx.servers.purge(server.id)
  })
  write({ tool: 'after' })
  expect(list().map(({ tool, serverId }) => [tool, serverId])).toEqual(
    expect.arrayContaining([
      ['before', null],
      ['after', null],
    ]),
  )
  await store.transaction((tx) => tx.profiles.delete(profile.id))
  expect(list()).toEqual([])
  write({})
  expect(list()).toEqual([])
})

test('of a server the last 200 things are kept', async () => {
  const { writer, reader, server } = await aLog()
  const moments = Array.from({ length: 250 }, (_, at) => ({
    serverId: server.id,
    at,
    state: 'error' as const,
    code: 'EXITED',
    message: `ghp_${'a1'.repeat(18)} ${at}`,
    pid: null,
  }))
  writer.write({ bytes: null, entries: [], moments: [...moments, { ...(moments[0] as (typeof moments)[0]), serverId: newId<'server'>() }] })
  const kept = reader.history(server.id, 300)
  expect(kept).toHaveLength(200)
  expect(kept[0]).toEqual({ at: 249, state: 'error', code: 'EXITED', message: '••• 249', pid: null })
  expect(reader.history(server.id, 31 * DAY)).toEqual([])
})

test('calls that an earlier gateway did not end are ended', async () => {
  const { write, writer, list } = await aLog()
  write({ at: 10, status: 'pending' }, { at: 30, status: 'pending' })
  writer.endForgotten(20)
  expect(list().map(({ at, status }) => [at, status])).toEqual([
    [30, 'pending'],
    [10, 'cancelled'],
  ])
})

test('a full log is listed, searched and summed up in time', async () => {
  const { write, reader } = await aLog()
  const ROWS = 50_000
  const now = 100 * DAY
  for (let row = 0; row < ROWS; row += 500)
    write(
      ...Array.from({ length: 500 }, (_, index) => ({
        at: now - (row + index) * 1000,
        tool: `tool-${index % 40}`,
        durationMs: (index * 7) % 400,
        status: index % 50 === 0 ? ('error' as const) : ('success' as const),
        request: { params: { arguments: { text: `${row + index} ${'lorem '.repeat(40)}` } } },
        response: { result: { content: [{ type: 'text', text: 'ipsum '.repeat(150) }] } },
      })),
    )
  const times: Record<string, number> = {}
  const timed = <Result>(name: string, work: () => Result): Result => {
    const started = performance.now()
    const result = work()
    times[name] = Math.round((performance.now() - started) * 10) / 10
    return result
  }
  const first = timed('first page', () => reader.list(owner, {}, 51, null))
  timed('page in the middle', () => reader.list(owner, {}, 51, { at: now - 25_000_000, id: first[0]?.id as string }))
  timed('errors', () => reader.list(owner, { hasError: true }, 51, null))
  expect(timed('search that finds one', () => reader.list(owner, { text: '49123 lorem' }, 51, null))).toHaveLength(1)
  expect(timed('search that finds nothing', () => reader.list(owner, { text: 'not there' }, 51, null))).toEqual([])
  expect(timed('summary of a day', () => summarize(reader, owner, { from: now - DAY, to: now + 1, step: 'hour' }, [])).calls).toBe(ROWS)
  expect(timed('usage', () => reader.usage(owner)).rows).toBe(ROWS)
  process.stdout.write(`[measured] traffic log of ${ROWS} rows, ms: ${JSON.stringify(times)}\n`)
  // Many times what it takes, for a machine that does other things too; a list that reads all rows takes longer.
  expect(times['first page']).toBeLessThan(100)
  expect(times['page in the middle']).toBeLessThan(100)
}, 120_000)
