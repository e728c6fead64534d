import type { Arrival, Backup, Call, Server } from '@local-mcp/contract'
import { QueryClient } from '@tanstack/react-query'
import { beforeEach, expect, test } from 'vitest'
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
  ]
  for (const key of keys) cache.setQueryData(key as never, [] as never)
  applyEvent({ type: 'server.tools.changed', serverId: ID }, cache, queries)
  for (const key of keys) expect(cache.getQueryState(key)?.isInvalidated).toBe(true)
})

test('how changed tools are met is the same in every window', () => {
  applyEvent({ type: 'settings.changed-tools.updated', changedTools: 'flag' }, cache, queries)
  expect(cache.getQueryData(queries.settings.getChangedTools.queryKey())).toEqual({ changedTools: 'flag' })
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
