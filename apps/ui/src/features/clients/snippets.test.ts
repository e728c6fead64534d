import { expect, test } from 'vitest'
import { CLIENT_IDS, entryName, snippetFor } from './snippets.ts'

const input = { name: 'local-mcp', endpoint: 'http://127.0.0.1:4444/mcp/gateway', token: 'lmg_abc' }

test('Claude Code: one command', () => {
  expect(snippetFor('claude-code', input).text).toBe(
    'claude mcp add --transport http local-mcp http://127.0.0.1:4444/mcp/gateway --header "Authorization: Bearer lmg_abc"',
  )
})

test('Claude Desktop: a bridge, with no blank inside an argument', () => {
  const entry = JSON.parse(snippetFor('claude-desktop', input).text).mcpServers['local-mcp']
  expect(entry.command).toBe('npx')
  expect(entry.args.filter((arg: string) => arg.includes(' '))).toEqual([])
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the bridge fills in the variable
  expect(entry.args).toEqual(['-y', 'mcp-remote', input.endpoint, '--header', 'Authorization:${AUTH_HEADER}', '--allow-http'])
  expect(entry.env).toEqual({ AUTH_HEADER: 'Bearer lmg_abc' })
})

test('Cursor and VS Code: a URL with a header, each in its own form', () => {
  expect(JSON.parse(snippetFor('cursor', input).text)).toEqual({
    mcpServers: { 'local-mcp': { url: input.endpoint, headers: { Authorization: 'Bearer lmg_abc' } } },
  })
  expect(JSON.parse(snippetFor('vscode', input).text)).toEqual({
    servers: { 'local-mcp': { type: 'http', url: input.endpoint, headers: { Authorization: 'Bearer lmg_abc' } } },
  })
})

test('every JSON snippet names the file it belongs to', () => {
  for (const client of CLIENT_IDS) {
    const { kind, files } = snippetFor(client, input)
    expect(kind === 'shell' || files.length > 0).toBe(true)
  }
})

test('the entry tells profiles apart', () => {
  expect(entryName('default', true)).toBe('local-mcp')
  expect(entryName('work', false)).toBe('local-mcp-work')
})
