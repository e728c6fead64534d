import { expect, test } from 'vitest'
import { timeDistance } from './time-distance.ts'

const NOW = 1_800_000_000_000

test.each([
  [0, 0, 'second'],
  [-59_999, 0, 'second'],
  [-60_000, -1, 'minute'],
  [-3_599_999, -59, 'minute'],
  [-3_600_000, -1, 'hour'],
  [-90_000_000, -1, 'day'],
  [90 * 86_400_000, 90, 'day'],
])('%d ms away is %d %s', (distance, amount, unit) => {
  const found = timeDistance(NOW + distance, NOW)
  expect(found.unit).toBe(unit)
  expect(found.amount + 0).toBe(amount)
})
