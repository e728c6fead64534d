import { describe, expect, test } from 'vitest'
import { readSnippet } from './read-snippet.ts'

const command = (name: string, line: string, env: object = {}) => ({
  name,
  type: 'external',
  config: { command: line.split(' ')[0], args: line.split(' ').slice(1), env },
})
const remote = (name: string, url: string, headers: object = {}) => ({ name, type: 'remote_http', config: { url, headers } })
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64')

test.each<[string, string, object[]]>([
  ['npx', 'npx -y @modelcontextprotocol/server-everything', [command('everything', 'npx -y @modelcontextprotocol/server-everything')]],
  ['uvx', 'uvx mcp-server-git --repository .', [command('git', 'uvx mcp-server-git --repository .')]],
  ['with a prompt', '$ npx -y x-mcp', [command('x', 'npx -y x-mcp')]],
  ['in backticks', '`npx -y x-mcp`', [command('x', 'npx -y x-mcp')]],
  ['with variables', 'FOO=bar BAZ="a b" npx -y x-mcp', [command('x', 'npx -y x-mcp', { FOO: 'bar', BAZ: 'a b' })]],
  ['with env', 'env FOO=bar npx -y x-mcp', [command('x', 'npx -y x-mcp', { FOO: 'bar' })]],
  ['with exports', 'export FOO=bar\nexport BAZ=1\nnpx -y x-mcp', [command('x', 'npx -y x-mcp', { FOO: 'bar', BAZ: '1' })]],
  ['PowerShell', '$env:FOO = "bar"; npx -y x-mcp', [command('x', 'npx -y x-mcp', { FOO: 'bar' })]],
  ['continued', 'npx -y x-mcp \\\n  --port 1 \\\n  --dir .', [command('x', 'npx -y x-mcp --port 1 --dir .')]],
  ['continued on Windows', 'npx -y x-mcp ^\n  --port 1', [command('x', 'npx -y x-mcp --port 1')]],
  ['quotes', `node "my server.js" 'a b'`, [{ config: { command: 'node', args: ['my server.js', 'a b'] } }]],
  ['a path', '/usr/local/bin/weather-mcp --stdio', [command('weather', '/usr/local/bin/weather-mcp --stdio')]],
  ['a Windows path', '"C:\\Program Files\\x\\x.exe" --stdio', [{ config: { command: 'C:\\Program Files\\x\\x.exe', args: ['--stdio'] } }]],
  ['a program by its name', 'weather-mcp', [command('weather', 'weather-mcp')]],
  ['with a comment', '# start it\nuvx mcp-server-time', [command('time', 'uvx mcp-server-time')]],
  [
    'two lines are two servers',
    'uvx mcp-server-time\nuvx mcp-server-git',
    [command('time', 'uvx mcp-server-time'), command('git', 'uvx mcp-server-git')],
  ],
  ['what only installs is left out', 'npm install -g x-mcp\nx-mcp --stdio\nnpx -y x-mcp', [command('x', 'npx -y x-mcp')]],
  ['docker', 'docker run -i --rm mcp/fetch', [{ ...command('fetch', 'docker run -i --rm mcp/fetch'), hints: [] }]],
  ['docker with a terminal', 'docker run -it --rm mcp/fetch', [{ hints: ['docker_tty'] }]],
  ['docker that hears nothing', 'docker run --rm mcp/fetch', [{ hints: ['docker_stdin'] }]],
  [
    'docker with a variable that has to be there',
    'docker run -i --rm -e GITHUB_PERSONAL_ACCESS_TOKEN ghcr.io/github/github-mcp-server',
    [{ config: { env: { GITHUB_PERSONAL_ACCESS_TOKEN: '{{ask:GITHUB_PERSONAL_ACCESS_TOKEN}}' } } }],
  ],
  [
    'docker, later options are of the program',
    'docker run -i -v /a:/b img -e X=1',
    [{ config: { args: ['run', '-i', '-v', '/a:/b', 'img', '-e', 'X=1'], env: {} } }],
  ],
  ['mcp-remote', 'npx -y mcp-remote https://mcp.linear.app/sse', [remote('linear', 'https://mcp.linear.app/sse')]],
  ['a URL', 'https://mcp.deepwiki.com/mcp', [remote('deepwiki', 'https://mcp.deepwiki.com/mcp')]],
  ['a URL in angle brackets', '<http://localhost:8931/sse>', [remote('localhost', 'http://localhost:8931/sse')]],
  ['a link of Markdown', '[DeepWiki](https://mcp.deepwiki.com/mcp)', [remote('deepwiki', 'https://mcp.deepwiki.com/mcp')]],
])('%s', (_, text, expected) => expect(readSnippet(text).drafts).toMatchObject(expected))

