import { expect, test } from 'vitest'
import { freeName } from './free-name.ts'

test('keeps a free name and numbers a taken one, whatever its case', () => {
  expect(freeName('Cursor', [])).toBe('Cursor')
  expect(freeName('Cursor', ['cursor'])).toBe('Cursor 2')
  expect(freeName('Cursor', ['Cursor', 'Cursor 2'])).toBe('Cursor 3')
})
