import { expect, test } from 'vitest'
import { formatMoment } from './format-moment.ts'

test('today has seconds, other days have their date', () => {
  const now = new Date(2026, 10, 21, 13, 4, 5).getTime()
  expect(formatMoment(now - 1000, now, 'en-GB')).toBe('13:04:04')
  expect(formatMoment(new Date(2026, 10, 20, 23, 59, 59).getTime(), now, 'en-GB')).toBe('20 Nov, 23:59')
  expect(formatMoment(new Date(2025, 10, 21, 13, 4, 5).getTime(), now, 'en-GB')).toBe('21 Nov, 13:04')
})
