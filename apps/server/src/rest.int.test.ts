import { createServer } from 'node:http'
import { type GatewayProcess, startGateway, tempDir } from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const dir = await tempDir()
let gateway: GatewayProcess
let admin: string

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin', '--expires', 'never')).token
})
afterAll(async () => {
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

interface Answer {
  readonly status: number
  readonly type: string | null
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked into by the tests
  readonly body: any
}

async function api(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${gateway.origin}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${admin}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type'), body: text ? JSON.parse(text) : null }
}

const command = (extra: object = {}) => ({ name: 'x', type: 'external', config: { command: 'cat' }, ...extra })

describe('profiles', () => {
  test('create, read by slug and id, change, delete', async () => {
    const created = await api('POST', '/profiles', { name: 'Můj tým', description: 'd' })
    expect(created).toMatchObject({ status: 201, body: { slug: 'muj-tym', version: 1, endpoint: `${gateway.mcpUrl}/muj-tym` } })
    expect((await api('GET', `/profiles/${created.body.id}`)).body).toEqual(created.body)
    const changed = await api('PUT', '/profiles/muj-tym', { name: 'Tým', version: 1 })
    expect(changed).toMatchObject({ status: 200, body: { name: 'Tým', slug: 'muj-tym', version: 2 } })
    expect((await api('DELETE', '/profiles/muj-tym')).status).toBe(204)
    expect((await api('GET', '/profiles/muj-tym')).status).toBe(404)
  })

  test('derived slugs are made unique', async () => {
    const slugs = []
    for (let i = 0; i < 3; i++) slugs.push((await api('POST', '/profiles', { name: 'Same Name' })).body.slug)
    expect(slugs).toEqual(['same-name', 'same-name-2', 'same-name-3'])
  })

  test.each([
    ['bad slug', { name: 'x', slug: 'X!' }, 400, 'INVALID_SLUG'],
    ['short slug', { name: 'x', slug: 'ab' }, 400, 'INVALID_SLUG'],
    ['reserved slug', { name: 'x', slug: 'servers' }, 400, 'RESERVED_SLUG'],
    ['taken slug', { name: 'x', slug: 'default' }, 409, 'SLUG_EXISTS'],
    ['no name', {}, 400, 'VALIDATION_ERROR'],
    ['blank name', { name: '  ' }, 400, 'VALIDATION_ERROR'],
    ['a name that steers terminals', { name: 'a\u001b[2J' }, 400, 'VALIDATION_ERROR'],
    ['long name', { name: 'a'.repeat(101) }, 400, 'VALIDATION_ERROR'],
    ['long description', { name: 'x', description: 'a'.repeat(501) }, 400, 'VALIDATION_ERROR'],
    ['unknown key', { name: 'x', nmae: 'y' }, 400, 'VALIDATION_ERROR'],
    ['wrong type', { name: 5 }, 400, 'VALIDATION_ERROR'],
    ['an array', [], 400, 'VALIDATION_ERROR'],
    ['bad JSON', '{"name":', 400, 'VALIDATION_ERROR'],
  ])('%s is refused and nothing is stored', async (_, body, status, code) => {
    const before = (await api('GET', '/profiles')).body
    const answer = await api('POST', '/profiles', body)
    expect(answer).toMatchObject({ status, body: { status, code, type: `urn:local-mcp:error:${code}`, errors: expect.any(Array) } })
    expect(answer.body.next).not.toBe('')
    expect((await api('GET', '/profiles')).body).toEqual(before)
  })

  test('a refused field is named by its path', async () => {
    expect((await api('POST', '/profiles', { name: 'x', nmae: 'y' })).body.errors).toEqual([
      { path: ['nmae'], message: 'There is no such field' },
    ])
    expect((await api('POST', '/profiles', { name: 5 })).body.errors[0].path).toEqual(['name'])
  })

  test('a stale change is a conflict', async () => {
    await api('POST', '/profiles', { name: 'Stale', slug: 'stale' })
    await api('PUT', '/profiles/stale', { description: 'one', version: 1 })
    expect(await api('PUT', '/profiles/stale', { description: 'two', version: 1 })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    })
    expect((await api('GET', '/profiles/stale')).body.description).toBe('one')
  })

  test('the default profile can be changed, and only another one deleted', async () => {
    expect(await api('DELETE', '/profiles/default')).toMatchObject({ status: 409, body: { code: 'DEFAULT_PROFILE' } })
    await api('POST', '/profiles', { name: 'Next', slug: 'next' })
    expect((await api('PUT', '/settings/default-gateway-profile', { profile: 'next' })).body).toMatchObject({
      slug: 'next',
      isDefault: true,
    })
    expect((await api('GET', '/settings/default-gateway-profile')).body.slug).toBe('next')
    expect(await api('PUT', '/settings/default-gateway-profile', { profile: 'nope' })).toMatchObject({
      status: 404,
      body: { code: 'PROFILE_NOT_FOUND' },
    })
    await api('PUT', '/settings/default-gateway-profile', { profile: 'default' })
  })
})

describe('servers', () => {
  test('create, change, delete; the endpoint is its own and serves', async () => {
    const created = await api('POST', '/mcp-servers', command({ name: 'Cat', profiles: ['default'] }))
    expect(created).toMatchObject({
      status: 201,
      body: {
        slug: 'cat',
        approved: false,
        status: { state: 'approval_required' },
        endpoint: expect.stringContaining(`${gateway.origin}/s/`),
      },
    })
    const changed = await api('PUT', '/mcp-servers/cat', { name: 'Tac', timeoutMs: 5000 })
    expect(changed.body).toMatchObject({ name: 'Tac', slug: 'cat', timeoutMs: 5000, version: 2 })
    expect((await api('PUT', '/mcp-servers/cat', { enabled: false })).body.status.state).toBe('disabled')
    const removed = await api('DELETE', '/mcp-servers/cat')
    expect(removed.body.profileIds).toHaveLength(1)
    expect((await fetch(created.body.endpoint, { method: 'POST', headers: { authorization: `Bearer ${admin}` } })).status).toBe(404)
    expect((await api('GET', '/mcp-servers/cat')).status).toBe(404)
  })

  test.each([
    ['unknown type', command({ type: 'nonsense' }), 'INVALID_TYPE'],
    ['a type that cannot be created', command({ type: 'builtin' }), 'INVALID_TYPE'],
    ['no command', command({ config: {} }), 'INVALID_CONFIG'],
    ['a field of another type', command({ config: { command: 'a', url: 'https://example.com' } }), 'INVALID_CONFIG'],
    ['a secret in plain sight', command({ config: { command: 'a', env: { API_KEY: 'abcdef' } } }), 'INVALID_CONFIG'],
    [
      'a metadata address',
      command({ type: 'remote_http', config: { url: 'http://169.254.169.254/', allowPrivateNetwork: true } }),
      'INVALID_CONFIG',
    ],
    ['a local address without consent', command({ type: 'remote_http', config: { url: 'http://localhost:1/' } }), 'INVALID_CONFIG'],
    [
      'CR/LF in a header',
      command({ type: 'remote_http', config: { url: 'https://example.com/', headers: { 'X-A': 'a\r\nb' } } }),
      'INVALID_CONFIG',
    ],
    ['a time limit out of range', command({ timeoutMs: 10 }), 'VALIDATION_ERROR'],
    ['an approval that nobody gave', command({ approved: true }), 'VALIDATION_ERROR'],
  ])('%s is refused', async (_, body, code) => {
    expect(await api('POST', '/mcp-servers', body)).toMatchObject({ status: 400, type: 'application/json', body: { code } })
    expect((await api('GET', '/mcp-servers/x')).status).toBe(404)
  })

  test('a program with a token cannot make the gateway tell its variables or call into the network', async () => {
    const heard: unknown[] = []
    const trap = createServer((req, res) => {
      heard.push(req.headers)
      res.end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => trap.once('listening', resolve))
    const url = `http://127.0.0.1:${(trap.address() as { port: number }).port}/mcp`
    const config = { url, headers: { 'X-Leak': '{{env:HOME}}' }, allowPrivateNetwork: true }
    const created = await api('POST', '/mcp-servers', { name: 'Leak', type: 'remote_http', config, profiles: ['default'] })
    expect(created).toMatchObject({ status: 201, body: { approved: false, status: { state: 'approval_required' } } })
    expect(await api('POST', '/mcp-servers/leak/restart')).toMatchObject({ status: 409, body: { code: 'APPROVAL_REQUIRED' } })
    await api('GET', '/mcp-servers/leak/tools')
    expect(heard).toEqual([])
    trap.close()
    await api('DELETE', '/mcp-servers/leak')
  })

  test('a server in an unknown profile is not created at all', async () => {
    expect(await api('POST', '/mcp-servers', command({ profiles: ['nope'] }))).toMatchObject({
      status: 404,
      body: { code: 'PROFILE_NOT_FOUND' },
    })
    expect((await api('GET', '/mcp-servers/x')).status).toBe(404)
  })

  test('names are unique whatever their case; type and endpoint never change', async () => {
    const { body } = await api('POST', '/mcp-servers', command({ name: 'Fixed' }))
    expect(await api('POST', '/mcp-servers', command({ name: 'FIXED' }))).toMatchObject({ status: 409, body: { code: 'NAME_EXISTS' } })
    expect(await api('PUT', '/mcp-servers/fixed', { type: 'remote_http' })).toMatchObject({
      status: 400,
      body: { code: 'IMMUTABLE_FIELD' },
    })
    expect(await api('PUT', '/mcp-servers/fixed', { endpoint: 'http://127.0.0.1:1/s/9' })).toMatchObject({
      status: 400,
      body: { code: 'IMMUTABLE_FIELD' },
    })
    expect((await api('PUT', '/mcp-servers/fixed', { type: 'external', endpoint: body.endpoint })).status).toBe(200)
  })

  test('links: add, order, switch, remove', async () => {
    const [a, b] = await Promise.all(
      ['link-a', 'link-b'].map(async (name) => (await api('POST', '/mcp-servers', command({ name }))).body.id),
    )
    await api('POST', '/profiles', { name: 'Links', slug: 'links' })
    await api('POST', '/profiles/links/servers', { server: 'link-a' })
    expect((await api('POST', '/profiles/links/servers', { server: 'link-b' })).body.serverIds).toEqual([a, b])
    expect(await api('POST', '/profiles/links/servers', { server: 'link-a' })).toMatchObject({
      status: 409,
      body: { code: 'ALREADY_ADDED' },
    })
    expect((await api('PUT', '/profiles/links/servers', { serverIds: [b, a] })).body.serverIds).toEqual([b, a])
    for (const serverIds of [[a], [a, a], [a, b, a], [], [a, '00000000-0000-4000-8000-000000000000']]) {
      expect(await api('PUT', '/profiles/links/servers', { serverIds })).toMatchObject({ status: 400, body: { code: 'INCOMPLETE_ORDER' } })
    }
    await api('PUT', '/profiles/links/servers/link-a', { isActive: false })
    expect((await api('GET', '/profiles/links/servers')).body).toEqual([
      { serverId: b, order: 0, isActive: true, toolPolicy: 'all', accountId: null },
      { serverId: a, order: 1, isActive: false, toolPolicy: 'all', accountId: null },
    ])
    expect((await api('DELETE', '/profiles/links/servers/link-a')).body.serverIds).toEqual([b])
    expect(await api('DELETE', '/profiles/links/servers/link-a')).toMatchObject({ status: 404, body: { code: 'SERVER_NOT_IN_PROFILE' } })
  })
})

describe('agents find servers', () => {
  test('real rows, one by name, and 404 for what is not there', async () => {
    const { status, body } = await api('GET', '/mcp/servers')
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: 'success', total: body.data.length })
    const gatewayRow = body.data.find(({ name }: { name: string }) => name === 'Gateway')
    expect(gatewayRow).toMatchObject({ status: 'connected', transport: 'builtin', capabilities: { tools: { count: 4 } } })
    expect((await api('GET', '/mcp/servers/gateway')).body.data).toEqual(gatewayRow)
    expect(await api('GET', '/mcp/servers/nope')).toMatchObject({ status: 404, body: { code: 'SERVER_NOT_FOUND' } })
  })
})

