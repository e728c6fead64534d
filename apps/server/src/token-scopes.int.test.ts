import { DAYS } from '@local-mcp/contract'
import { badServer, openEventStream, openModernClient, openRawSession, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const dir = await tempDir()
let gateway: Awaited<ReturnType<typeof startGateway>>
let admin: string
let one: { id: string; slug: string; endpoint: string }
let two: { id: string; slug: string; endpoint: string }
let names = 0

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  one = await gateway.addServer('one', badServer, 'normal')
  two = await gateway.addServer('two', badServer, 'normal')
  await gateway.cli('profile', 'create', '--name', 'Other', '--server', 'two')
})
afterAll(async () => {
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown> & { code?: string; detail?: string; errors?: { path: (string | number)[] }[] }
}

async function api(token: string, method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${gateway.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
}

async function make(scope: object, by = admin): Promise<string> {
  const { status, body } = await api(by, 'POST', '/api/tokens', { name: `t${++names}`, ...scope })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.token as string
}

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }

/** What each way in says to the token: a profile in both eras, a single server, the old carrier, REST. */
async function ways(token: string, headers: Record<string, string> = {}) {
  const post = async (url: string, body: object, more: object = {}) =>
    (
      await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json', ...headers, ...more },
        body: JSON.stringify(body),
      })
    ).status
  const initialize = { ...ping, method: 'initialize', params: hello }
  const old = await openEventStream(`${gateway.mcpUrl}/default/sse`, { headers: { authorization: `Bearer ${token}`, ...headers } })
  old.cut()
  return {
    profile: await post(`${gateway.mcpUrl}/default`, initialize),
    modern: (await openModernClient(`${gateway.mcpUrl}/default`, token).send('server/discover', {}, { headers })).status,
    server: await post(one.endpoint, initialize),
    sse: old.status,
    rest: (await api(token, 'GET', '/api/mcp/servers', undefined, headers)).status,
  }
}
const all = (status: number) => ({ profile: status, modern: status, server: status, sse: status, rest: status })

const today = (zone: string) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short' }).format().toLowerCase() as (typeof DAYS)[number]
/** Around midnight the day may change during the test. */
const nearby = (zone: string) => [-1, 0, 1].map((step) => DAYS[(DAYS.indexOf(today(zone)) + step + 7) % 7])

test.each([
  ['no limit at all', {}],
  ['its addresses', { addresses: ['10.0.0.0/8', '127.0.0.0/8'] }],
  ['its days', { timeWindow: { days: nearby('Europe/Prague'), zone: 'Europe/Prague' } }],
  ['its share', { usageLimits: { perMinute: 5, perHour: 5, perDay: 5, total: 5 } }],
  ['a day to go', { expiresInDays: 1 }],
  ['its profile', { profiles: ['default'] }],
  ['its server', { servers: ['one'] }],
  ['its rights', { permissions: ['tools.read'] }],
])('a token within %s is let in by every way', async (_, scope) => {
  expect(await ways(await make(scope))).toEqual(all(200))
})

test.each([
  ['other addresses', { addresses: ['10.0.0.0/8', '::1'] }, 'address'],
  ['other days', { timeWindow: { days: DAYS.filter((day) => !nearby('UTC').includes(day)), zone: 'UTC' } }, 'time'],
  ['other rights', { permissions: ['profiles.read'] }, 'permission'],
])('a token for %s is refused by every way, and it is written down why', async (_, scope, reason) => {
  const token = await make(scope)
  // Nobody can choose where a request comes from by saying so.
  const said = { 'x-forwarded-for': '10.0.0.1', forwarded: 'for=10.0.0.1', 'x-real-ip': '10.0.0.1' }
  expect(await ways(token, said)).toEqual(all(403))
  const { rows } = (await api(admin, 'GET', `/api/tokens/t${names}/usage`)).body as unknown as { rows: { blockReason: string }[] }
  expect(rows.map(({ blockReason }) => blockReason)).toEqual(Array(5).fill(reason))
})

test('what a proxy claims does not shut anybody out either', async () => {
  expect(await ways(await make({ addresses: ['127.0.0.1'] }), { 'x-forwarded-for': '10.0.0.1' })).toEqual(all(200))
})

