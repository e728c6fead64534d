import { consentSha256, type RoutingSnapshot, type ServerRecord } from '@local-mcp/core'
import { silentLogger, systemClock } from '@local-mcp/kernel'
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseFrame } from '../testing/relay.ts'
import type { Transport, TransportEvents } from './transport.ts'
import { createUpstreamPool } from './upstream-pool.ts'

const record = (name: string): ServerRecord => {
  const server = {
    id: name,
    name,
    slug: name,
    type: 'external',
    config: { command: 'x', args: [], env: {} },
    enabled: true,
    timeoutMs: 1000,
  }
  return { ...server, approvedSha256: consentSha256('external', server.config) } as unknown as ServerRecord
}
const snapshot = (...records: ServerRecord[]) =>
  ({ profiles: new Map(), servers: new Map(records.map((one) => [one.id, one])) }) as unknown as RoutingSnapshot

/** What a pool needs beside its transports. */
const rest = {
  serving: true,
  idleAfter: () => null,
  clientVersion: 'test',
  clock: systemClock,
  logger: silentLogger,
  knownOffers: new Map(),
  onStatus() {},
  onListed() {},
  onTold() {},
  onResourceUpdated() {},
  onLog() {},
  onElicitationComplete() {},
  onRootsWanted: async () => Buffer.from('{"roots":[]}'),
}

test('a server that is removed while it waits for its turn is never started', async () => {
  const started: string[] = []
  const fail: (() => void)[] = []
  const pool = createUpstreamPool({
    createTransport({ name }): Transport {
      started.push(name)
      return {
        pid: null,
        start: () => new Promise((_, reject) => fail.push(() => reject(new Error('enough')))),
        send() {},
        ready() {},
        abandon() {},
        evidence: () => [],
        async close() {},
      }
    },
    ...rest,
  })
  onTestFinished(() => pool.close())
  const all = ['a', 'b', 'c', 'd', 'removed', 'stays'].map(record)
  pool.sync(snapshot(...all))
  const starts = all.map(({ id }) =>
    pool
      .get(id)
      ?.ready()
      .catch((error: Error) => error),
  )
  await new Promise(setImmediate)
  // Four at a time.
  expect(started).toEqual(['a', 'b', 'c', 'd'])
  pool.sync(snapshot(...all.filter(({ name }) => name !== 'removed')))
  for (const end of fail) end()
  expect(await starts[4]).toBeInstanceOf(Error)
  await new Promise(setImmediate)
  expect(started).toEqual(['a', 'b', 'c', 'd', 'stays'])
  for (const end of fail) end()
})

test('lists that were read five minutes ago are read again when somebody wants them, and not before', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const tools = ['one']
  let listed = 0
  const pool = createUpstreamPool({
    ...rest,
    createTransport(): Transport {
      let events: TransportEvents | null = null
      return {
        pid: null,
        async start(into) {
          events = into
        },
        send(bytes) {
          const { id, method } = JSON.parse(bytes.toString('utf8'))
          if (id === undefined) return
          if (method === 'tools/list') listed++
          const result =
            method === 'initialize'
              ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'silent', version: '1' } }
              : { tools: tools.map((name) => ({ name, inputSchema: { type: 'object' } })) }
          const answer = method === 'server/discover' ? { error: { code: -32601, message: 'no' } } : { result }
          queueMicrotask(() =>
            events?.message(parseFrame(JSON.stringify({ jsonrpc: '2.0', id, ...answer }), Number.POSITIVE_INFINITY), null),
          )
        },
        ready() {},
        abandon() {},
        evidence: () => [],
        async close() {},
      }
    },
  })
  onTestFinished(() => pool.close())
  const silent = record('silent')
  pool.sync(snapshot(silent))
  const upstream = pool.get(silent.id)
  await upstream?.ready()
  const names = () => upstream?.offer()?.tool.map(({ key }) => key)
  tools.push('two')
  upstream?.freshen()
  expect([listed, names()]).toEqual([1, ['one']])
  vi.advanceTimersByTime(5 * 60_000 + 1)
  upstream?.freshen()
  upstream?.freshen()
  await vi.waitFor(() => expect(names()).toEqual(['one', 'two']))
  expect(listed).toBe(2)
})
