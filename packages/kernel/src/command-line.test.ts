import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinCommand, splitCommand } from './command-line.ts'

const words = (line: string) => {
  const { command, args } = splitCommand(line)
  return [command, ...args]
}

test.each([
  [String.raw`\\srv\share\x.exe -a`, [String.raw`\\srv\share\x.exe`, '-a']],
  ['npx -y @modelcontextprotocol/server-everything', ['npx', '-y', '@modelcontextprotocol/server-everything']],
  ['  npx \t -y\nfoo ', ['npx', '-y', 'foo']],
  ['node "my server.js" --name=\'a b\'', ['node', 'my server.js', '--name=a b']],
  ['run "a \\"quoted\\" word"', ['run', 'a "quoted" word']],
  ["run 'a \\ b'", ['run', 'a \\ b']],
  ['run a\\ b', ['run', 'a b']],
  ['run ""', ['run', '']],
  ["run ab'c d'ef", ['run', 'abc def']],
  ['C:\\Tools\\server.exe --dir C:\\data', ['C:\\Tools\\server.exe', '--dir', 'C:\\data']],
  ['"C:\\Program Files\\x.exe" -v', ['C:\\Program Files\\x.exe', '-v']],
  ['run 🚀 "שלום עולם"', ['run', '🚀', 'שלום עולם']],
])('splits %s', (line, expected) => {
  expect(words(line)).toEqual(expected)
  expect(splitCommand(line).problem).toBeNull()
})

test('nothing typed is no command', () => {
  expect(splitCommand('   ')).toEqual({ command: '', args: [], problem: null })
})

describe('what a person should be told', () => {
  test.each(['run "a', "run 'a b", 'run "a\\"'])('an open quote in %s', (line) => {
    expect(splitCommand(line).problem).toBe('open_quote')
  })
  test.each(['a | b', 'a && b', 'KEY=1 npx a', 'a > out.txt', 'a 2>&1', 'echo $(id)', 'cd x; run'])('shell words in %s', (line) => {
    expect(splitCommand(line).problem).toBe('shell')
  })
  test.each(['run "a | b"', 'run --x=1', "run 'A=1'", 'run a&b'])('plain words in %s', (line) => {
    expect(splitCommand(line).problem).toBeNull()
  })
})

test('joining and splitting gives the same words', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (given) => {
      const [command, ...args] = given
      expect(words(joinCommand(command!, args))).toEqual(given)
    }),
  )
})
