import { plain } from '@local-mcp/runtime'
import { expect, test } from 'vitest'
import { table } from './output.ts'

test('what would steer a terminal is written out; text, emoji and JSON stay what they are', () => {
  expect(plain('a\u001b[2Jb\u0007\u009b1m\u202ec')).toBe('a\\u001b[2Jb\\u0007\\u009b1m\\u202ec')
  expect(plain('příliš 👩‍🚀\tx\ny')).toBe('příliš 👩‍🚀\tx\ny')
  const value = { name: 'x\u2028\u0085y' }
  expect(JSON.parse(plain(JSON.stringify(value)))).toEqual(value)
})

test('columns are as wide as their widest cell', () => {
  expect(
    table(
      ['A', 'B'],
      [
        ['long', 'x'],
        ['s', 'y'],
      ],
    ),
  ).toBe('A     B\nlong  x\ns     y')
})
