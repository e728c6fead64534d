import { expect, test } from 'vitest'
import { retryDelay } from './retry-delay.ts'

test('starts at half a second, doubles, and stays at ten seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 100, 5000].map(retryDelay)).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
})
