import { describe, expect, test } from 'vitest'
import { CLIENT_IDS, type ClientId, clientOfName, entryName, needsToken, snippetFor } from './client-snippets.ts'

const input = {
  name: 'local-mcp',
  endpoint: 'http://127.0.0.1:4444/mcp/gateway',
  token: 'lmg_abc',
  bridge: { cliCommand: ['/opt/node', '/opt/lmg.mjs'], databasePath: '/data/lmg.db', profileSlug: 'default' },
}
const headers = { Authorization: 'Bearer lmg_abc' }

test('Claude Code: one command', () => {
  expect(snippetFor('claude-code', input).text).toBe(
    'claude mcp add --transport http local-mcp http://127.0.0.1:4444/mcp/gateway --header "Authorization: Bearer lmg_abc" --scope user',
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

test.each<[ClientId, object]>([
  ['cursor', { mcpServers: { 'local-mcp': { url: input.endpoint, headers } } }],
  ['vscode', { servers: { 'local-mcp': { type: 'http', url: input.endpoint, headers } } }],
  ['windsurf', { mcpServers: { 'local-mcp': { serverUrl: input.endpoint, headers } } }],
  ['zed', { context_servers: { 'local-mcp': { url: input.endpoint, headers } } }],
  ['gemini-cli', { mcpServers: { 'local-mcp': { httpUrl: input.endpoint, headers } } }],
])('%s: a URL with a header, in its own form', (client, expected) => {
  expect(JSON.parse(snippetFor(client, input).text)).toEqual(expected)
})

test('Codex: a table of TOML', () => {
  expect(snippetFor('codex', input).text).toBe(
    '[mcp_servers.local-mcp]\nurl = "http://127.0.0.1:4444/mcp/gateway"\nhttp_headers = { Authorization = "Bearer lmg_abc" }',
  )
})

test('another client: address and header, or a command that it starts', () => {
  const { kind, text, parts } = snippetFor('other', input)
  expect(kind).toBe('parts')
  expect(parts).toMatchObject({ url: input.endpoint, header: { name: 'Authorization', value: 'Bearer lmg_abc' } })
  expect(JSON.parse(text)).toEqual({ mcpServers: { 'local-mcp': { type: 'http', url: input.endpoint, headers } } })
  expect(JSON.parse(parts?.command ?? '').mcpServers['local-mcp'].args).toEqual(['/opt/lmg.mjs', 'stdio', '--profile', 'default'])
  expect(parts?.command).not.toContain(input.token)
})

test('every snippet to merge names the file it belongs to', () => {
  for (const client of CLIENT_IDS) {
    const { kind, files } = snippetFor(client, input)
    expect(kind === 'shell' || kind === 'parts' || files.length > 0).toBe(true)
  }
})

test('the entry tells profiles apart', () => {
  expect(entryName('default', true)).toBe('local-mcp')
  expect(entryName('work', false)).toBe('local-mcp-work')
})

describe('whatever a profile or a path is called', () => {
  const hostile = [
    '"; rm -rf ~ #',
    "'$(reboot)'",
    '`reboot`',
    '%PATH% & calc',
    'a b\nc',
    '\\"] = { x = "',
    '--header',
    'žluť 🚀',
    '\ud800\u007f\u0000',
    '__proto__',
  ]
  test.each(hostile)('%j', (nasty) => {
    const given = {
      ...input,
      name: entryName(nasty, false),
      endpoint: `http://127.0.0.1:4444/mcp/${nasty.toWellFormed()}`,
      bridge: { cliCommand: [`/opt/${nasty}/node`, nasty], databasePath: `/data/${nasty}/x.db`, profileSlug: nasty },
    }
    const shell = snippetFor('claude-code', given).text
    // Nothing in it but words, the one pair of quotes, and their blanks.
    expect(shell).toMatch(
      /^claude mcp add --transport http [A-Za-z0-9_][A-Za-z0-9_-]* http:\/\/127\.0\.0\.1:4444\/mcp\/(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})* --header "Authorization: Bearer lmg_abc" --scope user$/,
    )
    const { args, command, env } = Object.values<Record<string, never>>(
      JSON.parse(snippetFor('claude-desktop', given).text).mcpServers,
    )[0] as never as { args: string[]; command: string; env: Record<string, string> }
    expect({ command, args, env }).toEqual({
      command: given.bridge.cliCommand[0],
      args: [nasty, 'stdio', '--profile', nasty],
      env: { DATABASE_PATH: given.bridge.databasePath },
    })
    for (const client of ['cursor', 'vscode', 'windsurf', 'zed', 'gemini-cli', 'other'] as const) {
      const [servers] = Object.values<object>(JSON.parse(snippetFor(client, given).text))
      expect(Object.keys(servers ?? {})).toEqual([given.name])
    }
    expect(snippetFor('codex', given).text.split('\n')).toHaveLength(3)
  })
})

test('clients are known by what they call themselves', () => {
  expect(clientOfName('claude-code')).toBe('claude-code')
  expect(clientOfName('claude-ai')).toBe('claude-desktop')
  expect(clientOfName('cursor-vscode')).toBe('cursor')
  expect(clientOfName('Visual Studio Code')).toBe('vscode')
  expect(clientOfName('codex-mcp-client')).toBe('codex')
  expect(clientOfName('Zed')).toBe('zed')
  expect(clientOfName('gemini-cli-mcp-client')).toBe('gemini-cli')
  expect(clientOfName('windsurf-client')).toBe('windsurf')
  expect(clientOfName('organized')).toBeNull()
})
