import { expect, test } from 'vitest'
import { moved } from './moved.ts'

test('moves by one and keeps everything else', () => {
  expect(moved(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c'])
  expect(moved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b'])
})

test('there is no place before the first, after the last, or for a stranger', () => {
  const list = ['a', 'b']
  expect(moved(list, 'a', -1)).toBe(list)
  expect(moved(list, 'b', 1)).toBe(list)
  expect(moved(list, 'x', 1)).toBe(list)
})
