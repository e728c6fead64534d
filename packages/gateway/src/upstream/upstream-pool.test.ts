import { consentSha256, type RoutingSnapshot, type ServerRecord } from '@local-mcp/core'
import { silentLogger, systemClock } from '@local-mcp/kernel'
import { expect, onTestFinished, test } from 'vitest'
import type { Transport } from './transport.ts'
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
const snapshot = (...records: ServerRecord[]) => ({ servers: new Map(records.map((one) => [one.id, one])) }) as unknown as RoutingSnapshot

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
