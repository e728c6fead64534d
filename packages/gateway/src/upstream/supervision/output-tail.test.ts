import { systemClock } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { createOutputTail } from './output-tail.ts'

test('the last quarter of a megabyte is kept, whatever the length of the lines', () => {
  for (const length of [0, 10, 2000]) {
    const tail = createOutputTail(systemClock)
    const lines = Math.ceil((1024 * 1024) / (length + 64))
    for (let n = 1; n <= lines; n++) tail.add('stderr', String(n).padEnd(length, '.'))
    const { lines: kept, dropped } = tail.read()
    expect(kept.length + dropped).toBe(lines)
    expect(kept.at(-1)?.text.startsWith(String(lines))).toBe(true)
    const bytes = kept.reduce((sum, { text }) => sum + text.length + 64, 0)
    expect(bytes).toBeLessThanOrEqual(256 * 1024)
    expect(bytes).toBeGreaterThan(256 * 1024 - 2200)
  }
})

test('what looks like a secret is not read out, a key over several lines neither', () => {
  const tail = createOutputTail(systemClock)
  for (const line of [
    'using ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    '-----BEGIN PRIVATE KEY-----',
    'MIIEvQIBADANBgkq',
    '-----END PRIVATE KEY-----',
    'listening',
  ])
    tail.add('stderr', line)
  const text = tail
    .read()
    .lines.map((line) => line.text)
    .join('\n')
  expect(text).not.toMatch(/ghp_|MIIEvQ/)
  expect(text).toContain('listening')
})
