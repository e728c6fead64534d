import type { NewTokenUse } from '@local-mcp/core'
import { newId, type TokenId } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { tempStore } from '../testing/temp-store.ts'

const [one, other] = [newId<'token'>(), newId<'token'>()]

const use = (tokenId: TokenId, at: number, more: Partial<NewTokenUse> = {}): NewTokenUse => ({
  tokenId,
  userEmail: 'owner@localhost',
  at,
  method: 'POST',
  endpoint: '/mcp/default',
  address: '127.0.0.1',
  userAgent: `it's a "client" ☂`,
  statusCode: 200,
  durationMs: 1.5,
  blocked: false,
  blockReason: null,
  ...more,
})

test('rows come back as they were written, page by page, with their statistics', async () => {
  const store = await tempStore()
  const { tokenUsage } = store.read
  expect(await tokenUsage.stats(one)).toEqual({ since: null, total: 0, ok: 0, blocked: 0, averageMs: null, topEndpoints: [] })
  const rows = [
    use(one, 10),
    use(one, 20, { endpoint: '/api/tokens', durationMs: 2.5 }),
    use(one, 30, { statusCode: 403, blocked: true, blockReason: 'address', durationMs: null, userAgent: null }),
    use(one, 40, { statusCode: 404 }),
    ...['a', 'b', 'c', 'd'].map((name, index) => use(one, 50 + index, { endpoint: `/mcp/${name}`, durationMs: null })),
  ]
  await store.transaction(async (tx) => {
    await tx.tokenUsage.insert([...rows, use(other, 5)])
    await tx.tokenUsage.insert([])
  })
  const { tokenId: _, userEmail: __, ...third } = rows[2] as NewTokenUse
  expect((await tokenUsage.list(one, 200, null))[5]).toEqual({ id: 3, ...third })
  const first = await tokenUsage.list(one, 3, null)
  expect(first.map(({ at }) => at)).toEqual([53, 52, 51])
  expect((await tokenUsage.list(one, 3, first[2]?.id ?? 0)).map(({ at }) => at)).toEqual([50, 40, 30])
  // One that is gone has nothing before it.
  expect(await tokenUsage.list(one, 3, 9999)).toEqual([])
  expect(await tokenUsage.stats(one)).toEqual({
    since: 10,
    total: 8,
    ok: 6,
    blocked: 1,
    averageMs: (1.5 + 2.5 + 1.5) / 3,
    topEndpoints: [
      { endpoint: '/mcp/default', count: 3 },
      { endpoint: '/api/tokens', count: 1 },
      { endpoint: '/mcp/a', count: 1 },
      { endpoint: '/mcp/b', count: 1 },
      { endpoint: '/mcp/c', count: 1 },
    ],
  })
  expect(await tokenUsage.countSince(one, 30)).toEqual({ count: 5, firstAt: 40 })
  expect(await tokenUsage.countSince(one, 99)).toEqual({ count: 0, firstAt: null })
})

test('the oldest rows go, some at a time: what is too old, and what is too many', async () => {
  const store = await tempStore()
  await store.transaction((tx) => tx.tokenUsage.insert(Array.from({ length: 20 }, (_, at) => use(one, at))))
  const purge = (before: number, keep: number) => store.transaction((tx) => tx.tokenUsage.purge(before, keep, 4))
  const left = async () => (await store.read.tokenUsage.list(one, 200, null)).map(({ at }) => at).reverse()
  expect([await purge(6, 100), await purge(6, 100), await purge(6, 100)]).toEqual([4, 2, 0])
  expect((await left())[0]).toBe(6)
  expect([await purge(0, 9), await purge(0, 9), await purge(0, 9)]).toEqual([4, 1, 0])
  expect(await left()).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19])
  await store.transaction((tx) => tx.tokenUsage.insert([use(one, 20)]))
  expect((await left()).at(-1)).toBe(20)
})
