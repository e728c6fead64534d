import { expect, test } from 'vitest'
import { formatBytes } from './format-bytes.ts'

test.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [540_672, '541 kB'],
  [1_250_000, '1.3 MB'],
  [12_500_000, '13 MB'],
  [3_000_000_000_000, '3,000 GB'],
])('%i is %s', (bytes, text) => {
  expect(formatBytes(bytes, 'en')).toBe(text)
})
