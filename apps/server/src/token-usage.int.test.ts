import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import type { ClientToken, TokenUsage, UnknownTokens } from '@local-mcp/contract'
import { lightClient, openRawSession, runCliJson, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
interface Row {
  token_jti: string
  endpoint: string
  method: string
  status_code: number
  blocked: number
  block_reason: string | null
  ip_address: string
  user_agent: string | null
}

function rowsOf(databasePath: string): Row[] {
  const db = new Database(databasePath, { readonly: true })
  const rows = db.prepare<[], Row>('SELECT * FROM token_usage_logs ORDER BY id').all()
  db.close()
  return rows
}

test('each request has one row: 10,000 of them, and what was open or on its way when the gateway was told to end', async () => {
  const REQUESTS = 10_000
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await using gateway = await startGateway({ databasePath })
  const { id, token } = await gateway.cli<{ id: string; token: string }>('token', 'create', '--name', 'busy')
  const client = lightClient(32)
  const url = `${gateway.mcpUrl}/default`
  const session = await client.session(url, token)
  let left = REQUESTS - 2
  const statuses = new Map<number, number>()
  async function work(): Promise<void> {
    while (left-- > 0) {
      const { status } = await client.send({ url, token, session, body: ping })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 32 }, work))
  expect([...statuses]).toEqual([[200, REQUESTS - 2]])
  const stream = await client.stream({ url, token, session })
  expect(stream.status).toBe(200)
  // The stream is open, and most rows of the last half second wait to be written.
  gateway.child.kill('SIGTERM')
  await gateway.exited
  const rows = rowsOf(databasePath)
  expect(rows).toHaveLength(REQUESTS)
  expect(new Set(rows.map((row) => [row.token_jti, row.endpoint, row.blocked, row.status_code].join(' ')))).toEqual(
    new Set([`${id} /mcp/default 0 200`]),
  )
  expect(rows.filter(({ method }) => method === 'GET')).toHaveLength(1)
  const usage = await runCliJson<TokenUsage>({ databasePath }, 'token', 'usage', 'busy', '--limit', '200')
  expect(usage.stats).toMatchObject({
    total: REQUESTS,
    ok: REQUESTS,
    blocked: 0,
    topEndpoints: [{ endpoint: '/mcp/default', count: REQUESTS }],
  })
  expect([usage.rows.length, usage.next]).toEqual([200, usage.rows.at(-1)?.id])
  const listed = await runCliJson<ClientToken[]>({ databasePath }, 'token', 'ls')
  expect(listed[0]).toMatchObject({ usedCount: REQUESTS })
  client.rest()
})