test('the description names every operation with an address, and none of the owner alone', async () => {
  const response = await fetch(`${gateway.origin}/openapi.json`, { headers: { authorization: `Bearer ${admin}` } })
  const { openapi, paths } = (await response.json()) as {
    openapi: string
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
  }
  expect(openapi).toMatch(/^3\.1/)
  expect(Object.keys(paths).sort()).toEqual([
    '/activity',
    '/backups',
    '/backups/settings',
    '/debug/logs',
    '/debug/logs/summary',
    '/debug/logs/usage',
    '/debug/logs/{log}',
    '/deleted-mcp-servers',
    '/endpoint-pool',
    '/mcp-servers',
    '/mcp-servers/read-snippet',
    '/mcp-servers/{server}',
    '/mcp-servers/{server}/history',
    '/mcp-servers/{server}/logs',
    '/mcp-servers/{server}/purge',
    '/mcp-servers/{server}/refresh',
    '/mcp-servers/{server}/restart',
    '/mcp-servers/{server}/restore',
    '/mcp-servers/{server}/sources',
    '/mcp-servers/{server}/sources/{source}',
    '/mcp-servers/{server}/status',
    '/mcp-servers/{server}/tool-changes',
    '/mcp-servers/{server}/tool-changes/accept',
    '/mcp-servers/{server}/tools',
    '/mcp/servers',
    '/mcp/servers/{server}',
    '/mcp/servers/{server}/status',
    '/oauth/accounts',
    '/oauth/client-metadata',
    '/oauth/recipes',
    '/oauth/servers/{server}',
    '/oauth/servers/{server}/accounts/{account}',
    '/oauth/servers/{server}/accounts/{account}/refresh',
    '/oauth/servers/{server}/accounts/{account}/token',
    '/oauth/servers/{server}/client',
    '/oauth/servers/{server}/config',
    '/oauth/servers/{server}/discover',
    '/oauth/servers/{server}/start',
    '/presets',
    '/presets/{preset}',
    '/profiles',
    '/profiles/{profile}',
    '/profiles/{profile}/prompt',
    '/profiles/{profile}/servers',
    '/profiles/{profile}/servers/{server}',
    '/profiles/{profile}/servers/{server}/account',
    '/profiles/{profile}/servers/{server}/tools',
    '/profiles/{profile}/servers/{server}/tools/{tool}',
    '/profiles/{profile}/servers/{server}/tools/{tool}/check',
    '/profiles/{profile}/tools',
    '/secrets',
    '/secrets/vault',
    '/secrets/{secret}',
    '/settings/appearance',
    '/settings/changed-tools',
    '/settings/default-gateway-profile',
    '/settings/logs',
    '/settings/oauth',
    '/settings/rate-limits',
    '/settings/servers',
    '/sources',
    '/sources/{source}',
    '/system',
    '/system/usage',
    '/tokens',
    '/tokens/{token}',
    '/tokens/{token}/usage',
    '/unknown-tokens',
  ])
  expect(JSON.stringify(paths)).not.toContain('"operationId":"servers.approve"')
})

