import { expect, test } from 'vitest'
import { registerSecret } from './known-secrets.ts'
import { looksSecret, namesSecret, redact, redactCut } from './redact.ts'

// Only what the test needs: the types of Node stay out of this room.
interface Bytes {
  toString(encoding?: string): string
  subarray(from: number, to: number): Bytes
}
declare const Buffer: { from(text: string): Bytes; alloc(size: number, fill: string): Bytes; concat(parts: Bytes[]): Bytes }
declare const performance: { now(): number }
declare const URLSearchParams: new (fields: Record<string, string>) => { toString(): string }

test.each([
  ['Authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
  ['token lmg_TmCsTq8tInWJv5ZgYVUX0zIsT59oPE4DRJYjxsPAHrY here', 'TmCsTq8tInWJ'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'abcdefghijkl'],
  ['https://user:hunter2@example.com/x', 'hunter2'],
  ['API_KEY=supersecretvalue', 'supersecretvalue'],
  ['{"password": "correcthorse"}', 'correcthorse'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIi'],
  ['{"fields":"{\\"password\\": \\"correct horse\\"}"}', 'correct horse'],
  ["passphrase: 'two words here'", 'words'],
  ['npm_abcdefghijklmnopqrstuvwxyz0123456789', 'abcdefghijkl'],
  ['hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX', 'XXXXXXXX'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', 'MIIEow'],
])('hides the secret in %j', (text, secret) => {
  expect(redact(text)).not.toContain(secret)
})

test('leaves ordinary text alone', () => {
  for (const text of ['Error: cannot find module ./x', 'listening on http://127.0.0.1:4444/mcp', 'tokens: 12'])
    expect(redact(text)).toBe(text)
})

test('knows secrets by their look and by their name', () => {
  expect(looksSecret('ghp_abcdefghijklmnopqrstuvwxyz0123456789')).toBe(true)
  expect(looksSecret('/home/me/notes')).toBe(false)
  for (const name of ['GITHUB_TOKEN', 'api-key', 'X-Api-Key', 'DB_PASSWORD', 'Authorization', 'SECRET'])
    expect(namesSecret(name)).toBe(true)
  for (const name of ['PATH', 'KEYBOARD_LAYOUT', 'AUTHOR', 'TOKENIZER', 'MONKEY']) expect(namesSecret(name)).toBe(false)
})

test('a value that is known to be secret is hidden in every form, wherever it stands', () => {
  const value = 'Grüße "an"\nalle/+ und 123'
  for (const one of [value, 'plainvalue', 'plainvalue-longer']) registerSecret(one)
  const bytes = Buffer.from(value)
  const base64 = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before, 'x'), bytes, Buffer.from('tail')]).toString('base64'))
  const url = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before, 'x'), bytes]).toString('base64url'))
  const forms = [value, JSON.stringify({ value }), JSON.stringify(JSON.stringify({ value })), encodeURIComponent(value)]
  for (const text of [...forms, ...base64, ...url, bytes.toString('hex'), new URLSearchParams({ value }).toString()]) {
    const seen = redact(`before ${text} after`)
    expect(seen).toContain('•••')
    expect(seen).not.toContain('alle')
    expect(seen).not.toContain(bytes.subarray(6, -4).toString('hex'))
    for (const [at, all] of [...base64, ...url].entries()) expect([at, seen.includes(all.slice(8, -10))]).toEqual([at, false])
  }
  expect(redact('plainvalue-longer')).toBe('•••')
  registerSecret('short')
  expect(redact('short')).toBe('short')
})

test('a value that is known to be secret is hidden however a writer of JSON escapes it', () => {
  const value = 'Ab3+x/y"<&>ö\u2028z=='
  registerSecret(value)
  const json = JSON.stringify(value)
  const units = (text: string, which: RegExp, upper = false) =>
    text.replace(which, (unit) => {
      const digits = unit.charCodeAt(0).toString(16).padStart(4, '0')
      return `\\u${upper ? digits.toUpperCase() : digits}`
    })
  const python = units(json, /[^ -~]/g)
  const php = python.replaceAll('/', '\\/')
  const go = units(json, /[<>&\u2028]/g)
  const dotnet = `"${units(value, /["<>&'+`]|[^ -~]/g, true)}"`
  for (const written of [json, python, php, json.replaceAll('/', '\\/'), go, dotnet]) {
    expect(JSON.parse(written)).toBe(value)
    for (const text of [written, JSON.stringify(written)]) expect(redact(`before ${text} after`)).toMatch(/^before [\\"]*•••[\\"]* after$/)
  }
})

test('the value that a cut leaves without its end is hidden too', () => {
  expect(redactCut('{"a":1,"password":"two words and mo')).toBe('{"a":1,"password":"•••')
  expect(redactCut('{"a":"two words and mo')).toBe('{"a":"two words and mo')
})

test.each(['a.', 'a-', 'eyJ-', 'a.a-', 'www.example.com.', 'eyJaaaaaaaa.', 'token:"', 'token: ', 'Bearer ', 'a://', '-----BEGIN '])(
  'a long text of %j takes time with its length, and not with the square of it',
  (piece) => {
    const quickest = (length: number) => {
      const text = piece.repeat(length / piece.length)
      const times = [1, 2, 3].map(() => {
        const before = performance.now()
        redact(text)
        return performance.now() - before
      })
      return Math.min(...times)
    }
    quickest(4096)
    // Eight times the length: 8 where it is proportional, 64 where it is not.
    expect(quickest(64 * 1024)).toBeLessThan(30 * quickest(8 * 1024) + 5)
  },
)
