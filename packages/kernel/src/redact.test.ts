import { expect, test } from 'vitest'
import { looksSecret, namesSecret, redact } from './redact.ts'

test.each([
  ['Authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
  ['token lmg_TmCsTq8tInWJv5ZgYVUX0zIsT59oPE4DRJYjxsPAHrY here', 'TmCsTq8tInWJ'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'abcdefghijkl'],
  ['https://user:hunter2@example.com/x', 'hunter2'],
  ['API_KEY=supersecretvalue', 'supersecretvalue'],
  ['{"password": "correcthorse"}', 'correcthorse'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIi'],
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
