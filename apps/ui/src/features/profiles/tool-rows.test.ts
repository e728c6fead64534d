import type { ProfileTool, ServerCost } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { toolRows } from './tool-rows.ts'

const tool = (serverId: string, name: string, some: Partial<ProfileTool> = {}): ProfileTool => ({
  serverId,
  name,
  exposedName: name,
  hidden: null,
  rivalId: null,
  title: null,
  description: null,
  enabledHere: true,
  custom: false,
  problem: null,
  changed: false,
  tokens: 10,
  ...some,
})
const cost = (serverId: string): ServerCost => ({ serverId, listed: true, tools: 1, tokens: 10 })
const TOOLS = [
  tool('a', 'read', { description: 'Reads a File' }),
  tool('a', 'write', { hidden: 'off_here', exposedName: null, enabledHere: false }),
  tool('b', 'search', { exposedName: 'b__search', custom: true }),
  tool('b', 'find', { title: 'Look up', changed: true, hidden: 'kept_back', exposedName: null }),
]
const shown = (...[filter, text]: [Parameters<typeof toolRows>[2], string]) =>
  toolRows(TOOLS, [cost('a'), cost('none'), cost('b')], filter, text).map((row) => (row.kind === 'server' ? row.serverId : row.tool.name))

test('each server comes before its tools, in the order of the profile, and only where it shows something', () => {
  expect(shown('all', '')).toEqual(['a', 'read', 'write', 'b', 'search', 'find'])
})

test.each([
  ['on', '', ['a', 'read', 'b', 'search']],
  ['off', '', ['a', 'write', 'b', 'find']],
  ['changed', '', ['b', 'find']],
  ['custom', '', ['b', 'search']],
  ['all', ' FILE ', ['a', 'read']],
  ['all', 'b__', ['b', 'search']],
  ['all', 'look', ['b', 'find']],
  ['on', 'look', []],
] as const)('%s “%s”', (filter, text, expected) => {
  expect(shown(filter, text)).toEqual(expected)
})

test('a server row has the tools that are shown of it', () => {
  const [first] = toolRows(TOOLS, [cost('a')], 'off', '')
  expect(first).toMatchObject({ kind: 'server', tools: [{ name: 'write' }] })
})
