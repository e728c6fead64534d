import { type GatewayProcess, type LightStream, lightClient, modern, realServer, startGateway, tempDir } from '@local-mcp/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const dir = await tempDir()
const client = lightClient()
let gateway: GatewayProcess
let admin: string
let token: string

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin', '--expires', 'never')).token
  token = await gateway.token()
})
afterAll(async () => {
  client.rest()
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
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked into by the tests
  return { status: response.status, body: (text ? JSON.parse(text) : null) as any }
}

/** Tools that an endpoint lists, in the stateless era; the status where it does not. */
async function toolsOf(url: string): Promise<string[] | number> {
  const { params, headers } = modern('tools/list', {})
  const answer = await client.send({ url, token, headers, body: { jsonrpc: '2.0', id: 1, method: 'tools/list', params } })
  const tools = answer.messages[0]?.result?.tools as { name: string }[] | undefined
  return tools ? tools.map(({ name }) => name) : answer.status
}

const everything = (name: string) => gateway.addServer(name, realServer.everything)
const listed = async () => (await api('GET', '/mcp/servers')).body.data.map(({ name }: { name: string }) => name)

test('a deleted server is gone everywhere at once, from open sessions and streams too, and comes back as it was', async () => {
  const { id, endpoint } = await everything('Everything')
  const before = (await api('GET', '/mcp-servers/everything')).body
  expect(await toolsOf(endpoint)).toContain('echo')
  expect(await toolsOf(`${gateway.mcpUrl}/default`)).toContain('echo')

  // Both eras hold something open at its endpoint.
  const session = await client.session(endpoint, token)
  const ask = (method: string) => client.send({ url: endpoint, token, session, body: { jsonrpc: '2.0', id: 2, method, params: {} } })
  expect((await ask('tools/list')).status).toBe(200)
  const legacyStream = await client.stream({ url: endpoint, token, session })
  const listen = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
  const modernStream = await client.stream({
    url: endpoint,
    token,
    headers: listen.headers,
    body: { jsonrpc: '2.0', id: 3, method: 'subscriptions/listen', params: listen.params },
  })
  const oldStream = await client.stream({ url: `${endpoint}/sse`, token })
  const streams: LightStream[] = [legacyStream, modernStream, oldStream]
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 200])
  // And a call is under way.
  const long = modern('tools/call', { name: 'trigger-long-running-operation', arguments: { duration: 60, steps: 2 } })
  const call = client.send({
    url: endpoint,
    token,
    headers: long.headers,
    body: { jsonrpc: '2.0', id: 4, method: 'tools/call', params: long.params },
  })

  expect(await api('DELETE', '/mcp-servers/everything')).toMatchObject({ status: 200, body: { profileIds: [expect.any(String)] } })
  expect(await toolsOf(endpoint)).toBe(404)
  expect((await ask('tools/list')).status).toBe(404)
  expect((await client.send({ url: `${endpoint}/sse`, token, method: 'GET' })).status).toBe(404)
  expect((await client.send({ url: endpoint, token, session })).status).toBe(404)
  await Promise.all(streams.map(({ closed }) => closed))
  expect((await call).messages.at(-1)?.error ?? (await call).messages.at(-1)?.result?.isError).toBeTruthy()
  expect(await toolsOf(`${gateway.mcpUrl}/default`)).not.toContain('echo')
  expect(await listed()).not.toContain('Everything')
  expect(await api('GET', `/mcp/servers/${id}`)).toMatchObject({ status: 404, body: { code: 'SERVER_NOT_FOUND' } })
  expect(await api('GET', `/mcp-servers/${id}/status`)).toMatchObject({ status: 404 })
  expect((await api('GET', '/deleted-mcp-servers')).body).toEqual([
    expect.objectContaining({ id, name: 'Everything', endpoint, profileIds: before.profileIds, nameTaken: false }),
  ])
  // It keeps its address: another server gets the next one.
  const other = await api('POST', '/mcp-servers', { name: 'Other', type: 'external', config: { command: 'cat' } })
  expect(other.body.endpoint).not.toBe(endpoint)

  const restored = await api('POST', '/mcp-servers/everything/restore')
  expect(restored).toMatchObject({ status: 200, body: { id, endpoint, name: 'Everything', approved: true, profileIds: before.profileIds } })
  expect(await toolsOf(endpoint)).toContain('echo')
  expect(await toolsOf(`${gateway.mcpUrl}/default`)).toContain('echo')
  expect(await listed()).toContain('Everything')
  // So does a session that was open before.
  expect((await ask('tools/list')).status).toBe(200)
})

