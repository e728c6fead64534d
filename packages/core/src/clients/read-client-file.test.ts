import { CLIENT_IDS, type ClientId, KNOWN_CLIENT_IDS, type KnownClientId, snippetFor } from '@local-mcp/contract'
import { splitCommand } from '@local-mcp/kernel'
import { parse as parseToml } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { readClientFile } from './read-client-file.ts'

const gateway = { port: 4444, databasePath: '/data/lmg.db', cliCommand: ['/opt/node', '/opt/lmg.mjs'] }
const input = (profileSlug: string) => ({
  name: 'local-mcp',
  endpoint: `http://127.0.0.1:4444/mcp/${profileSlug}`,
  token: 'lmg_secret',
  bridge: { cliCommand: gateway.cliCommand, databasePath: gateway.databasePath, profileSlug },
})
const read = (client: KnownClientId, value: unknown) =>
  readClientFile(client, typeof value === 'string' ? value : JSON.stringify(value), gateway)

/** What the file of the client holds once its person has done what the snippet says. */
function afterSnippet(client: KnownClientId, slug: string): string {
  const { kind, text } = snippetFor(client as ClientId, input(slug))
  if (kind !== 'shell') return text
  // Claude Code writes the file itself.
  const { args } = splitCommand(text)
  const header = args[args.indexOf('--header') + 1]?.split(': ') ?? []
  return JSON.stringify({
    numStartups: 3,
    mcpServers: { [args[4] ?? '']: { type: 'http', url: args[5], headers: { [header[0] ?? '']: header[1] } } },
  })
}

test.each(KNOWN_CLIENT_IDS)('%s: what its own snippet makes of its file leads here, with the token', (client) => {
  const file = readClientFile(client, afterSnippet(client, 'work'), gateway)
  expect(file?.entries).toEqual([
    {
      name: 'local-mcp',
      kind: client === 'claude-desktop' ? 'bridge' : 'url',
      slug: 'work',
      leadsTo: 'profile',
      here: true,
      disabled: false,
      token: client === 'claude-desktop' ? 'not_needed' : { text: 'lmg_secret' },
    },
  ])
  expect([...(file?.others.keys() ?? [])]).toEqual([])
})

test('the TOML for Codex is TOML, whatever is in it', () => {
  for (const nasty of ['work', '"]\nx = 1', "'''", '\u007f\u0000\ud800', 'a\\', '🚀']) {
    const text = snippetFor('codex', { ...input('work'), token: nasty }).text
    expect(parseToml(text)).toEqual({
      mcp_servers: {
        'local-mcp': { url: 'http://127.0.0.1:4444/mcp/work', http_headers: { Authorization: `Bearer ${nasty.toWellFormed()}` } },
      },
    })
  }
})

test('every client is tried with its own file', () => {
  expect(CLIENT_IDS.filter((id) => id !== 'other')).toEqual(KNOWN_CLIENT_IDS)
})

test('others are told apart from ours, by where they lead', () => {
  const file = read('cursor', {
    mcpServers: {
      github: { command: 'npx', args: ['-y', 'x'] },
      elsewhere: { url: 'https://example.com/mcp/default' },
      port: { url: 'http://127.0.0.1:9999/mcp/default' },
      'local-mcp-old': { url: 'http://127.0.0.1:9999/mcp/old' },
      named: { url: 'http://localhost:4444/api/mcp/team/', disabled: true },
      single: { url: 'http://127.0.0.1:4444/s/7' },
      health: { url: 'http://127.0.0.1:4444/health' },
      proxied: { command: 'npx', args: ['mcp-remote', 'http://127.0.0.1:4444/mcp/gateway', '--header', 'Authorization: Bearer tok'] },
      bridge: { command: 'local-mcp-gateway', args: ['stdio'] },
      theirs: { command: 'local-mcp-gateway', args: ['stdio', '--profile=x'], env: { DATABASE_PATH: '/other.db' } },
      empty: {},
      text: 'x',
    },
  })
  expect(file?.entries.map(({ name, kind, slug, here, token }) => [name, kind, slug, here, token])).toEqual([
    ['local-mcp-old', 'url', 'old', false, 'absent'],
    ['named', 'url', 'team', true, 'absent'],
    ['single', 'url', null, true, 'absent'],
    ['proxied', 'url', 'gateway', true, { text: 'tok' }],
    ['bridge', 'bridge', null, true, 'not_needed'],
    ['theirs', 'bridge', 'x', false, 'not_needed'],
  ])
  expect(file?.entries.find(({ name }) => name === 'named')?.disabled).toBe(true)
  expect([...(file?.others.keys() ?? [])]).toEqual(['github', 'elsewhere', 'port', 'health'])
})

