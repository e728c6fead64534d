import { expect, test } from 'vitest'
import { UpstreamError } from '../problems.ts'
import { createConcealer } from './conceal.ts'

test('what references stood for is hidden in every form that a server may repeat', () => {
  const value = 'hunter/2 "quoted"'
  const conceal = createConcealer(
    { Authorization: 'Bearer {{env:KEY}}', PLAIN: 'not-secret' },
    { Authorization: `Bearer ${value}`, PLAIN: 'not-secret' },
  )
  for (const form of [value, encodeURIComponent(value), JSON.stringify(value), Buffer.from(value).toString('base64')]) {
    const hidden = conceal(`the key ${form} is wrong, not-secret is not`)
    expect(hidden).toMatch(/^the key "?•••"? is wrong, not-secret is not$/)
  }
})

test('short values are no secrets', () => {
  expect(createConcealer({ A: '{{env:A}}' }, { A: 'on' })('one')).toBe('one')
})

test('evidence is without colours, without what cannot be seen, and without what looks like a secret', () => {
  const { problem } = new UpstreamError(
    'EXITED',
    ['\x1b[31mError\x1b[0m: \u202eevil\u0007', 'key ghp_abcdefghij\x1b[1mklmnopqrstuvwxyz0123456789', 'two\nlines\n\n'],
    'by \u202e',
  )
  expect(problem.evidence).toEqual(['Error: \\u{202e}evil\\u{7}', 'key •••', 'two', 'lines'])
  expect(problem.message).toBe('The program ended: by \\u{202e}')
})
