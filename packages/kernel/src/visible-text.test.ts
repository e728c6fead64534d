import { expect, test } from 'vitest'
import { visibleText } from './visible-text.ts'

test('leaves what can be read alone', () => {
  expect(visibleText('npx -y "שלום" 🚀 C:\\x')).toBe('npx -y "שלום" 🚀 C:\\x')
})

test('writes out what turns, hides or breaks the line', () => {
  expect(visibleText('a\u202eb')).toBe('a\\u{202e}b')
  expect(visibleText('a\nb\u200bc\u0000')).toBe('a\\u{a}b\\u{200b}c\\u{0}')
})