describe('commands with which a client adds a server', () => {
  test.each<[string, object]>([
    ['claude mcp add --transport http sentry https://mcp.sentry.dev/mcp', remote('sentry', 'https://mcp.sentry.dev/mcp')],
    ['claude mcp add --transport sse linear https://mcp.linear.app/sse', { name: 'linear', type: 'remote_sse' }],
    ['claude mcp add playwright npx @playwright/mcp@latest', command('playwright', 'npx @playwright/mcp@latest')],
    ['claude mcp add -s user ctx -- npx -y @upstash/context7-mcp', command('ctx', 'npx -y @upstash/context7-mcp')],
    [
      'claude mcp add --env A=1 --env B="x y" --transport stdio air -- npx -y airtable-mcp-server',
      command('air', 'npx -y airtable-mcp-server', { A: '1', B: 'x y' }),
    ],
    ['claude mcp add air -e A=1 B=2 -- npx -y air-mcp', command('air', 'npx -y air-mcp', { A: '1', B: '2' })],
    [
      'claude mcp add hf \\\n  -t http https://huggingface.co/mcp \\\n  -H "X-Team: a"',
      remote('hf', 'https://huggingface.co/mcp', { 'X-Team': 'a' }),
    ],
    ['claude mcp add x -- docker run -i --rm -e K=v img', { config: { args: ['run', '-i', '--rm', '-e', 'K', 'img'], env: { K: 'v' } } }],
    [`claude mcp add-json weather '{"type":"http","url":"https://w.example.com/mcp"}'`, remote('weather', 'https://w.example.com/mcp')],
    [`claude mcp add-json -s user time '{\n  "command": "uvx",\n  "args": ["mcp-server-time"]\n}'`, command('time', 'uvx mcp-server-time')],
    [
      `code --add-mcp '{"name":"playwright","command":"npx","args":["@playwright/mcp@latest"]}'`,
      command('playwright', 'npx @playwright/mcp@latest'),
    ],
    ['code --add-mcp "{\\"name\\":\\"p\\",\\"command\\":\\"npx\\"}"', command('p', 'npx')],
    ['gemini mcp add -t http hub https://hub.example.com/mcp', remote('hub', 'https://hub.example.com/mcp')],
    ['gemini mcp add -e A=1 srv python server.py -- --port 1', command('srv', 'python server.py --port 1', { A: '1' })],
    ['codex mcp add context7 -- npx -y @upstash/context7-mcp', command('context7', 'npx -y @upstash/context7-mcp')],
    ['codex mcp add --env A=1 x -- x-mcp', command('x', 'x-mcp', { A: '1' })],
    [
      'codex mcp add gh --url https://gh.example.com/mcp --bearer-token-env-var GH_TOKEN',
      remote('gh', 'https://gh.example.com/mcp', { Authorization: 'Bearer {{ask:GH_TOKEN}}' }),
    ],
    ['amp mcp add ctx --header "X-Team=a" https://ctx.example.com/mcp', remote('ctx', 'https://ctx.example.com/mcp', { 'X-Team': 'a' })],
    ['local-mcp-gateway server add --name Every --command "npx -y every-mcp"', command('Every', 'npx -y every-mcp')],
  ])('%s', (text, expected) => expect(readSnippet(text).drafts).toMatchObject([expected]))
})

