import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { AppEvent, Arrival } from '@local-mcp/contract'
import { userPlacesOf } from '@local-mcp/core'
import { silentLogger } from '@local-mcp/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { createRuntime } from '../create-runtime.ts'

async function start() {
  const dir = mkdtempSync(join(tmpdir(), 'lmg-clients-'))
  const home = join(dir, 'home')
  const runtime = await createRuntime({
    databasePath: join(dir, 'db.sqlite'),
    port: 0,
    version: '1.2.3',
    host: 'headless',
    abilities: [],
    cliCommand: ['/opt/lmg'],
    env: {},
    keys: { keyFile: null, encryptionKey: null },
    owner: {},
    corsOrigins: [],
    userPlaces: userPlacesOf({}, 'linux', home),
    logger: silentLogger,
  })
  onTestFinished(async () => {
    await runtime.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const { operations, mcpUrl, port } = runtime
  const put = (path: string, content: unknown) => {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    new Promise<number>((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, path, method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
        (res) => {
          res.resume().on('end', () => resolve(res.statusCode ?? 0))
        },
      )
      sent.on('error', reject).end(JSON.stringify(body))
    })
  const initialize = (token: string, slug = 'default', name = 'codex-mcp-client') =>
    post(
      `/mcp/${slug}`,
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name, version: '9.9', secret: 'canary-info' } },
      },
      { authorization: `Bearer ${token}` },
    )
  return { operations, mcpUrl, home, put, post, initialize }
}

const find = async (operations: Awaited<ReturnType<typeof start>>['operations'], client: string) =>
  (await operations.clients.detect()).find((one) => one.client === client)

test('an empty home has no clients, and nothing is written there', async () => {
  const { operations } = await start()
  const found = await operations.clients.detect()
  expect(found).toHaveLength(8)
  for (const one of found) expect(one, one.client).toMatchObject({ fileState: 'missing', entries: [], others: [] })
})

test('an entry says where it leads and which token it holds, never the token; names of the others, never their values', async () => {
  const { operations, mcpUrl, put } = await start()
  const good = await operations.tokens.create({ name: 'Good' })
  const gone = await operations.tokens.create({ name: 'Gone' })
  await operations.tokens.revoke({ token: gone.id })
  const entry = (token: string, slug: string) => ({ url: `${mcpUrl}/${slug}`, headers: { Authorization: `Bearer ${token}` } })
  put('.cursor/mcp.json', {
    mcpServers: {
      a: entry(good.token, 'default'),
      b: entry(gone.token, 'gateway'),
      c: entry('lmg_nobody', 'elsewhere'),
      github: { command: 'npx', env: { GITHUB_TOKEN: 'ghp_canaryvalue' } },
    },
  })
  put('.codex/config.toml', '[broken')
  const cursor = await find(operations, 'cursor')
  expect(cursor).toMatchObject({ installed: true, fileState: 'read', others: ['github'] })
  expect(cursor?.entries.map(({ profileSlug, token }) => [profileSlug, token])).toEqual([
    ['default', { state: 'valid', id: good.id, name: 'Good' }],
    ['default', { state: 'ended', id: gone.id, name: 'Gone' }],
    ['elsewhere', { state: 'unknown', id: null, name: null }],
  ])
  expect(await find(operations, 'codex')).toMatchObject({ installed: true, fileState: 'unreadable', problem: 'syntax' })
  const told = JSON.stringify(await operations.clients.detect())
  for (const secret of [good.token, gone.token, 'lmg_nobody', 'ghp_canaryvalue']) expect(told).not.toContain(secret)
})