test('writing down the same configuration again takes no approval back; another one does', async () => {
  const { slug } = await gateway.cli<{ slug: string }>('server', 'add', '--name', 'Same', '--command', 'cat', '--arg', 'x', '--approve')
  const put = async (body: object) => (await api('PUT', `/mcp-servers/${slug}`, body)).body
  expect(await put({ keepAlive: true, config: { args: ['x'], command: 'cat' } })).toMatchObject({ approved: true, keepAlive: true })
  expect(await put({ config: { command: 'cat', args: ['y'] } })).toMatchObject({ approved: false, keepAlive: true })
})

test('the time that commands may go unused is read and set', async () => {
  expect((await api('GET', '/settings/servers')).body).toEqual({ idleMinutes: 30 })
  expect((await api('PATCH', '/settings/servers', { idleMinutes: 5 })).body).toEqual({ idleMinutes: 5 })
  expect((await api('PATCH', '/settings/servers', { idleMinutes: -1 })).status).toBe(400)
  expect((await api('GET', '/settings/servers')).body).toEqual({ idleMinutes: 5 })
  const client = await fetch(`${gateway.origin}/api/settings/servers`, { headers: { authorization: `Bearer ${await gateway.token()}` } })
  expect(client.status).toBe(403)
})

test('a token cannot make one with more rights than its own', async () => {
  expect((await api('POST', '/tokens', { name: 'peer', access: 'admin' })).status).toBe(201)
  expect(await api('POST', '/tokens', { name: 'odd', access: 'admin', profiles: ['default'] })).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_ERROR' },
  })
  const client = await gateway.token()
  const response = await fetch(`${gateway.origin}/api/tokens`, {
    method: 'POST',
    body: '{"name":"y","access":"admin"}',
    headers: { authorization: `Bearer ${client}`, 'content-type': 'application/json' },
  })
  expect(response.status).toBe(403)
})

