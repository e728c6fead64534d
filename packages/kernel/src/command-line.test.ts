import { expect, test } from 'vitest'
import { splitCommandLine } from './command-line.ts'

test.each([
  ['npx -y pkg', ['npx', '-y', 'pkg']],
  ['  a   b ', ['a', 'b']],
  [`node "my file.js" 'it is' --x=""`, ['node', 'my file.js', 'it is', '--x=']],
  [`a '' ""`, ['a', '', '']],
  [String.raw`a\ b "c\"d" 'e\f'`, ['a b', 'c"d', String.raw`e\f`]],
  ['a$HOME `b` *;|&', ['a$HOME', '`b`', '*;|&']],
  ['', []],
])('splits %j', (line, words) => {
  expect(splitCommandLine(line)).toEqual(words)
})

test('an unclosed quote is refused, not guessed', () => {
  expect(splitCommandLine('a "b')).toBeNull()
  expect(splitCommandLine("a 'b")).toBeNull()
})
