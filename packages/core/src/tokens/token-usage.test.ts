import { silentLogger, type TokenId } from '@local-mcp/kernel'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { NewTokenUse } from '../records.ts'
import type { Store } from '../store.ports.ts'
import { createTokenUsage } from './token-usage.ts'

/** A store that takes rows in, or does not. */
function start() {
  const written: number[] = []
  const sizes: number[] = []
  const state = { fails: false }
  const tx = {
    tokenUsage: {
      async insert(rows: readonly NewTokenUse[]) {
        if (state.fails) throw new Error('busy')
        sizes.push(rows.length)
        written.push(...rows.map(({ at }) => at))
      },
      purge: async () => 0,
    },
  }
  const store = {
    transaction: (work: (given: typeof tx) => unknown) => work(tx),
    read: { tokenUsage: { list: async () => [], stats: async () => ({}) } },
  } as unknown as Store
  const warn = vi.fn()
  const usage = createTokenUsage({ store, clock: { now: () => 0 }, logger: { ...silentLogger, warn } })
  onTestFinished(() => usage.close())
  /** One request. @returns what ends it */
  const begin = (at: number) => {
    const end = () => usage.ended(end, { at } as NewTokenUse)
    usage.begun(end)
    return end
  }
  return { usage, begin, written, sizes, state, warn }
}
const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index)

test('rows are written in small batches, in order, each once, however often a request ends', async () => {
  const { usage, begin, written, sizes } = start()
  for (const at of many(1050)) {
    const end = begin(at)
    end()
    end()
  }
  expect(written).toEqual([])
  await usage.read('t' as TokenId, {})
  expect(written).toEqual(many(1050))
  expect(sizes).toEqual([500, 500, 50])
})

test('they are written by themselves soon', async () => {
  const { begin, written } = start()
  begin(1)()
  await vi.waitFor(() => expect(written).toEqual([1]), 5000)
})

test('what cannot be written stays, within bounds, and what is lost is told', async () => {
  const { usage, begin, written, state, warn } = start()
  state.fails = true
  for (const at of many(20_010)) begin(at)()
  await expect(usage.read('t' as TokenId, {})).rejects.toThrow('busy')
  state.fails = false
  await usage.read('t' as TokenId, {})
  expect(written).toEqual(many(20_000))
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('lost'), { requests: 10 })
})

test('closing ends the rows of what is still open, and writes all', async () => {
  const { usage, begin, written } = start()
  begin(1)()
  const open = begin(2)
  await usage.close()
  expect(written).toEqual([1, 2])
  open()
  await usage.close()
  expect(written).toEqual([1, 2])
})
