import { silentLogger } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { createMemoryGuard } from './memory-guard.ts'

const MIB = 2 ** 20

function open() {
  const state = { held: 100, sessions: 0, now: 0, looked: 0 }
  const guard = createMemoryGuard({
    sessions: () => state.sessions,
    logger: silentLogger,
    inUse() {
      state.looked++
      return state.held * MIB
    },
    now: () => state.now,
  })
  /** What it says once it looks again. */
  const later = (change: Partial<typeof state>) => {
    Object.assign(state, change, { now: state.now + 250 })
    return guard.isOver()
  }
  return { guard, state, later }
}

test('new requests are refused above the ceiling, and taken again well below it', () => {
  const { later } = open()
  expect(later({ held: 512 })).toBe(false)
  expect(later({ held: 513 })).toBe(true)
  expect(later({ held: 500 })).toBe(true)
  expect(later({ held: 460 })).toBe(false)
  expect(later({ held: 500 })).toBe(false)
})

test('each session raises it by one MiB', () => {
  const { later } = open()
  expect(later({ held: 1500, sessions: 1000 })).toBe(false)
  expect(later({ held: 1513, sessions: 1000 })).toBe(true)
  expect(later({ held: 1513, sessions: 0 })).toBe(true)
})

test('it looks four times a second, however many requests come', () => {
  const { guard, state } = open()
  for (let i = 0; i < 1000; i++) {
    state.now += 1
    guard.isOver()
  }
  expect(state.looked).toBe(4)
})
