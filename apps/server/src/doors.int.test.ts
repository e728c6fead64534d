import { request } from 'node:http'
import { connect } from 'node:net'
import { openRawSession, startGateway, tempDir } from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const dir = await tempDir()
let gateway: Awaited<ReturnType<typeof startGateway>>
let token: string
let admin: string
let port: number

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  token = await gateway.token()
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  port = Number(new URL(gateway.origin).port)
})
afterAll(async () => {
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

/** fetch would tidy the headers up; node:http sends what it is told. */
function call(
  path: string,
  headers: Record<string, string | string[]>,
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path, method, headers }, (res) => {
      let body = ''
      res.on('data', (chunk) => {
        body += chunk
      })
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body }))
    })
    req.on('error', reject)
    req.end()
  })
}

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''))
    socket.on('error', reject)
    setTimeout(() => socket.end(), 500)
  })
}

const ROUTES = [
  '/mcp/default',
  '/mcp/gateway',
  '/api/mcp/default',
  '/mcp/default/info',
  '/mcp/default/sse',
  '/mcp/default/message',
  '/api/mcp/default/sse',
  '/s/1',
  '/s/1/sse',
  '/s/1/message',
  '/api/profiles',
  '/api/mcp/servers',
  '/api/tokens',
  '/openapi.json',
  '/',
  '/nothing',
]
const OPEN = ['/health', '/health/ready', '/ready']