test('a token that stands elsewhere is said to', () => {
  const headers = (Authorization: string) =>
    read('cursor', { mcpServers: { a: { url: 'http://127.0.0.1:4444/mcp/x', headers: { Authorization } } } })?.entries[0]?.token
  expect(headers(`Bearer \${env:KEY}`)).toBe('elsewhere')
  expect(headers('Basic abc')).toBe('absent')
  expect(
    readClientFile('codex', '[mcp_servers.a]\nurl = "http://127.0.0.1:4444/mcp/x"\nbearer_token_env_var = "KEY"', gateway)?.entries[0]
      ?.token,
  ).toBe('elsewhere')
})

test('Claude Code: what was added for one folder counts too', () => {
  const file = read('claude-code', {
    mcpServers: { one: { command: 'a' } },
    projects: { '/p': { mcpServers: { two: { command: 'b' }, one: { command: 'c' } } }, '/q': 'x', '/r': { mcpServers: [1] } },
  })
  expect([...(file?.others.entries() ?? [])]).toEqual([
    ['one', { command: 'a' }],
    ['two', { command: 'b' }],
  ])
})

test('settings as people write them: comments, a comma too many, a mark at the beginning, nothing at all', () => {
  const commented = '\uFEFF// mine\n{ /* x */ "context_servers": { "a": { "command": { "path": "x", "args": [] } }, }, }'
  expect([...(readClientFile('zed', commented, gateway)?.others.keys() ?? [])]).toEqual(['a'])
  expect(readClientFile('cursor', ' \n', gateway)).toMatchObject({ entries: [] })
})

describe('what is no configuration is unreadable, and harms nobody', () => {
  const deep = '{"mcpServers":'.repeat(200_000)
  test.each<[string, KnownClientId, string]>([
    ['half of one', 'cursor', '{"mcpServers": {'],
    ['no JSON', 'vscode', 'hello'],
    ['no TOML', 'codex', '[mcp_servers.\nx'],
    ['TOML for JSON', 'codex', '{"a":1}'],
    ['deep', 'cursor', deep],
    ['deep TOML', 'codex', `a = ${'['.repeat(100_000)}`],
    ['long and broken', 'zed', `// x\n{"a": "${'x'.repeat(1_100_000)}"}`],
    ['bytes', 'gemini-cli', '\u0000\u0001\ufffd'],
  ])('%s', (_, client, text) => expect(readClientFile(client, text, gateway)).toBeNull())

  test('deep, but whole', () => {
    const levels = 100_000
    const text = `{"mcpServers":{"a":{"command":"x","deep":${'['.repeat(levels)}${']'.repeat(levels)}}}}`
    expect([...(readClientFile('cursor', text, gateway)?.others.keys() ?? [])]).toEqual(['a'])
  })

  test('names that objects have by themselves', () => {
    const file = readClientFile(
      'cursor',
      '{"mcpServers":{"__proto__":{"command":"x"},"constructor":{"command":"y"},"toString":1}}',
      gateway,
    )
    expect([...(file?.others.keys() ?? [])]).toEqual(['__proto__', 'constructor'])
    expect(({} as { command?: string }).command).toBeUndefined()
  })

  test('what is not what it should be', () => {
    for (const value of [
      '[]',
      '1',
      'null',
      '"x"',
      '{"mcpServers":[]}',
      '{"mcpServers":null}',
      '{"mcpServers":{"a":{"command":{},"url":7}}}',
    ])
      expect(readClientFile('cursor', value, gateway)).toMatchObject({ entries: [] })
  })

  test('more than anybody has', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`s${at}`, { command: 'x' }]))
    expect(readClientFile('cursor', JSON.stringify({ mcpServers: many }), gateway)?.others.size).toBe(1000)
  })
})
