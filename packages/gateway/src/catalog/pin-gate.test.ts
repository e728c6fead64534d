import { definitionHash, type RoutingSource, type ToolPins } from '@local-mcp/core'
import { expect, test } from 'vitest'
import { type ItemKind, NO_OFFER, readItem } from '../upstream/listing.ts'
import { createPinGate } from './pin-gate.ts'

const SERVER = { id: 's' as never, type: 'external' as const }
const item = (name: string, description: string) => readItem(Buffer.from(JSON.stringify({ name, description })), 'name') as never
const hashOf = (name: string, description: string) => definitionHash(JSON.stringify({ name, description }))

/** @param pins what the snapshot says was accepted, by key; null where the server was never kept */
function gate(pins: Record<string, string> | null, unreadable = false) {
  const toolPins = new Map<never, ToolPins>(pins ? [[SERVER.id, { hashes: new Map(Object.entries(pins)), unreadable }]] : [])
  const made = createPinGate({ current: () => ({ toolPins }) } as unknown as RoutingSource)
  return {
    lists: (...tools: [string, string][]) =>
      made.listed(SERVER.id, { ...NO_OFFER, tool: tools.map(([name, description]) => item(name, description)) }),
    isChanged: (name: string, description: string, kind: ItemKind = 'tool', server: { id: never; type: 'external' | 'builtin' } = SERVER) =>
      made.isChanged(server, kind, item(name, description)),
  }
}

test('what was accepted counts, by kind and name', () => {
  const { isChanged } = gate({ 'tool a': hashOf('a', 'one'), 'prompt a': hashOf('a', 'two') })
  expect(isChanged('a', 'one')).toBe(false)
  expect(isChanged('a', 'two')).toBe(true)
  expect(isChanged('a', 'two', 'prompt')).toBe(false)
  expect(isChanged('b', 'new')).toBe(false)
})

test('what is not kept yet, or could not be, is held against what was seen first', () => {
  const { lists, isChanged } = gate(null)
  lists(['a', 'one'])
  expect(isChanged('a', 'one')).toBe(false)
  lists(['a', 'two'], ['b', 'one'])
  expect(isChanged('a', 'two')).toBe(true)
  expect(isChanged('b', 'one')).toBe(false)
  lists(['b', 'two'])
  expect(isChanged('b', 'two')).toBe(true)
})

test('what is kept comes before what was seen', () => {
  const { lists, isChanged } = gate({ 'tool a': hashOf('a', 'one') })
  lists(['a', 'two'])
  expect(isChanged('a', 'two')).toBe(true)
  expect(isChanged('a', 'one')).toBe(false)
})

test('where something cannot be read, what is not there was perhaps lost', () => {
  const { lists, isChanged } = gate({ 'tool a': hashOf('a', 'one') }, true)
  lists(['a', 'one'], ['b', 'one'])
  expect(isChanged('a', 'one')).toBe(false)
  expect(isChanged('b', 'one')).toBe(true)
})

test('resources follow what people work on, and the gateway itself is not held against anything', () => {
  const { isChanged } = gate({ 'tool a': hashOf('a', 'one'), 'resource a': hashOf('a', 'one') })
  expect(isChanged('a', 'two', 'resource')).toBe(false)
  expect(isChanged('a', 'two', 'tool', { ...SERVER, type: 'builtin' })).toBe(false)
})
