import { createHash } from 'node:crypto'
import { type GatewayProcess, startGateway, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'

const dir = await tempDir()
let gateway: GatewayProcess
let admin: string
let db: Database.Database

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin', '--expires', 'never')).token
  db = new Database(`${dir.path}/db.sqlite`, { readonly: true })
  await api('POST', '/mcp-servers', { name: 'Command', type: 'external', config: { command: 'cat' } })
  await api('POST', '/mcp-servers', { name: 'Remote', type: 'remote_http', config: { url: 'https://mcp.invalid/' } })
  await api('POST', '/mcp-servers', { name: 'Deleted', type: 'external', config: { command: 'cat' } })
  await api('DELETE', '/mcp-servers/deleted')
})
afterAll(async () => {
  db.close()
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

async function api(method: string, path: string, body?: unknown) {
  const response = await fetch(`${gateway.origin}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${admin}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as { code?: string; errors?: { path: (string | number)[] }[] } }
}

/** What is seen of servers and calls, and written down in a moment of its own. */
const SEEN = new Set(['mcp_server_tools_cache', 'mcp_server_history', 'debug_logs', 'token_usage_logs'])

/** Everything that somebody sets; when a token was used and how a server does is seen, not set. */
function digest(): string {
  const tables = db.prepare<[], string>(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`).pluck().all()
  const hash = createHash('sha256')
  for (const table of tables)
    for (const row of db.prepare<[], Record<string, unknown>>(`SELECT * FROM "${table}" ORDER BY 1, 2`).all()) {
      const { last_used: _seen, tools_listed_at: _listed, ...set } = row
      if (!SEEN.has(table)) hash.update(JSON.stringify([table, set]))
    }
  return hash.digest('hex')
}

const remote = (config: object) => ['remote_http', { url: 'https://mcp.invalid/', ...config }] as const
const command = (config: object) => ['external', { command: 'cat', ...config }] as const
const CONFIGS: readonly (readonly [string, readonly [string, object], string])[] = [
  ['no command', ['external', {}], 'config.command'],
  ['an empty command', ['external', { command: ' ' }], 'config.command'],
  ['a command of another type', command({ url: 'https://mcp.invalid' }), 'config'],
  ['arguments that are no list', command({ args: 'x' }), 'config.args'],
  ['an argument with NUL', command({ args: ['a\0'] }), 'config.args.0'],
  ['a source in an argument', command({ args: ['{{source:a.b}}'] }), 'config.args.0'],
  ['a variable that is no name', command({ env: { '1A': 'b' } }), 'config.env.1A'],
  ['a secret in plain sight', command({ env: { API_KEY: 'abcdef' } }), 'config.env.API_KEY'],
  ['a source that it does not have', command({ env: { A: '{{source:a.b}}' } }), 'config.env.A'],
  ['a variable with NUL', command({ env: { A: 'b\0' } }), 'config.env.A'],
  ['no URL', ['remote_http', {}], 'config.url'],
  ['a URL of a file', remote({ url: 'file:///etc/passwd' }), 'config.url'],
  ['a URL with a user', remote({ url: 'https://user@mcp.invalid/' }), 'config.url'],
  ['a URL with a password', remote({ url: 'https://user:pass@mcp.invalid/' }), 'config.url'],
  ['a URL with a token', remote({ url: 'https://mcp.invalid/?access_token=x' }), 'config.url'],
  ...[
    'http://169.254.169.254/latest/meta-data',
    'http://169.254.1.1/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://2852039166/',
    'http://0xA9FEA9FE/',
    'http://0251.0376.0251.0376/',
    'http://metadata.google.internal/',
    'http://metadata.google.internal./',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
    'http://224.0.0.1/',
  ].map((url) => [`the address ${url}`, remote({ url, allowPrivateNetwork: true }), 'config.url'] as const),
  ['a local address without consent', remote({ url: 'http://127.1/' }), 'config.allowPrivateNetwork'],
  ['a private address without consent', remote({ url: 'http://10.0.0.1/' }), 'config.allowPrivateNetwork'],
  ['CR/LF in a header', remote({ headers: { 'X-A': 'a\r\nEvil: 1' } }), 'config.headers.X-A'],
  ['LF in a header', remote({ headers: { 'X-A': 'a\nb' } }), 'config.headers.X-A'],
  ['NUL in a header', remote({ headers: { 'X-A': 'a\0b' } }), 'config.headers.X-A'],
  ['a header with LF in its name', remote({ headers: { 'X\nA': 'b' } }), 'config.headers.X\nA'],
  ['a header with a blank in its name', remote({ headers: { 'X A': 'b' } }), 'config.headers.X A'],
  ['a header of the connection', remote({ headers: { 'transfer-encoding': 'chunked' } }), 'config.headers.transfer-encoding'],
  ['a header of the protocol', remote({ headers: { 'Mcp-Session-Id': 'x' } }), 'config.headers.Mcp-Session-Id'],
  [
    'another host to post to',
    ['remote_sse', { url: 'https://mcp.invalid/', postEndpoint: 'https://other.invalid/' }],
    'config.postEndpoint',
  ],
]

test.each(CONFIGS)(
  '%s is refused by its path, in a new server and in one that exists; nothing is stored',
  async (_, [type, config], path) => {
    const before = digest()
    const answers = [await api('POST', '/mcp-servers', { name: 'New', type, config })]
    if (type === 'external') answers.push(await api('PUT', '/mcp-servers/command', { name: 'Renamed', config }))
    if (type === 'remote_http') answers.push(await api('PUT', '/mcp-servers/remote', { enabled: false, config }))
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_CONFIG' } })
      expect(answer.body.errors?.map((error) => error.path.join('.'))).toContain(path)
    }
    expect(digest()).toBe(before)
  },
)

test.each([
  ['an unknown type', 'POST', '/mcp-servers', { name: 'x', type: 'docker', config: {} }, 400, 'INVALID_TYPE', 'type'],
  ['no type', 'POST', '/mcp-servers', { name: 'x', config: { command: 'cat' } }, 400, 'VALIDATION_ERROR', 'type'],
  [
    'a name that is taken',
    'POST',
    '/mcp-servers',
    { name: 'cOMMAND', type: 'external', config: { command: 'cat' } },
    409,
    'NAME_EXISTS',
    'name',
  ],
  [
    'a name of 256 characters',
    'POST',
    '/mcp-servers',
    { name: 'x'.repeat(256), type: 'external', config: { command: 'cat' } },
    400,
    'VALIDATION_ERROR',
    'name',
  ],
  [
    'an endpoint of one’s own',
    'POST',
    '/mcp-servers',
    { name: 'x', type: 'external', config: { command: 'cat' }, endpoint: 'http://x' },
    400,
    'VALIDATION_ERROR',
    'endpoint',
  ],
  ['another name that is taken', 'PUT', '/mcp-servers/command', { name: 'REMOTE' }, 409, 'NAME_EXISTS', 'name'],
  ['another type', 'PUT', '/mcp-servers/command', { name: 'y', type: 'remote_http' }, 400, 'IMMUTABLE_FIELD', 'type'],
  [
    'another endpoint',
    'PUT',
    '/mcp-servers/command',
    { name: 'y', endpoint: 'http://127.0.0.1:1/s/9' },
    400,
    'IMMUTABLE_FIELD',
    'endpoint',
  ],
  ['an older version', 'PUT', '/mcp-servers/command', { name: 'y', version: 99 }, 409, 'CONFLICT', null],
  ['a deleted server', 'PUT', '/mcp-servers/deleted', { name: 'y' }, 404, 'SERVER_NOT_FOUND', null],
  ['a source that is no id', 'PUT', '/mcp-servers/command', { name: 'y', sourceIds: ['x'] }, 400, 'VALIDATION_ERROR', 'sourceIds.0'],
  [
    'a source of nobody',
    'PUT',
    '/mcp-servers/command',
    { name: 'y', sourceIds: ['22222222-2222-4222-8222-222222222222'] },
    400,
    'VALIDATION_ERROR',
    'sourceIds.0',
  ],
  ['a pool that is no list', 'PUT', '/endpoint-pool', { urls: 'https://a.example' }, 400, 'VALIDATION_ERROR', 'urls'],
] as const)('%s is refused, and nothing is stored', async (_, method, address, body, status, code, path) => {
  const before = digest()
  const answer = await api(method, address, body)
  expect(answer).toMatchObject({ status, body: { code } })
  if (path) expect(answer.body.errors?.map((error) => error.path.join('.'))).toEqual([path])
  expect(digest()).toBe(before)
})

test('what is accepted is stored', async () => {
  const before = digest()
  expect((await api('PUT', '/mcp-servers/command', { name: 'Renamed' })).status).toBe(200)
  expect(digest()).not.toBe(before)
})
