import { expect, test } from 'vitest'
import { type Entry, groupsFor } from './groups.ts'

const entry = (id: string, group: Entry['group'], label: string): Entry => ({ id, group, label })
const entries = [
  entry('/servers', 'pages', 'Servers'),
  entry('back-up', 'actions', 'Back up now'),
  entry('restart:1', 'actions', 'Restart Weather'),
  entry('server:1', 'servers', 'Weather'),
  ...Array.from({ length: 20 }, (_, at) => entry(`secret:${at}`, 'secrets', `weather key ${at}`)),
]
const shape = (search: string, recent: string[] = []) =>
  groupsFor(entries, search, recent).map(({ value, items }) => [value, ...items.map(({ id }) => id)])

test('at first: what was chosen last, then pages and the actions that are of no server', () => {
  expect(shape('')).toEqual([
    ['pages', '/servers'],
    ['actions', 'back-up'],
  ])
  expect(shape(' ', ['server:1', 'server:gone', 'back-up'])).toEqual([
    ['recent', 'server:1', 'back-up'],
    ['pages', '/servers'],
  ])
})

test('typed: the group of the best answer first, each group within bounds', () => {
  const found = shape('weather')
  expect(found.map(([group]) => group)).toEqual(['servers', 'secrets', 'actions'])
  expect(found[1]).toHaveLength(9)
})

test('nothing answers', () => {
  expect(shape('zzz')).toEqual([])
})
