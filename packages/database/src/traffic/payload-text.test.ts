import { registerSecret } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { COPIED_BYTES, payloadText, shortText } from './payload-text.ts'

const KEPT = 64 * 1024
const of = (text: string) => {
  const bytes = Buffer.from(text)
  return payloadText(bytes.subarray(0, COPIED_BYTES), bytes.length)
}

test('what fits stays as it is', () => {
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { text: 'ä 🐟 \u0000 "x"' } })
  expect(of(text)).toEqual({ text, truncated: false, redacted: false })
  expect(of('x'.repeat(KEPT))).toMatchObject({ truncated: false, text: 'x'.repeat(KEPT) })
})

test.each([0, 1, 2, 3])('what is longer is cut at 64 KiB with a mark, and never within a character (%i)', (shift) => {
  const { text, truncated } = of('x'.repeat(shift) + '🐟'.repeat(50_000))
  expect(truncated).toBe(true)
  expect(text.endsWith('🐟…')).toBe(true)
  const kept = Buffer.byteLength(text.slice(0, -1))
  expect(kept).toBeLessThanOrEqual(KEPT)
  expect(kept).toBeGreaterThan(KEPT - 4)
})

test('a secret that the cut goes through is hidden whole', () => {
  registerSecret('correct horse battery staple')
  for (const secret of [`ghp_${'a1'.repeat(18)}`, 'correct horse battery staple']) {
    for (const before of [1, 4, 8, 20]) {
      const { text, redacted } = of(`${'.'.repeat(KEPT - before)} ${secret} ${'.'.repeat(9000)}`)
      expect(redacted).toBe(true)
      expect(text).not.toContain(secret.slice(0, 5))
    }
  }
})

test('what is secret by its look, by its name or because it is known is hidden', () => {
  registerSecret('plain words that are secret')
  const { text, redacted } = of(
    '{"password":"hunter2hunter2","a":"sk-abcdefghijklmnopqrstuvwx","b":"plain words that are secret","c":"kept"}',
  )
  expect(redacted).toBe(true)
  expect(text).toBe('{"password":"•••","a":"•••","b":"•••","c":"kept"}')
})

test('a short text is cut after it was redacted, and stays well formed', () => {
  expect(shortText('🐟'.repeat(300), 501)).toBe(`${'🐟'.repeat(250)}\ufffd…`)
  expect(shortText(`${'.'.repeat(498)}ghp_${'a1'.repeat(18)}`, 500)).not.toContain('gh')
})

test('a named value that goes beyond what was copied is hidden up to the cut', () => {
  const { text, redacted } = of(`{"a":"${'.'.repeat(KEPT - 3000)}","password":"${'correct horse '.repeat(1000)}"}`)
  expect(redacted).toBe(true)
  expect(text).not.toContain('correct')
})

test('what is hidden brings nothing of the end of what was copied into sight', () => {
  const key = `ghp_${'a1'.repeat(18)}`
  const many = `${key} `.repeat(400)
  const { text } = of(`${many}${'.'.repeat(COPIED_BYTES - many.length - 10)}${key}${'.'.repeat(9000)}`)
  expect(text).not.toContain('ghp_')
})
