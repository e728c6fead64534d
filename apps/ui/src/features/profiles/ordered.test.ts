import type { Link } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { ordered } from './ordered.ts'

const link = (serverId: string, order: number): Link => ({ serverId, order, isActive: true, toolPolicy: 'all', accountId: null })
const ids = (links: readonly Link[]) => links.map(({ serverId }) => serverId).join('')

test('follows the sequence, and numbers the links anew', () => {
  const links = [link('a', 0), link('b', 3), link('c', 7)]
  const now = ordered(links, ['c', 'a', 'b'])
  expect(ids(now)).toBe('cab')
  expect(now.map(({ order }) => order)).toEqual([0, 1, 2])
})

test('a server that was added meanwhile is last, one that is gone is nowhere, and what stays is the same object', () => {
  const links = [link('a', 0), link('b', 1), link('new', 2)]
  expect(ids(ordered(links, ['b', 'gone', 'a']))).toBe('banew')
  expect(ordered(links, ['a', 'b'])[0]).toBe(links[0])
})
