import { expect, test } from 'vitest'
import { createKeySequence } from './key-sequence.ts'

const pages = { s: '/servers', o: '/' }

test('g and the key of a page opens it', () => {
  const read = createKeySequence(pages)
  expect(read('g', 0)).toBeNull()
  expect(read('s', 1500)).toEqual({ go: '/servers' })
  expect(read('s', 1501)).toBeNull()
})

test('too slow, or another key between, is nothing', () => {
  const read = createKeySequence(pages)
  read('g', 0)
  expect(read('s', 1501)).toBeNull()
  read('g', 2000)
  expect(read('x', 2001)).toBeNull()
  expect(read('s', 2002)).toBeNull()
})

test('a second g begins anew', () => {
  const read = createKeySequence(pages)
  read('g', 0)
  expect(read('g', 10)).toBeNull()
  expect(read('o', 20)).toEqual({ go: '/' })
})

test('? asks for the list, also after g', () => {
  const read = createKeySequence(pages)
  expect(read('?', 0)).toBe('shortcuts')
  read('g', 1)
  expect(read('?', 2)).toBe('shortcuts')
})