test('a token for one server: of every profile it sees and calls that one alone, in both eras and over REST', async () => {
  const token = await make({ servers: ['one'] })
  const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
  const whole = await openRawSession(`${gateway.mcpUrl}/default`, await make({}))
  const listed = async (from: typeof session) =>
    ((await from.request(1, 'tools/list')).result as unknown as { tools: { name: string }[] }).tools.map(({ name }) => name)
  const everything = await waitFor('both servers', async () => {
    const tools = await listed(whole)
    return tools.some((name) => name.startsWith('two__')) ? tools : null
  })
  const mine = await listed(session)
  expect(mine.length).toBeGreaterThan(0)
  expect(everything).toEqual(expect.arrayContaining(mine))
  expect(mine.filter((name) => name.startsWith('two__') || name === 'current_time')).toEqual([])
  const text = (answer: { result?: unknown }) => (answer.result as { content?: { text: string }[] } | undefined)?.content?.[0]?.text
  expect(Number(text(await session.request(2, 'tools/call', { name: 'pid' })))).toBeGreaterThan(0)
  for (const name of ['two__pid', 'current_time'])
    expect((await session.request(3, 'tools/call', { name, arguments: {} })).error).toMatchObject({ code: -32602 })
  const modern = openModernClient(`${gateway.mcpUrl}/default`, token)
  expect(((await modern.request('tools/list')).result as unknown as { tools: { name: string }[] }).tools.map(({ name }) => name)).toEqual(
    mine,
  )
  expect(await modern.request('tools/call', { name: 'two__pid' })).toMatchObject({ error: { code: -32602 } })
  expect((await openRawSession(`${gateway.mcpUrl}/other`, token)).session).not.toBeNull()
  expect((await openModernClient(`${gateway.mcpUrl}/other`, token).request('tools/list')).result).toMatchObject({ tools: [] })

  expect((await openRawSession(one.endpoint, token)).opened.status).toBe(200)
  const refused = (await openRawSession(two.endpoint, token)).opened
  expect([refused.status, JSON.parse(refused.text)]).toMatchObject([403, { error: { code: -32087, data: { code: 'FORBIDDEN' } } }])
  expect((await api(token, 'GET', '/mcp/default/info')).body).toMatchObject({ servers: [{ id: one.id }], tools: mine })
  expect((await api(token, 'GET', '/api/mcp/servers')).body).toMatchObject({ total: 1, data: [{ id: one.id }] })
  expect((await api(token, 'GET', `/api/mcp/servers/${two.id}`)).status).toBe(404)
  for (const part of ['sse', 'message']) {
    const old = await fetch(`${two.endpoint}/${part}`, {
      method: part === 'sse' ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    expect([part, old.status]).toEqual([part, 403])
  }
})

test('nobody chooses what a token is limited to by the name of a profile', async () => {
  for (const token of [await make({}), await make({ servers: ['one'] })]) {
    expect((await openRawSession(`${gateway.mcpUrl}/default%20${two.id}`, token)).opened.status).toBe(404)
  }
})

test('a token for one profile: no other one, by no way, and of single servers only those in it', async () => {
  const token = await make({ profiles: ['other'] })
  for (const path of ['', '/sse', '/info']) {
    const statuses = await Promise.all(
      ['other', 'default'].map(async (slug) => {
        const answer = await openEventStream(`${gateway.mcpUrl}/${slug}${path}`, {
          ...(path === '' ? { method: 'POST', body: JSON.stringify({ ...ping, method: 'initialize', params: hello }) } : {}),
          headers: { authorization: `Bearer ${token}`, ...(path === '' ? { 'content-type': 'application/json' } : {}) },
        })
        answer.cut()
        return answer.status
      }),
    )
    expect([path, ...statuses]).toEqual([path, 200, 403])
  }
  expect((await openRawSession(two.endpoint, token)).opened.status).toBe(200)
  expect((await openRawSession(one.endpoint, token)).opened.status).toBe(403)
  expect((await api(token, 'GET', '/api/mcp/servers')).body).toMatchObject({ total: 1, data: [{ id: two.id }] })
})

test('a token that may only look sees every list and calls nothing, by any way', async () => {
  const token = await make({ permissions: ['tools.read'] })
  const session = await openRawSession(`${gateway.mcpUrl}/default`, token, '2025-03-26')
  for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'ping'])
    expect([method, (await session.request(1, method)).error]).toEqual([method, undefined])
  const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'current_time', arguments: {} } }
  const asked = [
    call,
    [ping, call],
    { ...call, method: 'resources/read', params: { uri: 'a:b' } },
    { ...call, method: 'prompts/get', params: { name: 'x' } },
    { ...call, method: 'anything/else' },
  ]
  for (const body of asked) expect((await session.send(body)).status).toBe(403)
  const modern = openModernClient(`${gateway.mcpUrl}/default`, token)
  expect((await modern.send('tools/list')).status).toBe(200)
  expect((await modern.send('tools/call', { name: 'current_time' })).status).toBe(403)
  expect((await modern.send('subscriptions/listen', { notifications: { toolsListChanged: true } })).status).toBe(403)

  const old = await openEventStream(`${gateway.mcpUrl}/default/sse`, { headers: { authorization: `Bearer ${token}` } })
  const where = await waitFor('the address', () => old.events[0]?.data)
  const say = (body: object) =>
    api(token, 'POST', where, body).then(
      ({ status }) => status,
      () => 202,
    )
  expect([await say({ ...ping, method: 'tools/list' }), await say(call)]).toEqual([202, 403])
  old.cut()
})

