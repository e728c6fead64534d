import { writeFile } from 'node:fs/promises'
import type { ProfileTool, ProfileTools } from '@local-mcp/contract'
import { connectOldClient, fileServer, type GatewayProcess, runCli, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const dir = await tempDir()
let gateway: GatewayProcess
let admin: string

const READ = {
  name: 'read',
  description: 'Reads a file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
}
const plain = (name: string, description = '') => ({ name, description, inputSchema: { type: 'object' } })

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked into by the tests
  readonly body: any
}
async function api(method: string, path: string, body?: object, token = admin): Promise<Answer> {
  const response = await fetch(`${gateway.origin}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : null }
}
const tools = async (slug = 'default'): Promise<ProfileTools> => (await api('GET', `/profiles/${slug}/tools`)).body
const find = (all: ProfileTools, server: string, name: string): ProfileTool =>
  all.tools.find((tool) => tool.serverId === server && tool.name === name) as ProfileTool
const DEFINITION = Math.ceil(JSON.stringify(READ).length / 4)

let one: { id: string; slug: string }
let two: { id: string; slug: string }

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  const add = async (name: string, list: object[]) => {
    await writeFile(`${dir.path}/${name}.json`, JSON.stringify({ tools: list }))
    return gateway.addServer(name, fileServer, `${dir.path}/${name}.json`)
  }
  one = await add('One', [READ, plain('write', 'W'.repeat(400))])
  two = await add('Two', [READ, plain('again')])
  // What the gateway itself offers is not what is looked at here.
  const { body } = await api('GET', '/profiles/default')
  for (const id of body.serverIds) if (id !== one.id && id !== two.id) await api('DELETE', `/profiles/default/servers/${id}`)
  await waitFor('both lists', async () => (await tools()).total.tools === 4)
})
afterAll(async () => {
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

describe('what clients see', () => {
  test('is what they list, name by name, with who has the name that a tool lost', async () => {
    const all = await tools()
    const client = await connectOldClient(`${gateway.mcpUrl}/default`, admin)
    const { tools: listed } = (await client.request('tools/list')) as { tools: { name: string }[] }
    await client.close()
    expect(all.tools.flatMap(({ exposedName }) => exposedName ?? [])).toEqual(listed.map(({ name }) => name))
    expect(find(all, one.id, 'read')).toMatchObject({ exposedName: 'read', hidden: null, rivalId: null, tokens: DEFINITION })
    expect(find(all, two.id, 'read')).toMatchObject({ exposedName: `${two.slug}__read`, hidden: null, rivalId: one.id })
    expect(all.total).toEqual({ tools: 4, tokens: all.servers.reduce((sum, { tokens }) => sum + tokens, 0) })
    expect(all.servers.map(({ listed: known, tools: count }) => [known, count])).toEqual([
      [true, 2],
      [true, 2],
    ])
  })

  test('says why a tool is not seen', async () => {
    await api('PUT', `/mcp-servers/${one.slug}/tools`, { disable: ['write'] })
    await api('PUT', `/profiles/default/servers/${two.slug}/tools`, { disable: ['again'] })
    const off = await tools()
    expect(find(off, one.id, 'write')).toMatchObject({ exposedName: null, hidden: 'off_at_server', enabledHere: true })
    expect(find(off, two.id, 'again')).toMatchObject({ exposedName: null, hidden: 'off_here', enabledHere: false })
    expect(off.total.tools).toBe(2)

    await api('PUT', '/profiles/default', { toolNaming: 'reject' })
    const clash = await tools()
    expect(find(clash, one.id, 'read')).toMatchObject({ exposedName: null, hidden: 'name_clash', rivalId: two.id })
    expect(clash.total).toEqual({ tools: 0, tokens: 0 })
    expect((await api('GET', '/profiles/default/prompt')).body).toMatchObject({ tools: 0, text: expect.stringContaining('no tools') })

    await api('PUT', `/profiles/default/servers/${two.slug}`, { isActive: false })
    const inactive = await tools()
    expect(find(inactive, two.id, 'read')).toMatchObject({ exposedName: null, hidden: 'link_off' })
    expect(find(inactive, one.id, 'read')).toMatchObject({ exposedName: 'read', hidden: null })

    await api('PUT', `/profiles/default/servers/${two.slug}`, { isActive: true })
    await api('PUT', '/profiles/default', { toolNaming: 'first_wins' })
    await api('PUT', `/mcp-servers/${one.slug}/tools`, { enable: ['write'] })
    await api('PUT', `/profiles/default/servers/${two.slug}/tools`, { enable: ['again'] })
    expect((await tools()).total.tools).toBe(4)
  })

  test('a server that nobody approved has told nothing, and is named for it', async () => {
    const config = { command: process.execPath, args: [fileServer, `${dir.path}/One.json`] }
    const { body } = await api('POST', '/mcp-servers', { name: 'Waiting', type: 'external', config, profiles: ['default'] })
    expect((await tools()).servers.at(-1)).toEqual({ serverId: body.id, listed: false, tools: 0, tokens: 0 })
    // What was removed before left a gap in the order, and what is new is last all the same.
    expect((await api('GET', '/profiles/default')).body.serverIds).toEqual([one.id, two.id, body.id])
    await api('DELETE', '/mcp-servers/waiting')
  })

  test('costs what clients read of it', async () => {
    const short = 'x'
    await api('PUT', `/profiles/default/servers/${one.slug}/tools/write`, { description: short })
    const after = find(await tools(), one.id, 'write')
    expect(after).toMatchObject({ custom: true, description: short })
    expect(after.tokens).toBe(Math.ceil(JSON.stringify(plain('write', short)).length / 4))
    await api('DELETE', `/profiles/default/servers/${one.slug}/tools/write`)
  })

  test.each([
    ['GET', '/profiles/nobody/tools', 404],
    ['GET', '/profiles/nobody/prompt', 404],
    ['GET', '/profiles/default/prompt?format=pdf', 400],
    ['GET', '/profiles/default/prompt?format=__proto__', 400],
  ])('%s %s is refused with %i', async (method, path, status) => {
    expect((await api(method, path)).status).toBe(status)
  })

  test('needs the right to read profiles, and to look before a customisation that to change them', async () => {
    const client = await gateway.token()
    for (const path of ['/profiles/default/tools', '/profiles/default/prompt'])
      expect((await api('GET', path, undefined, client)).status).toBe(403)
    const { token: reader } = await gateway.cli<{ token: string }>(
      ...['token', 'create', '--name', 'reader', '--permission', 'profiles.read'],
    )
    expect((await api('GET', '/profiles/default/tools', undefined, reader)).status).toBe(200)
    expect((await api('POST', `/profiles/default/servers/${two.slug}/tools/read/check`, {}, reader)).status).toBe(403)
  })
})

describe('the look before a customisation', () => {
  const at = () => `/profiles/default/servers/${two.slug}/tools/read`
  const check = async (body: object) => api('POST', `${at()}/check`, body)

  test('previews the name and the cost, and changes nothing', async () => {
    expect((await check({})).body).toEqual({
      exposedName: `${two.slug}__read`,
      tokensOriginal: DEFINITION,
      tokens: Math.ceil(JSON.stringify({ ...READ, name: `${two.slug}__read` }).length / 4),
      problems: [],
    })
    expect((await check({ name: 'fetch', description: 'F' })).body).toMatchObject({
      exposedName: 'fetch',
      tokens: Math.ceil(JSON.stringify({ ...READ, name: 'fetch', description: 'F' }).length / 4),
      problems: [],
    })
    expect(find(await tools(), two.id, 'read')).toMatchObject({ exposedName: `${two.slug}__read`, custom: false })
  })

  test.each([
    ['a name that another tool has', { name: 'write' }, ['name'], 'write'],
    [
      'a type that there is not',
      { inputSchema: { type: 'object', properties: { path: { type: 'text' } } } },
      ['inputSchema', 'properties', 'path', 'type'],
      'must be',
    ],
    ['no object', { inputSchema: { type: 'array' } }, ['inputSchema', 'type'], 'object'],
    ['a required field that is gone', { inputSchema: { type: 'object' } }, ['inputSchema'], 'requires path'],
  ])('%s is told with its place', async (_what, body, path, message) => {
    expect((await check(body)).body.problems).toEqual([{ path, message: expect.stringContaining(message) }])
  })

  test('refuses what no customisation can be', async () => {
    expect((await check({ name: 'a b' })).status).toBe(400)
    expect((await check({ description: 'x'.repeat(10_001) })).status).toBe(400)
    expect((await check({ inputSchema: { type: 'object', description: 'x'.repeat(70_000) } })).status).toBe(400)
    expect((await api('POST', `/profiles/default/servers/${two.slug}/tools/nothing/check`, {})).status).toBe(404)
  })
})

describe('a prompt', () => {
  test.each(['recommended', 'markdown', 'xml', 'toon'])('%s names exactly the tools that clients see', async (format) => {
    await api('PUT', `/profiles/default/servers/${two.slug}/tools`, { disable: ['again'] })
    const { body } = await api('GET', `/profiles/default/prompt?format=${format}`)
    expect(body).toMatchObject({ format, tools: 3, tokens: Math.ceil(Buffer.byteLength(body.text) / 4) })
    for (const name of ['read', 'write', `${two.slug}__read`]) expect(body.text).toContain(name)
    expect(body.text).not.toContain('again')
    await api('PUT', `/profiles/default/servers/${two.slug}/tools`, { enable: ['again'] })
  })
})

describe('a removal that is taken back', () => {
  /** The orders of links may have gaps; their sequence counts. */
  const placeless = ({ order: _order, ...link }: { order: number }) => link
  test('brings the place, the switches and the customisations back', async () => {
    await api('PUT', `/profiles/default/servers/${one.slug}/tools/read`, { name: 'fetch', description: 'Fetches.' })
    await api('PUT', `/profiles/default/servers/${one.slug}/tools`, { policy: 'allowlist', enable: ['read'] })
    await api('PUT', `/profiles/default/servers/${one.slug}`, { isActive: false })
    const before = [await tools(), (await api('GET', '/profiles/default/servers')).body]
    const { body } = await api('DELETE', `/profiles/default/servers/${one.slug}`)
    expect(body.serverIds).toEqual([two.id])
    const { order, isActive, toolPolicy, tools: chosen } = body.removed
    expect({ order, isActive, toolPolicy }).toEqual({ order: 0, isActive: false, toolPolicy: 'allowlist' })
    expect(chosen).toContainEqual({ tool: 'read', enabled: true, name: 'fetch', description: 'Fetches.', inputSchema: null })
    const back = await api('POST', '/profiles/default/servers', { server: one.id, restore: body.removed })
    expect([back.status, back.body.serverIds]).toEqual([201, [one.id, two.id]])
    const after: typeof before = [await tools(), (await api('GET', '/profiles/default/servers')).body]
    expect(after[0]).toEqual(before[0])
    expect(after[1].map(placeless)).toEqual(before[1].map(placeless))
  })

  test.each([
    ['a name that clients could not call', { tools: [{ tool: 'read', enabled: true, name: 'a b', description: null, inputSchema: null }] }],
    ['a schema that is none', { tools: [{ tool: 'read', enabled: true, name: null, description: null, inputSchema: { type: 'array' } }] }],
    ['a policy that there is not', { toolPolicy: 'none' }],
    ['a place before the first', { order: -1 }],
    ['something more', { extra: 1 }],
  ])('%s is refused, and nothing is added', async (_what, wrong) => {
    const { body } = await api('DELETE', `/profiles/default/servers/${one.slug}`)
    const refused = await api('POST', '/profiles/default/servers', { server: one.id, restore: { ...body.removed, ...wrong } })
    expect([refused.status, refused.body.code ?? refused.body.error?.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect((await api('GET', '/profiles/default')).body.serverIds).toEqual([two.id])
    expect((await api('POST', '/profiles/default/servers', { server: one.id, restore: body.removed })).status).toBe(201)
  })

  test('as an account that is gone is refused, so that calls are never made as another one', async () => {
    const { body } = await api('DELETE', `/profiles/default/servers/${one.slug}`)
    const restore = { ...body.removed, accountId: '0198a000-0000-7000-8000-000000000000' }
    expect((await api('POST', '/profiles/default/servers', { server: one.id, restore })).status).toBe(404)
    expect((await api('POST', '/profiles/default/servers', { server: one.id, restore: body.removed })).status).toBe(201)
  })
})

describe('on the command line', () => {
  test('the same, as tables and as JSON', async () => {
    const all = await tools()
    expect(await gateway.cli('profile', 'tools', 'default')).toEqual(all)
    expect(await gateway.cli('profile', 'prompt', 'default', '--format', 'toon')).toEqual(
      (await api('GET', '/profiles/default/prompt?format=toon')).body,
    )
    const { code, stdout } = await runCli({ databasePath: `${dir.path}/db.sqlite` }, 'profile', 'tools', 'default')
    expect(code).toBe(0)
    expect(stdout).toContain(`${all.total.tools} tools, about ${all.total.tokens} tokens with each request`)
    const wrong = await runCli({ databasePath: `${dir.path}/db.sqlite` }, 'profile', 'prompt', 'default', '--format', 'pdf')
    expect([wrong.code, wrong.stderr]).toEqual([65, expect.stringContaining('recommended, markdown, xml, toon')])
  })
})