test('the other servers of a client come as drafts, as a pasted list does; our own entry does not', async () => {
  const { operations, mcpUrl, put } = await start()
  put('.config/Code/User/mcp.json', {
    inputs: [{ id: 'key', description: 'Your key', password: true }],
    servers: {
      'local-mcp': { type: 'http', url: `${mcpUrl}/default` },
      github: { command: 'npx', args: ['-y', 'gh-mcp'], env: { GITHUB_TOKEN: 'ghp_0123456789abcdefghijABCDEFGHIJ012345' } },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as VS Code writes it
      asks: { url: 'https://example.com/mcp', headers: { 'X-Key': '${input:key}' } },
    },
  })
  const { drafts } = await operations.clients.readServers({ client: 'vscode' })
  expect(drafts.map(({ name }) => name)).toEqual(['github', 'asks'])
  expect(drafts[0]?.secrets).toMatchObject([{ place: ['env', 'GITHUB_TOKEN'] }])
  expect(drafts[1]?.asks).toMatchObject([{ text: 'Your key', secret: true }])
  expect(await operations.servers.list()).toHaveLength(1)

  put('.cursor/mcp.json', { mcpServers: { 'local-mcp': { url: `${mcpUrl}/default` } } })
  await expect(operations.clients.readServers({ client: 'cursor' })).rejects.toThrow(/lists no other servers/)
  await expect(operations.clients.readServers({ client: 'zed' })).rejects.toThrow(/cannot be read/)
  put('.cursor/mcp.json', `{"mcpServers":{"a":{"command":"x","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`)
  await expect(operations.clients.readServers({ client: 'cursor' })).rejects.toThrow(/no other servers/)
  await expect(operations.clients.readServers({ client: '../../etc/passwd' as never })).rejects.toThrow()
})

test('who comes to the door is told as it happens, with the reason, and without token or payload', async () => {
  const { operations, post, initialize } = await start()
  const events: AppEvent[] = []
  const stop = new AbortController()
  const feed = await operations.events.subscribe(undefined, { signal: stop.signal })
  const reading = (async () => {
    for await (const event of feed) events.push(event)
  })()

  const good = await operations.tokens.create({ name: 'Good' })
  const gone = await operations.tokens.create({ name: 'Gone' })
  await operations.tokens.revoke({ token: gone.id })
  const other = await operations.profiles.create({ name: 'Other' })
  const narrow = await operations.tokens.create({ name: 'Narrow', profiles: [other.id] })

  expect(await post('/mcp/default', {})).toBe(401)
  expect(await initialize('lmg_canarytoken')).toBe(401)
  expect(await initialize(gone.token)).toBe(401)
  expect(await initialize(narrow.token)).toBe(403)
  expect(await initialize(good.token, 'nowhere')).toBe(404)
  expect(await post('/mcp', {}, { authorization: `Bearer ${good.token}` })).toBe(404)
  expect(await post('/mcp/default', {}, { host: 'evil.example' })).toBe(403)
  expect(await post('/mcp/default', {}, { origin: 'https://evil.example' })).toBe(403)
  expect(await post('/api/tokens', {})).toBe(401)
  expect(await initialize(good.token)).toBe(200)

  const arrivals = await operations.clients.arrivals()
  expect(arrivals.map(({ kind, reason, tokenName, profileSlug }) => [kind, reason, tokenName, profileSlug])).toEqual([
    ['refused', 'no_token', null, 'default'],
    ['refused', 'unknown_token', null, 'default'],
    ['refused', 'revoked', 'Gone', 'default'],
    ['refused', 'profile', 'Narrow', 'default'],
    ['refused', 'no_profile', 'Good', 'nowhere'],
    ['refused', 'wrong_address', 'Good', null],
    ['refused', 'host', null, 'default'],
    ['refused', 'origin', null, 'default'],
    ['connected', null, 'Good', 'default'],
  ])
  expect(arrivals.at(-1)).toMatchObject({
    client: { name: 'codex-mcp-client', version: '9.9' },
    protocolVersion: '2025-06-18',
    bridge: false,
  })

  stop.abort()
  await reading.catch(() => {})
  const told = events.flatMap((event) => (event.type === 'client.arrived' ? [event.arrival] : []))
  expect(told).toEqual(arrivals satisfies Arrival[])
  for (const secret of ['canary', good.token, gone.token, narrow.token]) expect(JSON.stringify([told, arrivals])).not.toContain(secret)
})

test('the first steps are wanted until something was there', async () => {
  const { operations } = await start()
  expect(await operations.clients.welcome()).toEqual({ wanted: true })
  const { id } = await operations.tokens.create({ name: 'One' })
  expect(await operations.clients.welcome()).toEqual({ wanted: false })
  await operations.tokens.revoke({ token: id })
  expect(await operations.clients.welcome()).toEqual({ wanted: false })
})

test('the first steps are not wanted once they were left', async () => {
  const { operations } = await start()
  expect(await operations.clients.leaveWelcome()).toEqual({ wanted: false })
  expect(await operations.clients.welcome()).toEqual({ wanted: false })
})