test('rights over REST: what was given and nothing else', async () => {
  const token = await make({ permissions: ['profiles.read', 'tokens.read'] })
  const statuses = async (...requests: [string, string, object?][]) =>
    Promise.all(requests.map(async ([method, path, body]) => (await api(token, method, path, body)).status))
  expect(await statuses(['GET', '/api/profiles'], ['GET', '/api/tokens'], ['GET', '/api/profiles/default'])).toEqual([200, 200, 200])
  expect(
    await statuses(
      ['POST', '/api/profiles', { name: 'x' }],
      ['GET', '/api/mcp-servers'],
      ['GET', '/api/secrets'],
      ['DELETE', '/api/tokens/admin'],
      ['POST', '/api/tokens', { name: 'x' }],
      ['PATCH', '/api/settings/rate-limits', { mcpPerMinute: 1 }],
      ['GET', '/api/mcp/servers'],
    ),
  ).toEqual(Array(7).fill(403))
})

test('nobody makes a token that may more than his own', async () => {
  const maker = await make({ permissions: ['tools.read', 'tokens.create', 'admin.system_config'], addresses: ['127.0.0.0/8'] })
  const ask = (scope: object) => api(maker, 'POST', '/api/tokens', { name: `t${++names}`, ...scope })
  for (const scope of [
    { access: 'admin' },
    { access: 'client' },
    {},
    { permissions: ['tools.read', 'servers.delete'] },
    { permissions: ['tools.read'], addresses: ['0.0.0.0/0'] },
  ])
    expect([scope, await ask(scope)]).toMatchObject([scope, { status: 403, body: { code: 'FORBIDDEN' } }])
  // What it makes is shut in as it is itself.
  expect(await ask({ permissions: ['tools.read'] })).toMatchObject({
    status: 201,
    body: { access: 'custom', permissions: ['tools.read'], addresses: ['127.0.0.0/8'] },
  })
  const counted = await make({ permissions: ['tokens.create', 'tools.read'], usageLimits: { total: 9 } })
  expect((await api(counted, 'POST', '/api/tokens', { name: 'x', permissions: ['tools.read'] })).status).toBe(403)
})

test.each([
  [{ addresses: ['127.0.0.1', '10.0.0.0/33'] }, ['addresses', 1]],
  [{ addresses: [] }, ['addresses']],
  [{ permissions: ['tools.read', 'servers.fly'] }, ['permissions', 1]],
  [{ permissions: ['tools.read'], access: 'admin' }, ['permissions']],
  [{ permissions: ['servers.read'], servers: ['one'] }, ['servers']],
  [{ access: 'admin', profiles: ['default'] }, ['profiles']],
  [{ timeWindow: { zone: 'Mars/Olympus' } }, ['timeWindow', 'zone']],
  [{ timeWindow: { from: '25:00', zone: 'UTC' } }, ['timeWindow', 'from']],
  [{ timeWindow: { from: '09:00', to: '09:00', zone: 'UTC' } }, ['timeWindow', 'to']],
  [{ timeWindow: { days: ['caturday'], zone: 'UTC' } }, ['timeWindow', 'days', 0]],
  [{ usageLimits: { perMinute: 0 } }, ['usageLimits', 'perMinute']],
  [{ usageLimits: { perFortnight: 1 } }, ['usageLimits', 'perFortnight']],
  [{ expiresAt: 1000 }, ['expiresAt']],
  [{ expiresAt: 4102444800000, expiresInDays: 3 }, ['expiresAt']],
  [{ expiresInDays: 0 }, ['expiresInDays']],
])('%j is refused by its field', async (scope, path) => {
  const { status, body } = await api(admin, 'POST', '/api/tokens', { name: 'never', ...scope })
  expect([status, body.code, body.errors?.[0]?.path]).toEqual([400, 'VALIDATION_ERROR', path])
})