describe('links of buttons', () => {
  const npx = { command: 'npx', args: ['-y', 'x-mcp'] }
  const url = { url: 'https://mcp.context7.com/mcp' }
  test.each<[string, string, object]>([
    ['Cursor', `cursor://anysphere.cursor-deeplink/mcp/install?name=x&config=${base64(npx)}`, command('x', 'npx -y x-mcp')],
    [
      'Cursor, on the web',
      `https://cursor.com/en/install-mcp?name=context7&config=${encodeURIComponent(base64(url))}`,
      remote('context7', url.url),
    ],
    [
      'Cursor, the command in one',
      `https://cursor.com/install-mcp?name=x&config=${base64({ command: 'npx -y x-mcp' })}`,
      command('x', 'npx -y x-mcp'),
    ],
    ['VS Code', `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: 'x', ...npx }))}`, command('x', 'npx -y x-mcp')],
    [
      'VS Code, redirected',
      `https://insiders.vscode.dev/redirect?url=${encodeURIComponent(`vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: 'x', ...npx }))}`)}`,
      command('x', 'npx -y x-mcp'),
    ],
    [
      'VS Code, with inputs',
      `https://insiders.vscode.dev/redirect/mcp/install?name=github&config=${encodeURIComponent('{"command":"docker","args":["run","-i","img"],"env":{"T":"${input:t}"}}')}&inputs=${encodeURIComponent('[{"id":"t","type":"promptString","description":"Token","password":true}]')}`,
      { name: 'github', asks: [{ name: 't', text: 'Token', secret: true }] },
    ],
    [
      'Kiro',
      `https://kiro.dev/launch/mcp/add?name=time&config=${encodeURIComponent('{"command":"uvx","args":["mcp-server-time"]}')}`,
      command('time', 'uvx mcp-server-time'),
    ],
    ['LM Studio', `lmstudio://add_mcp?name=x&config=${base64(npx)}`, command('x', 'npx -y x-mcp')],
    [
      'Goose',
      'goose://extension?cmd=npx&arg=-y&arg=x-mcp&id=x&name=X&env=KEY%3DYour%20key',
      { name: 'X', config: { args: ['-y', 'x-mcp'], env: { KEY: '{{ask:KEY}}' } } },
    ],
  ])('%s', (_, text, expected) => expect(readSnippet(text).drafts).toMatchObject([expected]))
})

describe('what cannot be read says what was understood, and where it ended', () => {
  test.each<[string, string, RegExp, { line: number; column: number } | object]>([
    ['nothing', '  \n', /nothing to read/, {}],
    ['broken JSON', '{"mcpServers": {\n  "x": {"command" "npx"}\n}}', /Read as JSON: a colon was expected/, { line: 2, column: 19 }],
    ['JSON without a server', '{"theme": "dark"}', /it has "theme", but no server/, { line: 1, column: 1 }],
    [
      'a server that says nothing',
      '{"mcpServers": {"x": {"args": ["--key", "s3cr3t"]}}}',
      /"x" has neither a command nor a URL/,
      { line: 1, column: 22 },
    ],
    ['broken TOML', '[mcp_servers.x]\ncommand = npx', /Read as TOML/, { line: 2 }],
    ['broken YAML', 'extensions:\n  x: [', /Read as YAML/, { line: 2 }],
    ['a sentence', 'Please install the weather server.', /neither a configuration nor a link nor a command/, { line: 1 }],
    ['what only installs', 'npm install -g firecrawl-mcp', /nor a command that starts a server/, { line: 1 }],
    ['a pipe', 'npx -y x | tee log', /needs a shell/, { line: 1, column: 10 }],
    ['an open quote', 'npx -y "x', /a quote is not closed/, { line: 1 }],
    ['variables alone', 'FOO=bar', /no command follows/, {}],
    ['an adding command without a server', 'claude mcp add', /says neither a command nor a URL/, { line: 1 }],
    ['a link without a server', 'cursor://anysphere.cursor-deeplink/settings', /does not carry a server/, {}],
    ['a link that cannot be read', 'https://cursor.com/install-mcp?name=x&config=%%%', /cannot be read/, {}],
    ['a file', 'file:///etc/passwd', /does not carry a server/, {}],
  ])('%s', (_, text, message, data) => {
    expect(() => readSnippet(text)).toThrow(
      expect.objectContaining({ code: 'SNIPPET_UNREADABLE', message: expect.stringMatching(message), data: expect.objectContaining(data) }),
    )
  })

  test('an error repeats no value', () => {
    for (const text of [
      '{"a": {"args": ["s3cr3t"]}, "s": "s3cr3t" "x"}',
      '[mcp_servers.x]\nkey = s3cr3t "',
      'x: [s3cr3t',
      'npx x --key s3cr3t | y',
      `claude mcp add-json x '{"k":"s3cr3t"}'`,
    ]) {
      try {
        readSnippet(text)
        expect.unreachable(text)
      } catch (error) {
        expect(JSON.stringify([(error as Error).message, (error as { fields: unknown }).fields])).not.toContain('s3cr3t')
      }
    }
  })
})