describe('who', () => {
  test.each(ROUTES)('%s without a token: 401 with a challenge', async (path) => {
    for (const method of ['GET', 'POST']) {
      const { status, headers } = await call(path, {}, method)
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toBe('Bearer realm="local-mcp-gateway"')
    }
  })

  test.each([
    ['empty', ''],
    ['no token', 'Bearer'],
    ['blank token', 'Bearer '],
    ['wrong scheme', 'Basic dXNlcjpwdw=='],
    ['unknown', 'Bearer lmg_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['huge', `Bearer ${'a'.repeat(9000)}`],
  ])('%s: 401', async (_, authorization) => {
    expect((await call('/api/mcp/servers', { authorization })).status).toBe(401)
  })

  test('a shortened token, a longer one, and a doubled header: 401', async () => {
    expect((await call('/api/mcp/servers', { authorization: `Bearer ${token.slice(0, -1)}` })).status).toBe(401)
    expect((await call('/api/mcp/servers', { authorization: `Bearer ${token}x` })).status).toBe(401)
    expect(
      await raw(
        `GET /api/mcp/servers HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      ),
    ).toContain('401')
    expect((await call('/api/mcp/servers', { authorization: `Bearer ${token}` })).status).toBe(200)
  })

  test('only health answers openly, and says nothing', async () => {
    for (const path of OPEN) expect((await call(path, {})).status).toBe(200)
    expect(JSON.parse((await call('/health', {})).body)).toEqual({ status: 'ok' })
    expect((await call('/health', {}, 'POST')).status).toBe(405)
  })

  test('no login is advertised that does not exist', async () => {
    for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-authorization-server/mcp/default']) {
      expect((await call(path, {})).status).toBe(404)
    }
  })

  test('a client token uses tools but manages nothing; an admin token does', async () => {
    for (const path of ['/api/profiles', '/api/mcp-servers', '/api/tokens', '/api/activity', '/api/system']) {
      expect((await call(path, { authorization: `Bearer ${token}` })).status).toBe(403)
      expect((await call(path, { authorization: `Bearer ${admin}` })).status).toBe(200)
    }
  })

  test('nothing that starts a program can be reached here, whatever the token', async () => {
    for (const path of ['/api/servers/approve', '/api/mcp-servers/lmg/approve', '/servers/approve']) {
      expect((await call(path, { authorization: `Bearer ${admin}` }, 'POST')).status).toBe(404)
    }
  })

  test('a revoked token is refused on the next request, and its session is gone', async () => {
    const { token: short, id } = await gateway.cli<{ token: string; id: string }>('token', 'create', '--name', 'short')
    const session = await openRawSession(`${gateway.mcpUrl}/default`, short)
    expect(await session.request(1, 'ping')).toMatchObject({ result: {} })
    await gateway.cli('token', 'revoke', id)
    expect((await session.send({ jsonrpc: '2.0', id: 2, method: 'ping' })).status).toBe(401)
  })

  test('a token for one profile opens no other', async () => {
    await gateway.cli('profile', 'create', '--name', 'Other')
    const limited = await gateway.token('other')
    expect((await call('/mcp/other/info', { authorization: `Bearer ${limited}` })).status).toBe(200)
    expect((await call('/mcp/default/info', { authorization: `Bearer ${limited}` })).status).toBe(403)
    expect((await call('/s/1', { authorization: `Bearer ${limited}` })).status).toBe(403)
    const { data } = JSON.parse((await call('/api/mcp/servers', { authorization: `Bearer ${limited}` })).body)
    expect(data).toEqual([])
  })

  test('the built-in server tells a limited token of its profiles alone', async () => {
    await gateway.cli('profile', 'create', '--name', 'Narrow', '--server', 'lmg')
    const session = await openRawSession(`${gateway.mcpUrl}/narrow`, await gateway.token('narrow'))
    const profiles = await session.request(1, 'tools/call', { name: 'list_profiles' })
    expect(profiles).toMatchObject({ result: { structuredContent: { profiles: [{ slug: 'narrow' }] } } })
    await gateway.cli('server', 'add', '--name', 'Hidden', '--command', 'cat')
    const servers = await session.request(2, 'tools/call', { name: 'list_servers' })
    expect(servers).toMatchObject({ result: { structuredContent: { servers: [{ slug: 'lmg' }] } } })
  })

  test('another token cannot use a session', async () => {
    const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
    const other = await gateway.token()
    const { status } = await session.send({ jsonrpc: '2.0', id: 1, method: 'ping' }, { authorization: `Bearer ${other}` })
    expect(status).toBe(404)
    expect((await session.send({ jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(200)
  })
})

describe('where from', () => {
  const BAD_HOSTS = [
    'evil.com',
    '127.0.0.1.evil.com',
    'localhost.evil.com',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    '0.0.0.0',
    '2130706433',
    '0x7f000001',
    'user@127.0.0.1',
    '[::]',
    '127.0.0.1.',
    'localhost.',
  ]

  test.each([...ROUTES, ...OPEN])('%s for a foreign Host: 403', async (path) => {
    for (const host of BAD_HOSTS) {
      const given = /:\d+$/.test(host) || ['127.0.0.1', 'localhost'].includes(host) ? host : `${host}:${port}`
      expect((await call(path, { host: given, authorization: `Bearer ${token}` })).status, given).toBe(403)
    }
  })

  test.each([...ROUTES, ...OPEN])('%s for a foreign Origin: 403', async (path) => {
    for (const origin of [
      'http://evil.com',
      'null',
      'file://',
      `http://localhost:${port + 1}`,
      `http://127.0.0.1:${port}.evil.com`,
      `https://127.0.0.1:${port}`,
      'chrome-extension://abc',
    ]) {
      const { status, headers } = await call(path, { origin, authorization: `Bearer ${token}` })
      expect(status, origin).toBe(403)
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('a request of another site that hides its origin: 403', async () => {
    expect((await call('/api/mcp/servers', { 'sec-fetch-site': 'cross-site', authorization: `Bearer ${token}` })).status).toBe(403)
  })

  test('no Host, two Hosts, an absolute address, HTTP/1.0: refused', async () => {
    const auth = `Authorization: Bearer ${token}\r\n`
    expect(await raw(`GET /health HTTP/1.0\r\n${auth}\r\n`)).toContain('403')
    expect(await raw(`GET /health HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`)).toContain('400')
    expect(await raw(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: evil.com\r\n${auth}Connection: close\r\n\r\n`)).toMatch(
      /40[03]/,
    )
    expect(await raw(`GET http://evil.com/health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${auth}Connection: close\r\n\r\n`)).toContain('403')
  })

  test('the names of this computer are welcome, and so is our own origin', async () => {
    for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
      expect((await call('/health', { host: `${host}:${port}` })).status, host).toBe(200)
    }
    expect((await call('/health', { origin: `http://127.0.0.1:${port}` })).status).toBe(200)
  })

  test('nothing listens beyond loopback', async () => {
    const { networkInterfaces } = await import('node:os')
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address && !address.internal && address.family === 'IPv4')
    for (const address of outside) {
      const reached = await new Promise((resolve) => {
        const socket = connect({ port, host: address?.address ?? '', timeout: 1000 }, () => resolve(true))
        socket.on('error', () => resolve(false))
        socket.on('timeout', () => resolve(false))
      })
      expect(reached).toBe(false)
    }
  })
})

describe('what', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.mcpUrl}/default`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    })

  test.each([
    ['bad JSON', '{', 400, -32700],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 400, -32600],
    ['not a request', '{"hello":1}', 400, -32600],
    ['no session', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', 400, -32600],
  ])('%s: %i', async (_, body, status, code) => {
    const response = await post(body)
    expect(response.status).toBe(status)
    expect(((await response.json()) as { error: { code: number } }).error.code).toBe(code)
  })

  test('a content type that a web form can send: 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
      expect((await post('{"jsonrpc":"2.0","id":1,"method":"ping"}', { 'content-type': type })).status).toBe(415)
    }
  })

  test('an unknown session: 404; an unknown version: 400; no session to listen to: 405', async () => {
    expect((await post('{"jsonrpc":"2.0","id":1,"method":"ping"}', { 'mcp-session-id': 'nope' })).status).toBe(404)
    expect(
      (await post('{"jsonrpc":"2.0","id":1,"method":"ping"}', { 'mcp-session-id': 'nope', 'mcp-protocol-version': '1999-01-01' })).status,
    ).toBe(400)
    const listen = await fetch(`${gateway.mcpUrl}/default`, { headers: { authorization: `Bearer ${token}` } })
    expect(listen.status).toBe(405)
    expect(listen.headers.get('allow')).toBe('POST')
  })

  test('more than 10 MB: 413, announced or not', async () => {
    const big = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"${'a'.repeat(10 * 1024 * 1024)}"}}`
    expect((await post(big)).status).toBe(413)
    const chunked = await fetch(`${gateway.mcpUrl}/default`, {
      method: 'POST',
      body: new Blob([big]).stream(),
      duplex: 'half',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    } as RequestInit).then(
      ({ status }) => status,
      () => 413, // closed while we were still sending
    )
    expect(chunked).toBe(413)
  })

  test('an unknown profile: 404 with its code', async () => {
    const response = await fetch(`${gateway.mcpUrl}/nope`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: -32080, data: { code: 'PROFILE_NOT_FOUND' } } })
    for (const path of ['%00', '%ff', '..%2f', 'a'.repeat(300)]) {
      expect((await call(`/mcp/${path}`, { authorization: `Bearer ${token}` })).status, path).toBe(404)
    }
  })

  test('a deleted session is gone', async () => {
    const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
    const end = () =>
      fetch(`${gateway.mcpUrl}/default`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}`, 'mcp-session-id': session.session ?? '' },
      })
    expect((await end()).status).toBe(200)
    expect((await end()).status).toBe(404)
    expect((await session.send({ jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(404)
  })
})
