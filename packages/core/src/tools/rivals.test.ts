import { expect, test } from 'vitest'
import type { ToolOutcome } from '../gateway.ports.ts'
import { rivalsOf } from './rivals.ts'

const outcome = (serverId: string, plain: string, name: string | null, hidden: ToolOutcome['hidden'] = null): ToolOutcome => ({
  serverId: serverId as never,
  own: plain,
  plain,
  name,
  hidden,
  definition: '{}',
})
const rivals = (naming: Parameters<typeof rivalsOf>[1], ...outcomes: ToolOutcome[]) => {
  const found = rivalsOf(outcomes, naming)
  return outcomes.map((one) => found.get(one) ?? null)
}

test('who has the name that a tool lost', () => {
  expect(rivals('first_wins', outcome('a', 'x', 'x'), outcome('b', 'x', 'b__x'), outcome('c', 'x', 'c__x'))).toEqual([null, 'a', 'a'])
})

test('a name that is kept back is not free either', () => {
  expect(rivals('first_wins', outcome('a', 'x', null, 'kept_back'), outcome('b', 'x', 'b__x'))).toEqual([null, 'a'])
})

test('of tools that leave each other out, each is the rival of the other', () => {
  expect(rivals('reject', outcome('a', 'x', null, 'name_clash'), outcome('b', 'x', null, 'name_clash'))).toEqual(['b', 'a'])
})

test('a prefix that everybody has is nobody’s doing', () => {
  expect(rivals('always_prefix', outcome('a', 'x', 'a__x'), outcome('b', 'x', 'b__x'), outcome('c', 'x', null, 'kept_back'))).toEqual([
    null,
    null,
    null,
  ])
  // But somebody may have chosen the plain name.
  expect(rivals('always_prefix', outcome('a', 'x', 'x'), outcome('b', 'x', 'b__x'))).toEqual([null, 'a'])
})

test('what is switched off has no rival, and is none', () => {
  expect(rivals('first_wins', outcome('a', 'x', null, 'off_here'), outcome('b', 'x', 'x'))).toEqual([null, null])
})