test('what is neither deleted nor there says so; a name that was taken meanwhile needs a new one', async () => {
  const make = (name: string) => api('POST', '/mcp-servers', { name, type: 'external', config: { command: 'cat' } })
  const { id } = (await make('Twice')).body
  for (const what of ['restore', 'purge']) {
    expect(await api('POST', `/mcp-servers/twice/${what}`)).toMatchObject({ status: 409, body: { code: 'NOT_DELETED' } })
    expect(await api('POST', `/mcp-servers/nobody/${what}`)).toMatchObject({ status: 404, body: { code: 'SERVER_NOT_FOUND' } })
  }
  await api('DELETE', '/mcp-servers/twice')
  expect(await api('DELETE', '/mcp-servers/twice')).toMatchObject({ status: 404 })
  expect((await make('TWICE')).status).toBe(201)
  expect((await api('GET', '/deleted-mcp-servers')).body).toMatchObject([{ id, nameTaken: true }])
  expect(await api('POST', `/mcp-servers/${id}/restore`)).toMatchObject({ status: 409, body: { code: 'NAME_EXISTS' } })
  for (const newName of ['', ' ', 'a\u001b[2J', 5, 'x'.repeat(256)])
    expect(await api('POST', `/mcp-servers/${id}/restore`, { newName })).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } })
  expect(await api('POST', `/mcp-servers/${id}/restore`, { newName: 'Thrice' })).toMatchObject({
    status: 200,
    body: { id, name: 'Thrice', slug: 'twice', approved: false },
  })
})

test('purged for good: its address is free, its id unknown', async () => {
  const { body } = await api('POST', '/mcp-servers', { name: 'Short', type: 'external', config: { command: 'cat' } })
  await gateway.cli('server', 'rm', 'short')
  await gateway.cli('server', 'purge', 'short', '--yes')
  expect((await api('GET', '/deleted-mcp-servers')).body).toEqual([])
  expect(await api('POST', `/mcp-servers/${body.id}/restore`)).toMatchObject({ status: 404 })
  const again = await api('POST', '/mcp-servers', { name: 'Short', type: 'external', config: { command: 'cat' } })
  expect(again.body).toMatchObject({ endpoint: body.endpoint, slug: 'short' })
})

test('a server in use is kept where only an unused one was to go', async () => {
  await api('POST', '/mcp-servers', { name: 'Used', type: 'external', config: { command: 'cat' }, profiles: ['default'] })
  expect(await api('DELETE', '/mcp-servers/used?ifUnused=true')).toMatchObject({
    status: 409,
    body: { code: 'SERVER_IN_USE', profiles: [{ slug: 'default' }] },
  })
  expect(await api('DELETE', '/mcp-servers/used?ifUnused=perhaps')).toMatchObject({
    status: 400,
    body: { errors: [{ path: ['ifUnused'] }] },
  })
  expect(await api('DELETE', '/mcp-servers/used?ifused=true')).toMatchObject({ status: 400, body: { errors: [{ path: ['ifused'] }] } })
  expect((await api('GET', '/mcp-servers/used')).status).toBe(200)
  await api('DELETE', '/profiles/default/servers/used')
  expect(await api('DELETE', '/mcp-servers/used?ifUnused=true')).toMatchObject({ status: 200, body: { profileIds: [] } })
  // The built-in one is not to be deleted at all.
  expect(await api('DELETE', '/mcp-servers/lmg')).toMatchObject({ status: 400, body: { code: 'IMMUTABLE_FIELD' } })
})
