import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { redact, registerSecret } from '@local-mcp/kernel'
import { expect, test } from 'vitest'

const random = (length: number) => randomBytes(length).toString('base64url').slice(0, length)

test.each([20, 2000, 64_000, 700_000])('a value of %i characters is hidden, and hides nothing else', (length) => {
  const value = random(length)
  registerSecret(value)
  const begun = performance.now()
  expect(redact(`before ${value} after`)).toBe('before ••• after')
  expect(redact(`{"a":"${Buffer.from(`x${value}`).toString('base64')}"}`)).not.toContain(Buffer.from(value).toString('base64').slice(8, 20))
  // What a line cuts off is hidden too.
  if (length > 100) expect(redact(`before ${value.slice(0, 60)}`)).toBe('before •••')
  expect(redact('a text like any other')).toBe('a text like any other')
  expect(performance.now() - begun).toBeLessThan(2000)
})

test('the one that another begins with is hidden with it, and each alone', () => {
  const short = `abcd${random(12)}`
  const long = `${short}${random(12)}`
  registerSecret(short)
  registerSecret(long)
  expect(redact(`${long} ${short}`)).toBe('••• •••')
})

test('five hundred are known at once, the oldest goes, and a line costs little', () => {
  const values = Array.from({ length: 600 }, () => random(2500))
  for (const value of values) registerSecret(value)
  expect(redact(values[599] as string)).toBe('•••')
  expect(redact(values[150] as string)).toBe('•••')
  expect(redact(values[0] as string)).toBe(values[0])
  const line = 'one line of a log that has nothing in it '.repeat(10)
  const begun = performance.now()
  for (let i = 0; i < 1000; i++) redact(line)
  expect(performance.now() - begun).toBeLessThan(2000)
})
