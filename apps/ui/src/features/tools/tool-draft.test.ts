import type { LinkTool } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { customInput, draftOf, originalOf, sameDraft } from './tool-draft.ts'

const TOOL: LinkTool = {
  name: 'read',
  title: null,
  description: 'Reads.',
  inputSchema: { type: 'object' },
  tokens: 10,
  enabled: true,
  changed: false,
  withheld: false,
  enabledHere: true,
  exposedName: 'read',
  custom: null,
}

test('what is as the server says it is not sent as a choice', () => {
  expect(customInput(TOOL, originalOf(TOOL))).toEqual({ input: { name: null, description: null, inputSchema: null } })
  expect(sameDraft(draftOf(TOOL), originalOf(TOOL))).toBe(true)
})

test('a description may be emptied, a name of spaces is none', () => {
  expect(customInput(TOOL, { ...originalOf(TOOL), name: '  ', description: '' })).toEqual({
    input: { name: null, description: '', inputSchema: null },
  })
})

test('starts with what was chosen, and says where a schema stops being JSON', () => {
  const custom = { ...TOOL, custom: { name: 'fetch', description: null, inputSchema: { type: 'object', a: 1 }, problem: null } }
  const draft = draftOf(custom)
  expect(draft).toMatchObject({ name: 'fetch', description: 'Reads.' })
  expect(customInput(custom, draft)).toEqual({ input: { name: 'fetch', description: null, inputSchema: { type: 'object', a: 1 } } })
  expect(customInput(custom, { ...draft, schema: '{\n  "type": object\n}' })).toEqual({ error: { line: 2, column: 11 } })
})
