import { expect, test } from 'vitest'
import { hidesText, visibleText } from './visible-text.ts'

test('leaves what can be read alone', () => {
  expect(visibleText('npx -y "שלום" 🚀 C:\\x')).toBe('npx -y "שלום" 🚀 C:\\x')
})

test('writes out what turns, hides or breaks the line', () => {
  expect(visibleText('a\u202eb')).toBe('a\\u{202e}b')
  expect(visibleText('a\nb\u200bc\u0000')).toBe('a\\u{a}b\\u{200b}c\\u{0}')
})

test.each([
  ['zero-width', 'a\u200bb\u200db\u2060\ufeff'],
  ['bidirectional', 'a\u202eb\u2066c'],
  ['tags, which spell a text of their own', 'a\u{e0001}\u{e0041}\u{e0042}'],
  ['a terminal sequence', '\u001b[31mred'],
  ['blanks that are none', 'a\u3164\u2800\uffa0'],
  ['variation selectors that carry data', 'a\u{e0100}\u{e0101}\ufe01'],
])('tells that there is something unseen: %s', (_, text) => {
  expect(hidesText(text)).toBe(true)
  expect(hidesText(visibleText(text))).toBe(false)
})

test('lines, tabs, scripts from right to left and emoji hide nothing', () => {
  for (const text of ['one\n\ttwo', 'שלום', 'مرحبا', '✔️ 🚀', 'é ñ 日本語']) {
    expect(hidesText(text)).toBe(false)
    expect(visibleText(text, true)).toBe(text)
  }
})
