import type { Draft } from '@local-mcp/contract'
import { describe, expect, test } from 'vitest'
import { readSnippet } from './read-snippet.ts'

/** Forms as the clients and servers document them. */
const drafts = (text: string) => readSnippet(text).drafts
const command = (name: string, line: string[], more: object = {}) => ({
  name,
  type: 'external',
  config: { command: line[0], args: line.slice(1), env: {}, ...more },
})
const remote = (name: string, url: string, headers: object = {}) => ({ name, type: 'remote_http', config: { url, headers } })
const ask = (draft: Draft | undefined) => draft?.asks.map(({ name, suggestion }) => [name, suggestion])

const FILES = ['npx', '-y', '@modelcontextprotocol/server-filesystem', '/srv']

test.each<[string, string, object[]]>([
  [
    'Claude Desktop',
    '{"mcpServers":{"filesystem":{"command":"npx","args":["-y","@modelcontextprotocol/server-filesystem","/srv"]}}}',
    [command('filesystem', FILES)],
  ],
  [
    'two at once',
    '{"mcpServers":{"a":{"command":"uvx","args":["mcp-server-git"]},"b":{"url":"https://b.example.com/mcp"}}}',
    [command('a', ['uvx', 'mcp-server-git']), remote('b', 'https://b.example.com/mcp')],
  ],
  ['Claude Code', '{"mcpServers":{"x":{"type":"http","url":"https://x.example.com/mcp"}}}', [remote('x', 'https://x.example.com/mcp')]],
  ['of the old kind', '{"mcpServers":{"x":{"type":"sse","url":"https://x.example.com/sse"}}}', [{ type: 'remote_sse' }]],
  [
    'Windsurf',
    '{"mcpServers":{"deepwiki":{"serverUrl":"https://mcp.deepwiki.com/mcp"}}}',
    [remote('deepwiki', 'https://mcp.deepwiki.com/mcp')],
  ],
  [
    'Gemini CLI',
    '{"mcpServers":{"c":{"httpUrl":"https://c.example.com/mcp","headers":{"X-Team":"a","Accept":"application/json, text/event-stream"},"timeout":5000,"trust":true}}}',
    [{ ...remote('c', 'https://c.example.com/mcp', { 'X-Team': 'a' }), timeoutMs: 5000, ignored: ['trust'] }],
  ],
  [
    'Cline',
    '{"mcpServers":{"c":{"url":"https://c.example.com/mcp","type":"streamableHttp","disabled":true,"autoApprove":["x"],"timeout":60}}}',
    [{ ...remote('c', 'https://c.example.com/mcp'), hints: ['disabled'], ignored: ['autoApprove'], timeoutMs: 60_000 }],
  ],
  [
    'Cursor, the command in one text',
    '{"mcpServers":{"p":{"command":"npx -y @playwright/mcp"}}}',
    [command('p', ['npx', '-y', '@playwright/mcp'])],
  ],
  [
    'VS Code',
    '{"servers":{"p":{"type":"stdio","command":"npx","args":["@playwright/mcp@latest"]}}}',
    [command('p', ['npx', '@playwright/mcp@latest'])],
  ],
  [
    'VS Code settings',
    '{"mcp":{"servers":{"g":{"type":"http","url":"https://g.example.com/mcp/"}}}}',
    [remote('g', 'https://g.example.com/mcp/')],
  ],
  [
    'VS Code settings, a part',
    '"mcp": {"servers": {"g": {"url": "https://g.example.com/mcp"}}}',
    [remote('g', 'https://g.example.com/mcp')],
  ],
  [
    'Zed, the older shape',
    '{"context_servers":{"t":{"command":{"path":"node","args":["t.js"],"env":{"A":"1"}},"settings":{}}}}',
    [command('t', ['node', 't.js'], { env: { A: '1' } })],
  ],
  [
    'Zed, the newer shape',
    '{"context_servers":{"t":{"source":"custom","command":"node","args":["t.js"],"env":{"A":"1"}}}}',
    [command('t', ['node', 't.js'], { env: { A: '1' } })],
  ],
  [
    'opencode',
    '{"$schema":"https://opencode.ai/config.json","mcp":{"l":{"type":"local","command":["bun","x","l-mcp"],"environment":{"A":"1"},"enabled":true}}}',
    [command('l', ['bun', 'x', 'l-mcp'], { env: { A: '1' } })],
  ],
  [
    'opencode, remote',
    '"mcp":{"r":{"type":"remote","url":"https://r.example.com/mcp","enabled":true}}',
    [{ ...remote('r', 'https://r.example.com/mcp'), hints: [] }],
  ],
  [
    'Codex',
    '[mcp_servers.docs]\ncommand = "npx"\nargs = ["-y", "docs-mcp"]\nstartup_timeout_ms = 20_000\ntool_timeout_sec = 90\n\n[mcp_servers.docs.env]\nA = "1"\n',
    [{ ...command('docs', ['npx', '-y', 'docs-mcp'], { env: { A: '1' } }), timeoutMs: 90_000 }],
  ],
  [
    'Codex, remote, in a whole file',
    '# settings\nmodel = "x"\n\n[mcp_servers.figma]\nurl = "https://mcp.figma.com/mcp"\nbearer_token_env_var = "FIGMA_TOKEN"\nhttp_headers = { "X-Region" = "eu" }\n',
    [{ name: 'figma', config: { headers: { Authorization: 'Bearer {{ask:FIGMA_TOKEN}}', 'X-Region': 'eu' } } }],
  ],
  ['TOML without a head', 'command = "uvx"\nargs = ["mcp-server-time"]', [command('time', ['uvx', 'mcp-server-time'])]],
  [
    'Goose',
    'extensions:\n  fetch:\n    name: Fetch\n    cmd: uvx\n    args: [mcp-server-fetch]\n    enabled: true\n    envs: {A: "1"}\n    type: stdio\n    timeout: 300\n',
    [{ ...command('fetch', ['uvx', 'mcp-server-fetch'], { env: { A: '1' } }), timeoutMs: 300_000 }],
  ],
  [
    'Goose, remote',
    'extensions:\n  r:\n    uri: https://r.example.com/mcp\n    type: streamable_http\n',
    [remote('r', 'https://r.example.com/mcp')],
  ],
  [
    'Continue',
    'name: My\nversion: 0.0.1\nmcpServers:\n  - name: SQLite\n    command: npx\n    args:\n      - "-y"\n      - mcp-sqlite\n',
    [command('SQLite', ['npx', '-y', 'mcp-sqlite'])],
  ],
  ['Amp', '{"amp.mcpServers":{"s":{"url":"https://s.example.com/mcp"}}}', [remote('s', 'https://s.example.com/mcp')]],
  [
    'Augment',
    '"augment.advanced": {"mcpServers": [{"name": "c", "command": "npx", "args": ["-y", "c-mcp"]}]}',
    [command('c', ['npx', '-y', 'c-mcp'])],
  ],
  [
    'Roo Code',
    '{"mcpServers":{"r":{"type":"streamable-http","url":"https://r.example.com/mcp"}}}',
    [remote('r', 'https://r.example.com/mcp')],
  ],
  [
    'one server alone',
    '{"command":"npx","args":["-y","@modelcontextprotocol/server-memory"]}',
    [command('memory', ['npx', '-y', '@modelcontextprotocol/server-memory'])],
  ],
  ['one URL alone', '{"url":"https://mcp.context7.com/mcp"}', [remote('context7', 'https://mcp.context7.com/mcp')]],
  ['with its name inside', '{"name":"git","command":"uvx","args":["mcp-server-git"]}', [command('git', ['uvx', 'mcp-server-git'])]],
  ['with its name before it', '{"git":{"command":"uvx","args":["mcp-server-git"]}}', [command('git', ['uvx', 'mcp-server-git'])]],
  [
    'a list',
    '[{"name":"a","command":"a-mcp"},{"name":"b","url":"https://b.example.com"}]',
    [command('a', ['a-mcp']), remote('b', 'https://b.example.com')],
  ],
  [
    'without the outer braces',
    '"git": {\n  "command": "uvx",\n  "args": ["mcp-server-git"],\n},',
    [command('git', ['uvx', 'mcp-server-git'])],
  ],
  ['mcpServers without the outer braces', '"mcpServers": {"git": {"command": "uvx"}}', [command('git', ['uvx'])]],
  [
    'with comments',
    '// my servers\n{\n  "mcpServers": {\n    /* git */ "git": {"command": "uvx", "args": ["mcp-server-git",],}, // here\n  },\n}',
    [command('git', ['uvx', 'mcp-server-git'])],
  ],
  ['the last brace was not copied', '{"mcpServers": {"git": {"command": "uvx"}}', [command('git', ['uvx'])]],
  ['one brace too many', '"git": {"command": "uvx"}}', [command('git', ['uvx'])]],
  ['JavaScript', "{ mcpServers: { git: { command: 'uvx', args: ['mcp-server-git'] } } }", [command('git', ['uvx', 'mcp-server-git'])]],
  ['with a fence', '```json\n{"mcpServers":{"git":{"command":"uvx"}}}\n```', [command('git', ['uvx'])]],
  [
    'a page',
    '# Git\n\nAdd this:\n\n```json\n{"git":{"command":"uvx","args":["g"]}}\n```\n\nor run\n\n```sh\nuvx g\n```\n',
    [command('git', ['uvx', 'g'])],
  ],
  [
    'Windows, with a byte order mark',
    '\uFEFF{\r\n"mcpServers": {"w": {"command": "cmd", "args": ["/c", "npx", "-y", "w"]}}}\r\n',
    [command('w', ['cmd', '/c', 'npx', '-y', 'w'])],
  ],
  [
    'a program with a blank in its path',
    '{"command":"C:\\\\Program Files\\\\x\\\\mcp.exe"}',
    [command('mcp', ['C:\\Program Files\\x\\mcp.exe'])],
  ],
  ['with a folder', '{"command":"node","args":["x.js"],"cwd":"/srv"}', [command('x', ['node', 'x.js'], { cwd: '/srv' })]],
  [
    'numbers and truth as arguments',
    '{"name":"x","command":"x","args":["--port",8080,true],"env":{"P":1}}',
    [command('x', ['x', '--port', '8080', 'true'], { env: { P: '1' } })],
  ],
  [
    'mcp-remote',
    '{"mcpServers":{"s":{"command":"npx","args":["-y","mcp-remote@latest","https://s.example.com/mcp","--header","X-Team: ${TEAM}"],"env":{"TEAM":"blue"}}}}',
    [{ ...remote('s', 'https://s.example.com/mcp', { 'X-Team': 'blue' }), hints: ['proxy'] }],
  ],
  [
    'mcp-remote of the old kind',
    '{"s":{"command":"npx","args":["mcp-remote","https://s.example.com/sse","--transport","sse-only"]}}',
    [{ type: 'remote_sse' }],
  ],
])('%s', (_, text, expected) => expect(drafts(text)).toMatchObject(expected))

