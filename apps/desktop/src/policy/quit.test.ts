import { expect, test } from 'vitest'
import { nextQuitState } from './quit.ts'

test('without calls it closes at once, and ends', () => {
  expect(nextQuitState('open', { type: 'asked', calls: 0 })).toBe('closing')
  expect(nextQuitState('closing', { type: 'closed' })).toBe('ended')
})

test('calls that are under way are waited for; asking again means now', () => {
  expect(nextQuitState('open', { type: 'asked', calls: 2 })).toBe('draining')
  expect(nextQuitState('draining', { type: 'drained' })).toBe('closing')
  expect(nextQuitState('draining', { type: 'asked', calls: 2 })).toBe('closing')
})

test('nothing takes a quit back or begins it twice', () => {
  for (const type of ['asked', 'drained'] as const) {
    expect(nextQuitState('closing', { type, calls: 1 })).toBe('closing')
    expect(nextQuitState('ended', { type, calls: 1 })).toBe('ended')
  }
  expect(nextQuitState('open', { type: 'drained' })).toBe('open')
})