test('what is refused has its row with the reason; what is not a token has none, and is counted', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await using gateway = await startGateway({ databasePath })
  const make = (...flags: string[]) => gateway.cli<{ id: string; token: string }>('token', 'create', '--name', `t${flags.join()}`, ...flags)
  const admin = await make('--admin')
  const get = async (token: string, path: string, headers: Record<string, string> = {}) =>
    (await fetch(`${gateway.origin}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } })).status
  await gateway.cli('profile', 'create', '--name', 'Other')
  const expected: [string, string, number, string | null][] = []
  async function expectRow(made: { id: string; token: string }, path: string, status: number, reason: string | null, headers = {}) {
    expect([path, await get(made.token, path, headers)]).toEqual([path, status])
    expected.push([made.id, path.split('?', 1)[0] as string, status, reason])
  }
  const plain = await make()
  await expectRow(plain, '/mcp/default/info?token=hidden&sessionId=hidden', 200, null)
  await expectRow(plain, '/health', 200, null)
  await expectRow(plain, '/.well-known/oauth-protected-resource', 404, null)
  await expectRow(plain, '/mcp/nowhere/info', 404, null)
  await expectRow(plain, '/api/profiles', 403, 'permission')
  await expectRow(plain, '/mcp/default', 403, 'origin', { origin: 'https://evil.example' })
  await expectRow(await make('--profile', 'other'), '/mcp/default/info', 403, 'profile')
  await expectRow(await make('--from', '10.0.0.0/8'), '/api/mcp/servers', 403, 'address')
  const once = await make('--total', '1')
  await expectRow(once, '/api/mcp/servers', 200, null)
  await expectRow(once, '/api/mcp/servers', 429, 'usage_limit')
  await gateway.cli('token', 'limits', '--api', '1')
  const braked = await make('--expires', '1')
  await expectRow(braked, '/api/mcp/servers', 200, null)
  await expectRow(braked, '/openapi.json', 429, 'rate_limit')
  await gateway.cli('token', 'limits', '--api', '0')
  await gateway.cli('token', 'revoke', plain.id)
  await expectRow(plain, '/mcp/default/info', 401, 'revoked')

  // Whoever goes away before there is an answer was there all the same.
  const half = request(`${gateway.mcpUrl}/default`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json', 'content-length': 100 },
  })
  half.on('error', () => {})
  half.write('{')
  await new Promise((resolve) => half.once('socket', (socket) => (socket.connecting ? socket.once('connect', resolve) : resolve(null))))
  await get('', '/health')
  half.destroy()
  expected.push([admin.id, '/mcp/default', 499, null])

  const unknown = async () => {
    expected.push([admin.id, '/api/unknown-tokens', 200, null])
    const answer = await fetch(`${gateway.origin}/api/unknown-tokens`, { headers: { authorization: `Bearer ${admin.token}` } })
    return (await answer.json()) as UnknownTokens
  }
  expect(await unknown()).toEqual({ count: 0, lastAt: null })
  for (const token of ['lmg_nobody', 'lmg_nobody', 'x'.repeat(500)]) expect(await get(token, '/mcp/default')).toBe(401)
  expect((await fetch(`${gateway.mcpUrl}/default`)).status).toBe(401)
  expect(await unknown()).toMatchObject({ count: 3, lastAt: expect.any(Number) })

  await gateway.stop()
  const rows = rowsOf(databasePath)
  const seen = rows.map((row) => [row.token_jti, row.endpoint, row.status_code, row.block_reason])
  expect(seen.map(String).sort()).toEqual(expected.map(String).sort())
  for (const row of rows) {
    expect(row.blocked).toBe(row.block_reason === null ? 0 : 1)
    expect(row.ip_address).toBe('127.0.0.1')
  }
  expect(JSON.stringify(rows)).not.toContain('hidden')
})

test('pages of rows go on where the one before ended, over REST too; the owner on his pipe has no token and no row', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await using gateway = await startGateway({ databasePath })
  const admin = await gateway.cli<{ id: string; token: string }>('token', 'create', '--name', 'admin', '--admin')
  const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', 'some')
  const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
  for (let index = 0; index < 5; index++) await session.send(ping)
  const page = async (query: string) => {
    const answer = await fetch(`${gateway.origin}/api/tokens/some/usage${query}`, { headers: { authorization: `Bearer ${admin.token}` } })
    return { status: answer.status, ...((await answer.json()) as TokenUsage) }
  }
  const first = await page('?limit=4')
  const second = await page(`?limit=4&before=${first.next}`)
  expect([first.rows.length, second.rows.length, second.next]).toEqual([4, 3, null])
  expect(first.stats).toMatchObject({ total: 7, ok: 7, blocked: 0, averageMs: expect.any(Number), since: expect.any(Number) })
  const ids = [...first.rows, ...second.rows].map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted((a, b) => b - a))
  for (const query of ['?limit=0', '?limit=201', '?before=x', '?limit=x']) expect([query, (await page(query)).status]).toEqual([query, 400])
  const nobody = await fetch(`${gateway.origin}/api/tokens/nobody/usage`, { headers: { authorization: `Bearer ${admin.token}` } })
  expect(nobody.status).toBe(404)

  const key = JSON.parse(readFileSync(`${dir.path}/control.json`, 'utf8')) as { url: string; key: string }
  const piped = await fetch(`${key.url}mcp/default`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      ...ping,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } },
    }),
  })
  expect(piped.status).toBe(200)
  await page('')
  expect(rowsOf(databasePath).filter(({ endpoint }) => !endpoint.startsWith('/api/tokens/'))).toHaveLength(7)
})

test('a restart gives nobody a second share', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  const limits = { 'per-hour': '3', 'per-day': '3', total: '3' }
  const tokens: string[] = []
  const use = async (origin: string, token: string) =>
    (await fetch(`${origin}/api/mcp/servers`, { headers: { authorization: `Bearer ${token}` } })).status
  {
    await using gateway = await startGateway({ databasePath })
    for (const [name, limit] of Object.entries(limits)) {
      const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', name, `--${name}`, limit)
      tokens.push(token)
      expect([name, await use(gateway.origin, token), await use(gateway.origin, token)]).toEqual([name, 200, 200])
    }
  }
  await using gateway = await startGateway({ databasePath })
  for (const token of tokens) expect([await use(gateway.origin, token), await use(gateway.origin, token)]).toEqual([200, 429])
})

test('a token of the environment is let in as a client for as long as the variable is there, can be revoked, and reaches no server', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  const token = 'from-the-environment-0123456789abcdef'
  const env = { MCP_GATEWAY_AUTH_TOKEN: token }
  const use = async (origin: string, path = '/api/mcp/servers') =>
    (await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${token}` } })).status
  let id = ''
  {
    await using gateway = await startGateway({ databasePath, env })
    expect([await use(gateway.origin), await use(gateway.origin, '/api/profiles')]).toEqual([200, 403])
    expect((await openRawSession(`${gateway.mcpUrl}/default`, token)).opened.status).toBe(200)
    const [listed] = await gateway.cli<ClientToken[]>('token', 'ls')
    expect(listed).toMatchObject({ name: 'MCP_GATEWAY_AUTH_TOKEN', variable: 'MCP_GATEWAY_AUTH_TOKEN', access: 'client', prefix: '' })
    id = listed?.id ?? ''
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect((await gateway.cli<TokenUsage>('token', 'usage', id)).stats).toMatchObject({ total: 4, blocked: 1 })
    // Its own environment no longer holds it, so that nothing it starts can.
    const flags = ['--command', process.execPath, '--arg', '-e', '--arg', 'process.exit(0)', '--env', 'X={{env:MCP_GATEWAY_AUTH_TOKEN}}']
    const { slug } = await gateway.cli<{ slug: string }>('server', 'add', '--name', 'thief', ...flags, '--approve')
    await waitFor('the reference to lead nowhere', async () => {
      const { problem } = await gateway.cli<{ problem: { code: string; message: string } | null }>('server', 'status', slug)
      return problem?.code === 'ENV_MISSING' && problem.message.includes('MCP_GATEWAY_AUTH_TOKEN')
    })
    expect(gateway.stderr()).not.toContain(token)
  }
  {
    await using gateway = await startGateway({ databasePath })
    expect(await use(gateway.origin)).toBe(401)
    expect(await gateway.cli('token', 'ls')).toEqual([])
  }
  await using gateway = await startGateway({ databasePath, env })
  expect(await use(gateway.origin)).toBe(200)
  await gateway.cli('token', 'revoke', 'MCP_GATEWAY_AUTH_TOKEN')
  expect(await use(gateway.origin)).toBe(401)
  await gateway.stop()
  await using again = await startGateway({ databasePath, env })
  expect(await use(again.origin)).toBe(401)
  const weak = await runCliJson({ databasePath, env: { MCP_GATEWAY_AUTH_TOKEN: 'short' } }, 'token', 'ls').catch(
    (error: Error) => error.message,
  )
  expect(weak).toContain('MCP_GATEWAY_AUTH_TOKEN')
  expect(readFileSync(databasePath).includes(token)).toBe(false)
})