describe('values that are missing', () => {
  test('inputs of VS Code, with what they say of themselves', () => {
    const [draft] = drafts(
      '{"servers":{"github":{"type":"http","url":"https://api.example.com/mcp/","headers":{"Authorization":"Bearer ${input:github_mcp_pat}"}}},"inputs":[{"type":"promptString","id":"github_mcp_pat","description":"GitHub Personal Access Token","password":true}]}',
    )
    expect(draft?.config).toMatchObject({ headers: { Authorization: 'Bearer {{ask:github_mcp_pat}}' } })
    expect(draft?.asks).toEqual([
      {
        name: 'github_mcp_pat',
        text: 'GitHub Personal Access Token',
        href: null,
        secret: true,
        optional: false,
        suggestion: '{{env:GITHUB_TOKEN}}',
      },
    ])
    expect(draft?.secrets).toEqual([])
  })

  test.each([
    ['<YOUR_KEY>', [['YOUR_KEY', '{{env:API_KEY}}']]],
    ['YOUR_API_KEY', [['API_KEY', '{{env:API_KEY}}']]],
    ['your-api-key-here', [['API_KEY', '{{env:API_KEY}}']]],
    ['fc-YOUR_API_KEY', [['API_KEY', '{{env:API_KEY}}']]],
    ['sk-...', [['API_KEY', '{{env:API_KEY}}']]],
    ['xxxxxxxx', [['API_KEY', '{{env:API_KEY}}']]],
    ['', [['API_KEY', '{{env:API_KEY}}']]],
    ['${env:MY_KEY}', [['MY_KEY', '{{env:MY_KEY}}']]],
    ['${MY_KEY}', [['MY_KEY', '{{env:MY_KEY}}']]],
    ['${MY_KEY:-none}', [['MY_KEY', 'none']]],
    ['{MY_KEY}', [['MY_KEY', '{{env:API_KEY}}']]],
    ['$MY_KEY', [['MY_KEY', '{{env:MY_KEY}}']]],
    ['%MY_KEY%', [['MY_KEY', '{{env:MY_KEY}}']]],
    ['{env:MY_KEY}', [['MY_KEY', '{{env:MY_KEY}}']]],
    ['${{ secrets.MY_KEY }}', [['MY_KEY', '{{env:MY_KEY}}']]],
    ['{{env:MY_KEY}}', []],
  ])('%s as the value of a variable', (value, asks) => {
    const [draft] = drafts(JSON.stringify({ x: { command: 'x', env: { API_KEY: value } } }))
    expect(ask(draft)).toEqual(asks)
    expect(draft?.secrets).toEqual([])
  })

  test('in arguments and addresses, where no reference is followed, the person has to say it', () => {
    const [draft, far] = drafts(
      '{"a":{"command":"x","args":["--dir","/path/to/folder","--key","<KEY>"]},"b":{"url":"https://${TENANT}.example.com/mcp"}}',
    )
    expect(draft?.config).toMatchObject({ args: ['--dir', '{{ask:dir}}', '--key', '{{ask:KEY}}'] })
    expect(ask(draft)).toEqual([
      ['dir', null],
      ['KEY', null],
    ])
    expect(far?.config).toMatchObject({ url: 'https://{{ask:TENANT}}.example.com/mcp' })
  })
})

