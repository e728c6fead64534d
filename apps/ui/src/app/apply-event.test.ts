import type { Arrival, Backup, Call, Server } from '@local-mcp/contract'
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Api, createQueries } from '../connect.ts'
import { applyEvent } from './apply-event.ts'
import { BACKUP_PROGRESS } from './backup-progress.ts'

const ID = '00000000-0000-4000-8000-000000000001'
// Only keys are asked for: no operation is called.
const anything = (): unknown => new Proxy(() => {}, { get: anything })
const queries = createQueries(anything() as Api)
const servers = queries.servers.list.queryKey()
const calls = queries.activity.recent.queryKey()
let cache: QueryClient

beforeEach(() => {
  cache = new QueryClient({ defaultOptions: { queries: { retry: false } } })
})

const status = (state: Server['status']['state']): Server['status'] => ({
  state,
  problem: null,
  since: 0,
  pid: null,
  protocolVersion: null,
  serverInfo: null,
  program: null,
  toolCount: null,
})
const server = { id: ID, name: 'one', status: status('connecting') } as Server
const call = (part: Partial<Call>) => ({ id: 'a', status: 'pending', ...part }) as Call

test('a status reaches its server in the list and leaves the rest of it alone', () => {
  cache.setQueryData(servers, [server])
  applyEvent({ type: 'server.status.changed', serverId: ID, status: status('connected') }, cache, queries)
  expect(cache.getQueryData(servers)).toEqual([{ ...server, status: status('connected') }])
})

test('what was never read is not made up from an event', () => {
  applyEvent({ type: 'server.updated', server }, cache, queries)
  expect(cache.getQueryData(servers)).toBeUndefined()
})

test('the same server told twice is one server', () => {
  cache.setQueryData(servers, [])
  applyEvent({ type: 'server.created', server }, cache, queries)
  applyEvent({ type: 'server.created', server }, cache, queries)
  expect(cache.getQueryData(servers)).toEqual([server])
})

test('an event that overtakes the answer to a question wins over it', async () => {
  const answer = Promise.withResolvers<Server[]>()
  const read = cache.fetchQuery({ queryKey: servers, queryFn: () => answer.promise })
  applyEvent({ type: 'server.status.changed', serverId: ID, status: status('connected') }, cache, queries)
  applyEvent({ type: 'server.status.changed', serverId: ID, status: status('error') }, cache, queries)
  answer.resolve([server])
  await read
  expect(cache.getQueryData(servers)?.[0]?.status.state).toBe('error')
})

test('the same while it is read again', async () => {
  cache.setQueryData(servers, [server])
  const answer = Promise.withResolvers<Server[]>()
  const read = cache.fetchQuery({ queryKey: servers, queryFn: () => answer.promise })
  applyEvent({ type: 'server.deleted', serverId: ID }, cache, queries)
  expect(cache.getQueryData(servers)).toEqual([])
  answer.resolve([server])
  await read
  expect(cache.getQueryData(servers)).toEqual([])
})

test('calls come newest first, and a finished one stays finished', () => {
  cache.setQueryData(calls, [call({ id: 'a' })])
  applyEvent({ type: 'call.started', call: call({ id: 'b' }) }, cache, queries)
  applyEvent({ type: 'call.finished', call: call({ id: 'a', status: 'success' }) }, cache, queries)
  applyEvent({ type: 'call.started', call: call({ id: 'a' }) }, cache, queries)
  expect(cache.getQueryData(calls)?.map(({ id, status }) => [id, status])).toEqual([
    ['b', 'pending'],
    ['a', 'success'],
  ])
})

test('no more calls are kept than fit the window', () => {
  cache.setQueryData(calls, [])
  for (let number = 0; number < 250; number++) applyEvent({ type: 'call.started', call: call({ id: String(number) }) }, cache, queries)
  const kept = cache.getQueryData(calls)
  expect(kept).toHaveLength(200)
  expect(kept?.[0]?.id).toBe('249')
})

test('what is out of date stays so: an event does not make it look fresh', async () => {
  cache.setQueryData(servers, [server])
  await cache.invalidateQueries()
  applyEvent({ type: 'server.status.changed', serverId: ID, status: status('connected') }, cache, queries)
  expect(cache.getQueryState(servers)?.isInvalidated).toBe(true)
})