test('clients that look for a sign-in find none, in the form that they read', async () => {
  await using dir = await tempDir()
  await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  const looked = [
    ['GET', '/.well-known/oauth-protected-resource/mcp/default'],
    ['GET', '/.well-known/oauth-protected-resource'],
    ['GET', '/.well-known/oauth-authorization-server/mcp/default'],
    ['GET', '/mcp/default/.well-known/openid-configuration'],
    ['GET', '/.well-known/openid-configuration'],
    ['POST', '/register'],
    ['GET', '/authorize?client_id=x'],
    ['POST', '/token'],
  ]
  for (const [method = '', path = ''] of looked) {
    const answer = await fetch(`${gateway.origin}${path}`, { method, headers: { 'mcp-protocol-version': '2025-11-25' } })
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 404, 'application/json'])
    expect(await answer.json()).toMatchObject({ error: 'invalid_request', error_description: expect.stringContaining('Clients page') })
  }
  for (const headers of [{}, { authorization: 'Bearer lmg_wrong' }]) {
    const { status, headers: told } = await fetch(`${gateway.mcpUrl}/default`, { method: 'POST', headers })
    expect([status, told.get('www-authenticate')]).toEqual([
      401,
      `Bearer realm="local-mcp-gateway"${'authorization' in headers ? ', error="invalid_token"' : ''}`,
    ])
  }
})
