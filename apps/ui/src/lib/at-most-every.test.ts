import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { atMostEvery } from './at-most-every.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('one call runs at once; of a flood the last one runs at the end of each pause', () => {
  const ran: number[] = []
  const owner = {}
  const ask = (number: number) => atMostEvery(1000, owner, 'a', () => ran.push(number))
  ask(1)
  expect(ran).toEqual([1])
  ask(2)
  ask(3)
  vi.advanceTimersByTime(999)
  expect(ran).toEqual([1])
  vi.advanceTimersByTime(1)
  expect(ran).toEqual([1, 3])
  // That was one as well, so the next pause has begun.
  ask(4)
  expect(ran).toEqual([1, 3])
  vi.advanceTimersByTime(1000)
  expect(ran).toEqual([1, 3, 4])
  vi.advanceTimersByTime(5000)
  ask(5)
  expect(ran).toEqual([1, 3, 4, 5])
})

test('names and owners do not wait for each other', () => {
  const ran: string[] = []
  const one = {}
  atMostEvery(1000, one, 'a', () => ran.push('one a'))
  atMostEvery(1000, one, 'b', () => ran.push('one b'))
  atMostEvery(1000, {}, 'a', () => ran.push('two a'))
  expect(ran).toEqual(['one a', 'one b', 'two a'])
})
