import { expect, test } from 'vitest'
import { lineDiff } from './line-diff.ts'

const show = (before: string, after: string) =>
  lineDiff(before, after).map(({ kind, text }) => `${{ same: ' ', old: '-', new: '+' }[kind]}${text}`)

test('one line that changed is shown between those that did not', () => {
  expect(show('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c'])
  expect(show('', 'a\nb')).toEqual(['+a', '+b'])
  expect(show('a', '')).toEqual(['-a'])
  expect(show('a\nb', 'a\nb')).toEqual([' a', ' b'])
  expect(show('a\nb\nc\nd', 'b\nd\ne')).toEqual(['-a', ' b', '-c', ' d', '+e'])
})

test('either text can be read out of it, whatever its length', () => {
  let seed = 3
  const random = (below: number) => {
    seed = (seed * 16807) % 2147483647
    return seed % below
  }
  for (const length of [...Array.from({ length: 200 }, () => random(30)), 1200]) {
    const text = () => Array.from({ length }, () => String(random(4))).join('\n')
    const [before, after] = [text(), text()]
    const lines = lineDiff(before, after)
    const without = (kind: string) => lines.flatMap((line) => (line.kind === kind ? [] : [line.text])).join('\n')
    expect(without('new')).toBe(before)
    expect(without('old')).toBe(after)
  }
})
