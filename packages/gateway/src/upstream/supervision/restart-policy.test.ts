import { expect, test } from 'vitest'
import { createRestartPolicy } from './restart-policy.ts'

test('waits grow from half a second to a minute, and a healthy time begins them anew', () => {
  const policy = createRestartPolicy(() => 0.5)
  let now = 0
  const waits = Array.from({ length: 9 }, () => {
    const wait = policy.failed(now, false) as number
    now += wait
    return wait
  })
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  policy.recovered()
  expect(policy.failed(now, false)).toBe(500)
})

test('a wait is up to a fifth shorter or longer', () => {
  expect(createRestartPolicy(() => 0).failed(0, false)).toBeCloseTo(400)
  expect(createRestartPolicy(() => 1).failed(0, false)).toBeCloseTo(600)
})

test('the fifth exit within a minute is the last; exits that lie further apart go on for ever', () => {
  const fast = createRestartPolicy()
  expect([0, 1000, 3000, 7000, 15_000].map((at) => fast.failed(at, true) !== null)).toEqual([true, true, true, true, false])
  const slow = createRestartPolicy()
  for (let at = 0; at < 3_600_000; at += 16_000) expect(slow.failed(at, true)).not.toBeNull()
})

test('what never came up is no exit', () => {
  const policy = createRestartPolicy()
  for (let at = 0; at < 20_000; at += 1000) expect(policy.failed(at, false)).not.toBeNull()
})