test('a server or profile that is not there: 404', async () => {
  expect((await api(admin, 'POST', '/api/tokens', { name: 'never', servers: ['nowhere'] })).body.code).toBe('SERVER_NOT_FOUND')
  expect((await api(admin, 'POST', '/api/tokens', { name: 'never', profiles: ['nowhere'] })).body.code).toBe('PROFILE_NOT_FOUND')
})

test('a token that has expired: 401 with the challenge, and what it had open has ended', async () => {
  const token = await make({ expiresAt: Date.now() + 3000 })
  const stream = await openEventStream(`${gateway.mcpUrl}/default/sse`, { headers: { authorization: `Bearer ${token}` } })
  expect(stream.status).toBe(200)
  await waitFor('the end of its stream', () => stream.ended())
  const { status, headers, body } = await api(token, 'GET', '/api/mcp/servers')
  expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="local-mcp-gateway", error="invalid_token"'])
  expect(body.detail).toBe('The token has expired')
})

test.each(['perMinute', 'perHour', 'perDay', 'total'])(
  '%s: as many requests as were given, then 429 with the time to wait',
  async (limit) => {
    const token = await make({ usageLimits: { [limit]: 3 } })
    const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
    expect((await api(token, 'GET', '/api/mcp/servers')).status).toBe(200)
    const mcp = await session.send(ping)
    const rest = await api(token, 'GET', '/api/mcp/servers')
    expect([mcp.status, JSON.parse(mcp.text)]).toMatchObject([429, { error: { code: -32085, data: { code: 'RATE_LIMITED' } } }])
    expect([rest.status, rest.body.code]).toEqual([429, 'RATE_LIMITED'])
    const wait = Number(rest.headers.get('retry-after'))
    const longest = { perMinute: 60, perHour: 3600, perDay: 86_400, total: 86_400 }[limit] as number
    expect(wait).toBeGreaterThan(longest / 2)
    expect(wait).toBeLessThanOrEqual(longest)
    expect(mcp.headers.get('retry-after')).toMatch(/^\d+$/)
  },
)

test('the settings put a brake on every token, each way in by itself, and 0 takes it off', async () => {
  const limits = await gateway.cli('token', 'limits')
  expect(limits).toEqual({ mcpPerMinute: 0, apiPerMinute: 0 })
  const token = await make({})
  expect(await gateway.cli('token', 'limits', '--mcp', '3', '--api', '2')).toEqual({ mcpPerMinute: 3, apiPerMinute: 2 })
  const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
  expect([(await session.send(ping)).status, (await session.send(ping)).status]).toEqual([200, 429])
  const rest = async () => (await api(token, 'GET', '/api/mcp/servers')).status
  expect([await rest(), await rest(), await rest()]).toEqual([200, 200, 429])
  expect((await api(token, 'GET', '/openapi.json')).status).toBe(429)
  expect((await openRawSession(`${gateway.mcpUrl}/default`, await make({}))).opened.status).toBe(200)
  await gateway.cli('token', 'limits', '--mcp', '0', '--api', '0')
  expect([(await session.send(ping)).status, await rest()]).toEqual([200, 200])
  expect((await api(admin, 'PATCH', '/api/settings/rate-limits', { mcpPerMinute: -1 })).status).toBe(400)
})

test('an address that nothing is at is no way in, whatever the token', async () => {
  for (const token of [admin, await make({}), await make({ permissions: ['tools.read'] })]) {
    for (const path of ['/', '/admin', '/api', '/api/nothing', '/mcp', '/mcp/default/tools', '/s', '/s/1/tools', '/rpc', '/internal'])
      expect([path, (await api(token, 'GET', path)).status]).toEqual([path, 404])
  }
})

test('the command line makes what REST makes', async () => {
  const flags = ['--description', 'what for', '--server', 'one', '--from', '127.0.0.0/8', '--from', '::1', '--days', 'mon,tue']
  const more = ['--hours', '22:00-06:00', '--zone', 'UTC', '--per-minute', '9', '--total', '99', '--expires', '2100-01-01']
  await gateway.cli('token', 'create', '--name', 'by hand', ...flags, ...more)
  const listed = await gateway.cli<Record<string, unknown>[]>('token', 'ls')
  expect(listed.find(({ name }) => name === 'by hand')).toMatchObject({
    description: 'what for',
    access: 'client',
    permissions: ['tools.read', 'tools.execute'],
    profileIds: null,
    serverIds: [one.id],
    addresses: ['127.0.0.0/8', '::1'],
    timeWindow: { days: ['mon', 'tue'], from: '22:00', to: '06:00', zone: 'UTC' },
    usageLimits: { perMinute: 9, total: 99 },
    expiresAt: Date.UTC(2100, 0, 1),
  })
})