describe('secrets in readable form', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`
  test.each<[string, object, [(string | number)[], string][]]>([
    ['a variable', { command: 'x', env: { GITHUB_TOKEN: token, DEBUG: '1' } }, [[['env', 'GITHUB_TOKEN'], 'GITHUB_TOKEN']]],
    [
      'a header',
      { url: 'https://h.example.com', headers: { Authorization: `Bearer ${token}` } },
      [[['headers', 'Authorization'], 'HUB_TOKEN']],
    ],
    [
      'a header of its own',
      { url: 'https://h.example.com', headers: { 'X-Api-Key': 'abc123' } },
      [[['headers', 'X-Api-Key'], 'HUB_X_API_KEY']],
    ],
    ['an argument', { command: 'x', args: ['--api-key', 'abc123'] }, [[['args', 1], 'HUB_API_KEY']]],
    ['an argument in one', { command: 'x', args: ['--api-key=abc123'] }, [[['args', 0], 'HUB_API_KEY']]],
    ['an address', { url: 'https://h.example.com/mcp?api_key=abc123' }, [[['url'], 'HUB_TOKEN']]],
    ['docker', { command: 'docker', args: ['run', '-i', '-e', `TOKEN=${token}`, 'img'] }, [[['env', 'TOKEN'], 'TOKEN']]],
  ])('%s', (_, server, found) => {
    const [draft] = drafts(JSON.stringify({ hub: server }))
    expect(draft?.secrets.map(({ place, suggestedName }) => [place, suggestedName])).toEqual(found)
  })
})

test('what is understood in part says what was left out, and where', () => {
  const { drafts: read, skipped } = readSnippet('{"mcpServers": {\n  "good": {"command": "x"},\n  "empty": {"args": []},\n  "odd": 7\n}}')
  expect(read.map(({ name }) => name)).toEqual(['good'])
  expect(skipped).toEqual([
    { name: 'empty', reason: 'no_target', line: 3, column: 12 },
    { name: 'odd', reason: 'not_a_server', line: 4, column: 10 },
  ])
})
