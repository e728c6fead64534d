import { describe, expect, test } from 'vitest'
import { nested } from '../testing/json-text.ts'
import { parseFrame } from '../testing/relay.ts'
import type { Connection } from './connection.ts'
import { listAll } from './listing.ts'

/** A connection whose server answers every page with what `page` says. */
function serving(page: (n: number) => string) {
  let asked = 0
  const request = async () => {
    const frame = parseFrame(`{"jsonrpc":"2.0","id":1,"result":${page(asked++)}}`, Number.POSITIVE_INFINITY)
    return { ...frame, result: frame.result }
  }
  return { connection: { era: 'legacy', request } as unknown as Connection, asked: () => asked }
}
const list = (page: (n: number) => string) => {
  const { connection, asked } = serving(page)
  return { listed: listAll(connection, 'tool', 'test', 30_000), asked }
}
const tools = (from: number, count: number) => Array.from({ length: count }, (_, i) => `{"name":"t${from + i}"}`).join(',')

describe('a list without end', () => {
  test('of new tools is given up', async () => {
    const { listed, asked } = list((n) => `{"tools":[${tools(n * 1000, 1000)}],"nextCursor":"${n}"}`)
    await expect(listed).rejects.toMatchObject({ problem: { code: 'TOO_MANY_TOOLS' } })
    expect(asked()).toBe(6)
  })

  test('of the same tools is given up by its length', async () => {
    const padding = 'x'.repeat(1024 * 1024)
    const { listed, asked } = list((n) => `{"tools":[{"name":"same","description":"${padding}"}],"nextCursor":"${n}"}`)
    await expect(listed).rejects.toMatchObject({ problem: { code: 'TOO_MANY_TOOLS' } })
    expect(asked()).toBeLessThan(40)
  })

  test('of empty pages is given up', async () => {
    const { listed, asked } = list((n) => `{"tools":[],"nextCursor":"${n}"}`)
    await expect(listed).rejects.toMatchObject({ problem: { code: 'TOO_MANY_TOOLS' } })
    expect(asked()).toBeLessThan(10_000)
  })

  test('that goes round in circles ends where it began', async () => {
    const { listed, asked } = list((n) => `{"tools":[{"name":"t${n % 3}"}],"nextCursor":"${n % 3}"}`)
    expect((await listed).map(({ key }) => key)).toEqual(['t0', 't1', 't2'])
    expect(asked()).toBe(4)
  })
})

test('an empty cursor is a cursor', async () => {
  const { listed } = list((n) => (n === 0 ? '{"tools":[{"name":"a"}],"nextCursor":""}' : '{"tools":[{"name":"b"}]}'))
  expect((await listed).map(({ key }) => key)).toEqual(['a', 'b'])
})

test('what nests too deeply, or has no name, is left out, and nothing else', async () => {
  const deep = `{"name":"deep","inputSchema":${nested(100_000, '1')}}`
  const allowed = `{"name":"allowed","inputSchema":${nested(63, '1')}}`
  const { listed } = list(
    () => `{"tools":[{"name":"a"},${deep},{"noName":1},{"name":""},7,[],${allowed},{"name":"a","again":1},{"name":"z"}]}`,
  )
  const seen = await listed
  expect(seen.map(({ key }) => key)).toEqual(['a', 'allowed', 'z'])
  expect(seen[0]?.bytes.toString()).toBe('{"name":"a"}')
})