test('a backup shows how far it is, then takes its place in the list, the newest first', () => {
  const backup = (id: string, createdAt: number) => ({ id, createdAt }) as Backup
  const backups = queries.backups.list.queryKey()
  cache.setQueryData(backups, [backup('old', 1)])
  applyEvent({ type: 'backup.progress', kind: 'manual', doneBytes: 5, totalBytes: 10 }, cache, queries)
  expect(cache.getQueryData(BACKUP_PROGRESS)).toEqual({ doneBytes: 5, totalBytes: 10 })
  applyEvent({ type: 'backup.finished', backup: backup('new', 2) }, cache, queries)
  expect(cache.getQueryData(BACKUP_PROGRESS)).toBeNull()
  applyEvent({ type: 'backup.finished', backup: backup('new', 2) }, cache, queries)
  expect(cache.getQueryData<Backup[]>(backups)?.map(({ id }) => id)).toEqual(['new', 'old'])
  applyEvent({ type: 'backup.settings.updated', settings: { keepDaily: 3, keepWeekly: 0 } }, cache, queries)
  expect(cache.getQueryData(queries.backups.getSettings.queryKey())).toEqual({ keepDaily: 3, keepWeekly: 0 })
  applyEvent({ type: 'backup.deleted', backupId: 'old' }, cache, queries)
  expect(cache.getQueryData<Backup[]>(backups)?.map(({ id }) => id)).toEqual(['new'])
})

test('when what a server offers changes, all that shows tools is read again', () => {
  const input = { server: ID }
  const keys = [
    servers,
    queries.servers.tools.queryKey({ input }),
    queries.servers.toolChanges.queryKey({ input }),
    queries.profiles.tools.queryKey({ input: { ...input, profile: 'default' } }),
    queries.profiles.effectiveTools.queryKey({ input: { profile: 'default' } }),
    queries.profiles.prompt.queryKey({ input: { profile: 'default' } }),
  ]
  for (const key of keys) cache.setQueryData(key as never, [] as never)
  applyEvent({ type: 'server.tools.changed', serverId: ID }, cache, queries)
  for (const key of keys) expect(cache.getQueryState(key)?.isInvalidated).toBe(true)
})

test('how changed tools are met is the same in every window', () => {
  applyEvent({ type: 'settings.changed-tools.updated', changedTools: 'flag' }, cache, queries)
  expect(cache.getQueryData(queries.settings.getChangedTools.queryKey())).toEqual({ changedTools: 'flag' })
})

const LOG = queries.logs.list
const listKey = (input: object) => LOG.infiniteKey({ input: () => input, initialPageParam: undefined })
const pagesOf = (...pages: Call[][]) => ({
  pages: pages.map((rows) => ({ rows, next: null as string | null })),
  pageParams: pages.map(() => undefined),
})
const idsIn = (input: object) =>
  (cache.getQueryData(listKey(input)) as ReturnType<typeof pagesOf>).pages.map(({ rows }) => rows.map(({ id }) => id))

test('a call comes into each list that it fits, where it belongs by its time', () => {
  const everything = { limit: 100 }
  const failed = { limit: 100, hasError: true }
  const ofServer = { limit: 100, server: ID }
  for (const input of [everything, failed, ofServer])
    cache.setQueryData(listKey(input), pagesOf([call({ id: 'old', at: 5 })], [call({ id: 'older', at: 1 })]))
  applyEvent({ type: 'call.started', call: call({ id: 'new', at: 9, serverId: ID }) }, cache, queries)
  applyEvent({ type: 'call.started', call: call({ id: 'late', at: 7, serverId: null }) }, cache, queries)
  expect(idsIn(everything)).toEqual([['new', 'late', 'old'], ['older']])
  expect(idsIn(ofServer)).toEqual([['new', 'old'], ['older']])
  expect(idsIn(failed)).toEqual([['old'], ['older']])
  applyEvent({ type: 'call.finished', call: call({ id: 'new', at: 9, status: 'error' }) }, cache, queries)
  expect(idsIn(failed)).toEqual([['new', 'old'], ['older']])
})

test('a call behind all that was read comes with its page, and with no other', () => {
  const input = { limit: 2 }
  const pages = pagesOf([call({ id: 'd', at: 5 }), call({ id: 'b', at: 5 })])
  cache.setQueryData(listKey(input), { ...pages, pages: pages.pages.map((page) => ({ ...page, next: 'more' })) })
  for (const id of ['a', 'c', 'e']) applyEvent({ type: 'call.finished', call: call({ id, at: 5, status: 'success' }) }, cache, queries)
  applyEvent({ type: 'call.finished', call: call({ id: 'z', at: 4, status: 'success' }) }, cache, queries)
  expect(idsIn(input)).toEqual([['e', 'd', 'c', 'b']])
})

test('a call that ends is written over where it stands, on whatever page, and goes where it fits no more', () => {
  const everything = { limit: 100 }
  const running = { limit: 100, status: 'pending' }
  for (const input of [everything, running])
    cache.setQueryData(listKey(input), pagesOf([call({ id: 'b', at: 5 })], [call({ id: 'a', at: 1 })]))
  applyEvent({ type: 'call.finished', call: call({ id: 'a', at: 1, status: 'success' }) }, cache, queries)
  expect(idsIn(running)).toEqual([['b'], []])
  applyEvent({ type: 'call.started', call: call({ id: 'a', at: 1 }) }, cache, queries)
  expect(idsIn(everything)).toEqual([['b'], ['a']])
  expect((cache.getQueryData(listKey(everything)) as ReturnType<typeof pagesOf>).pages[1]?.rows[0]?.status).toBe('success')
})

