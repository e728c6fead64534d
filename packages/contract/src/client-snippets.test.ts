import { expect, test } from 'vitest'
import { CLIENT_IDS, entryName, needsToken, snippetFor } from './client-snippets.ts'

const input = {
  name: 'local-mcp',
  endpoint: 'http://127.0.0.1:4444/mcp/gateway',
  token: 'lmg_abc',
  bridge: { cliCommand: ['/opt/node', '/opt/lmg.mjs'], databasePath: '/data/lmg.db', profileSlug: 'default' },
}

test('Claude Code: one command', () => {
  expect(snippetFor('claude-code', input).text).toBe(
    'claude mcp add --transport http local-mcp http://127.0.0.1:4444/mcp/gateway --header "Authorization: Bearer lmg_abc"',
  )
})

test('Claude Desktop: our own bridge, and no token', () => {
  const { text } = snippetFor('claude-desktop', input)
  expect(needsToken('claude-desktop')).toBe(false)
  expect(text).not.toContain(input.token)
  expect(JSON.parse(text).mcpServers['local-mcp']).toEqual({
    command: '/opt/node',
    args: ['/opt/lmg.mjs', 'stdio', '--profile', 'default'],
    env: { DATABASE_PATH: '/data/lmg.db' },
  })
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