test('what a token makes ends with it at the latest', async () => {
  const DAY = 24 * 60 * 60 * 1000
  const short = await gateway.cli<{ token: string; expiresAt: number }>('token', 'create', '--name', 'short', '--admin', '--expires', '2')
  const make = async (body: object) => {
    const answer = await fetch(`${gateway.origin}/api/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${short.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as { code?: string; detail?: string; next?: string; expiresAt?: number } }
  }
  for (const [name, expiresInDays] of [
    ['longer', 3],
    ['never', null],
  ])
    for (const access of ['admin', 'client'])
      expect(await make({ name, access, expiresInDays })).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN', detail: expect.stringContaining('outlives'), next: expect.stringContaining('1 day or fewer') },
      })
  expect(await make({ name: 'shorter', expiresInDays: 1 })).toMatchObject({ status: 201 })
  // The usual 90 days are cut short.
  expect(await make({ name: 'usual', access: 'admin' })).toMatchObject({ status: 201, body: { expiresAt: short.expiresAt } })
  // One that does not end may make any.
  expect(await api('POST', '/tokens', { name: 'long', expiresInDays: 3650 })).toMatchObject({ status: 201 })
  expect(short.expiresAt - Date.now()).toBeLessThanOrEqual(2 * DAY)
})

test('no method but the ones that exist, no address but the ones that exist', async () => {
  for (const [method, path] of [
    ['PATCH', '/profiles'],
    ['GET', '/nothing'],
    ['POST', '/profiles/default/approve'],
    ['GET', '/profiles/default/servers/x/y'],
  ] as const) {
    expect(await api(method, path)).toMatchObject({
      status: expect.toSatisfy((status: number) => status === 404 || status === 405),
      body: { code: expect.any(String) },
    })
  }
})