test('while nothing is recorded no list promises a row that is not there', () => {
  cache.setQueryData(queries.logs.getSettings.queryKey(), { level: 'off', keepDays: 7, keepRows: 100, keepMegabytes: 1 })
  cache.setQueryData(listKey({ limit: 100 }), pagesOf([]))
  applyEvent({ type: 'call.finished', call: call({ id: 'a', at: 1, status: 'success' }) }, cache, queries)
  expect(idsIn({ limit: 100 })).toEqual([[]])
})

afterEach(() => void vi.useRealTimers())

test('what calls add up to is read again at once, and in a flood once a second', () => {
  vi.useFakeTimers()
  const key = queries.logs.summary.queryKey({ input: {} })
  const invalidated = () => cache.getQueryState(key)?.isInvalidated
  const fresh = () => cache.setQueryData(key, {} as never)
  fresh()
  applyEvent({ type: 'call.started', call: call({ id: 'a' }) }, cache, queries)
  expect(invalidated()).toBe(false)
  applyEvent({ type: 'call.finished', call: call({ id: 'a', status: 'success' }) }, cache, queries)
  expect(invalidated()).toBe(true)
  fresh()
  for (const id of ['b', 'c']) applyEvent({ type: 'call.finished', call: call({ id, status: 'success' }) }, cache, queries)
  expect(invalidated()).toBe(false)
  vi.advanceTimersByTime(1000)
  expect(invalidated()).toBe(true)
})

test('a log that was cleared is empty at once', () => {
  cache.setQueryData(listKey({ limit: 100 }), pagesOf([call({ id: 'a', at: 1 })]))
  applyEvent({ type: 'logs.cleared' }, cache, queries)
  expect(idsIn({ limit: 100 })).toEqual([[]])
})

test('the history of a server grows by its states, and not by what else changes in a status', () => {
  const key = queries.servers.history.queryKey({ input: { server: ID } })
  cache.setQueryData(key, [])
  const problem = { code: 'EXITED', message: 'It ended', next: 'Look', evidence: [] }
  applyEvent({ type: 'server.status.changed', serverId: ID, status: { ...status('connected'), since: 1, pid: 7 } }, cache, queries)
  applyEvent(
    { type: 'server.status.changed', serverId: ID, status: { ...status('connected'), since: 1, pid: 7, toolCount: 3 } },
    cache,
    queries,
  )
  applyEvent({ type: 'server.status.changed', serverId: ID, status: { ...status('error'), since: 2, problem } }, cache, queries)
  expect(cache.getQueryData(key)).toEqual([
    { at: 2, state: 'error', code: 'EXITED', message: 'It ended', pid: null },
    { at: 1, state: 'connected', code: null, message: null, pid: 7 },
  ])
})

test('who comes to the door is in the list once, the latest last; the files of clients are looked at again when one connects', () => {
  const arrivals = queries.clients.arrivals.queryKey()
  const found = queries.clients.detect.queryKey()
  const arrival = (id: string, kind: Arrival['kind'], count = 1) => ({ id, kind, count }) as Arrival
  const arrived = (one: Arrival) => applyEvent({ type: 'client.arrived', arrival: one }, cache, queries)
  cache.setQueryData(arrivals, [arrival('1', 'refused'), arrival('2', 'refused')])
  cache.setQueryData(found, [])
  arrived(arrival('1', 'refused', 2))
  expect(cache.getQueryData(arrivals)).toEqual([arrival('2', 'refused'), arrival('1', 'refused', 2)])
  expect(cache.getQueryState(found)?.isInvalidated).toBe(false)
  arrived(arrival('3', 'connected'))
  expect(cache.getQueryState(found)?.isInvalidated).toBe(true)
})

test('the first steps that were left are not wanted any more', () => {
  const welcome = queries.clients.welcome.queryKey()
  cache.setQueryData(welcome, { wanted: true })
  applyEvent({ type: 'welcome.left' }, cache, queries)
  expect(cache.getQueryData(welcome)).toEqual({ wanted: false })
})

test('a token was used when a call of it came, and what is known of a later use stays', () => {
  const tokens = queries.tokens.list.queryKey()
  cache.setQueryData(tokens, [
    { id: 't', lastUsedAt: null },
    { id: 'other', lastUsedAt: 9 },
  ] as never)
  applyEvent({ type: 'call.started', call: call({ id: 'a', at: 5, tokenId: 't' }) }, cache, queries)
  applyEvent({ type: 'call.started', call: call({ id: 'b', at: 5, tokenId: 'other' }) }, cache, queries)
  expect(cache.getQueryData(tokens)).toEqual([
    { id: 't', lastUsedAt: 5 },
    { id: 'other', lastUsedAt: 9 },
  ])
})
