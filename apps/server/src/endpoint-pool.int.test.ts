import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { type GatewayProcess, lightClient, realServer, runCli, runCliJson, startGateway, tempDir } from '@local-mcp/testing'
import { expect, onTestFinished, test } from 'vitest'

interface Slot {
  readonly slot: number
  readonly url: string
  readonly holder: { readonly id: string; readonly name: string | null; readonly deletedAt: number | null } | null
  readonly retiredAt: number | null
  readonly warning: string | null
}
interface Pool {
  readonly from: string
  readonly slots: Slot[]
  readonly free: number
  readonly bad: { readonly entry: string; readonly reason: string }[]
  readonly moved: number
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function newPath(): Promise<string> {
  const dir = await tempDir()
  onTestFinished(() => dir[Symbol.asyncDispose]())
  return `${dir.path}/db.sqlite`
}

async function start(databasePath: string, env: Record<string, string> = {}) {
  const gateway = await startGateway({ databasePath, env })
  onTestFinished(async () => {
    await gateway.stop()
  })
  const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', `admin-${gateway.pid}`, '--admin')
  return { gateway, api: apiOf(gateway, token), token }
}

const apiOf = (gateway: GatewayProcess, token: string) => async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${gateway.origin}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked into by the tests
  return { status: response.status, body: (text ? JSON.parse(text) : null) as any }
}

/** The status of an endpoint's answer to a client that arrives. @param host another name than the address that is connected to */
function greet(url: string, token: string, host?: string, port?: number): Promise<number> {
  const target = new URL(url)
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
  return new Promise((resolve, reject) => {
    const req = request(
      {
        host: '127.0.0.1',
        port: port ?? target.port,
        path: target.pathname,
        method: 'POST',
        headers: {
          host: host ?? target.host,
          authorization: `Bearer ${token}`,
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (res) => {
        res.resume()
        res.once('end', () => resolve(res.statusCode ?? 0))
      },
    )
    req.on('error', reject)
    req.end(body)
  })
}

const slots = (port: number, length = 10) => Array.from({ length }, (_, at) => `http://127.0.0.1:${port}/pool/${at + 1}`)
const command = (name: string) => ({ name, type: 'external', config: { command: 'cat' } })

test('50 creates at once on 10 free slots of 12: 10 distinct, 40 refused by the names of who could make room', {
  timeout: 120_000,
}, async () => {
  const databasePath = await newPath()
  const port = await freePort()
  const urls = slots(port, 12)
  const { gateway, api, token } = await start(databasePath, { PORT: String(port), MCP_GATEWAY_URL_POOLS: urls.join(',') })
  for (const name of ['Old one', 'Older one']) {
    await api('POST', '/mcp-servers', command(name))
    await api('DELETE', `/mcp-servers/${encodeURIComponent(name)}`)
  }
  // Each with a connection of its own.
  const clients = Array.from({ length: 50 }, () => lightClient(1))
  const create = (at: number) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      void clients[at]
        ?.raw({
          url: `${gateway.origin}/api/mcp-servers`,
          token,
          body: command(`Server ${at}`),
        })
        .then(async (res) => {
          let body = ''
          for await (const chunk of res) body += chunk
          resolve({ status: res.statusCode ?? 0, body })
        }, reject)
    })
  const answers = await Promise.all(clients.map((_, at) => create(at)))
  const made = answers.filter(({ status }) => status === 201).map(({ body }) => JSON.parse(body).endpoint)
  expect(made.toSorted()).toEqual(urls.slice(2).toSorted())
  const refused = answers.filter(({ status }) => status !== 201)
  expect(refused).toHaveLength(40)
  for (const { status, body } of refused) {
    expect(status).toBe(503)
    const problem = JSON.parse(body)
    expect(problem).toMatchObject({ code: 'POOL_EXHAUSTED', deletedHolders: [{ name: 'Old one' }, { name: 'Older one' }] })
    expect(problem.detail).toContain('deleted servers keep 2 of them: "Old one", "Older one"')
  }
  // A purge makes room, for exactly one.
  expect((await api('POST', '/mcp-servers/old-one/purge')).status).toBe(204)
  expect(await api('POST', '/mcp-servers', command('After')).then(({ body }) => body.endpoint)).toBe(urls[0])
  expect(await api('POST', '/mcp-servers', command('Too many'))).toMatchObject({ status: 503, body: { code: 'POOL_EXHAUSTED' } })
  for (const one of clients) one.rest()
})

test('50 creates in as many processes on 10 slots: 10 distinct, 40 refused', { timeout: 300_000 }, async () => {
  const databasePath = await newPath()
  const env = { MCP_GATEWAY_URL_POOLS: JSON.stringify(slots(4444)) }
  await runCliJson({ databasePath, env }, 'pool', 'ls')
  const create = (at: number) =>
    runCli({ databasePath, env }, 'server', 'add', '--name', `Server ${at}`, '--command', 'cat', '--no-link', '--json')
  const results = await Promise.all(Array.from({ length: 50 }, (_, at) => create(at)))
  const made = results.filter(({ code }) => code === 0).map(({ stdout }) => JSON.parse(stdout).endpoint)
  expect(made.toSorted()).toEqual(slots(4444).toSorted())
  const refused = results.filter(({ code }) => code !== 0)
  expect(refused).toHaveLength(40)
  // Log lines may come before the error.
  for (const { stderr } of refused) expect(JSON.parse(stderr.trim().split('\n').at(-1) as string).error.code).toBe('POOL_EXHAUSTED')
})

test('entries are used as they are written and in their order; bad ones are skipped and listed; what is taken out retires', {
  timeout: 120_000,
}, async () => {
  const databasePath = await newPath()
  const port = await freePort()
  const good = [
    'https://one.mcp.example',
    `http://LOCALHOST:${port}/Two/`,
    `http://127.0.0.1:${port}/s/900`,
    'http://three.mcp.example:8080/x',
  ]
  const bad = {
    'nothing at all': 'not_url',
    'ftp://one.mcp.example/': 'not_http',
    'https://me:hunter2@four.mcp.example/': 'credentials',
    'https://five.mcp.example/?a=b': 'has_query',
    'http://one.mcp.example:443/': 'duplicate',
    [`http://127.0.0.1:${port}/two`]: null,
    [`http://127.0.0.1:${port}/mcp/default`]: 'reserved',
    [`http://localhost:${port}/`]: 'reserved',
    [`https://${'x'.repeat(2100)}.example/`]: 'too_long',
  }
  const pools = JSON.stringify([good[0], ...Object.keys(bad), ...good.slice(1)])
  const first = await start(databasePath, { PORT: String(port), MCP_GATEWAY_URL_POOLS: pools })
  const pool = (await first.api('GET', '/endpoint-pool')).body as Pool
  // Paths differ by case.
  const used = [good[0], `http://127.0.0.1:${port}/two`, ...good.slice(1)]
  expect(pool.from).toBe('environment')
  expect(pool.slots.filter(({ retiredAt }) => retiredAt === null).map(({ slot, url }) => [slot, url])).toEqual(
    used.map((url, at) => [at + 1, url]),
  )
  expect(pool.slots.filter(({ warning }) => warning === 'not_loopback').map(({ url }) => url)).toEqual([good[0], good[3]])
  expect(pool.bad.map(({ reason }) => reason)).toEqual(Object.values(bad).filter(Boolean))
  expect(JSON.stringify(pool)).not.toContain('hunter2')
  // The built-in server keeps the generated slot that it had, and nobody else gets one.
  expect(pool.slots.find(({ holder }) => holder?.name === 'Gateway')).toMatchObject({
    url: `http://127.0.0.1:${port}/s/1`,
    retiredAt: expect.any(Number),
  })

  const names = ['A', 'B', 'C', 'D', 'E']
  for (const [at, name] of names.entries()) {
    const { gateway } = first
    const made = await gateway.cli<{ endpoint: string }>(
      'server',
      'add',
      '--name',
      name,
      '--command',
      process.execPath,
      '--arg',
      realServer.everything,
      '--approve',
    )
    expect(made.endpoint).toBe(used[at])
  }
  // Each serves its own server: by its path on this computer, by its name where that is routed here.
  const statuses = async (token: string) => [
    await greet('http://x/', token, 'one.mcp.example', port),
    await greet('http://x/', token, 'one.mcp.example:443', port),
    await greet(used[2] as string, token, `localhost:${port}`),
    await greet(used[3] as string, token),
    await greet('http://x/x', token, 'three.mcp.example:8080', port),
  ]
  expect(await statuses(first.token)).toEqual([200, 403, 200, 200, 200])
  // Such a name leads to its endpoint alone, and no other name leads anywhere.
  expect(await greet('http://x/mcp/default', first.token, 'one.mcp.example', port)).toBe(404)
  expect(await greet('http://x/api/mcp/servers', first.token, 'one.mcp.example', port)).toBe(404)
  expect(await greet('http://x/', first.token, 'evil.example', port)).toBe(403)
  expect(await greet('http://x/', 'wrong', 'one.mcp.example', port)).toBe(401)
  expect((await first.api('PUT', '/endpoint-pool', { urls: null })).body.code).toBe('CONFLICT')
  await first.gateway.stop()

  // One is taken out: who has it keeps it. Another order: nobody moves.
  const second = await start(databasePath, { PORT: String(port), MCP_GATEWAY_URL_POOLS: `${good[3]} ${good[1]}, https://new.mcp.example` })
  const after = (await second.api('GET', '/endpoint-pool')).body as Pool
  expect(after.slots.slice(0, 3).map(({ url, retiredAt, holder }) => [url, retiredAt, holder?.name ?? null])).toEqual([
    [good[3], null, 'E'],
    [good[1], null, 'C'],
    ['https://new.mcp.example', null, null],
  ])
  expect(after.slots.find(({ url }) => url === good[0])).toMatchObject({ holder: { name: 'A' }, retiredAt: expect.any(Number) })
  expect(await greet('http://x/', second.token, 'one.mcp.example', port)).toBe(200)
  expect((await second.api('POST', '/mcp-servers', command('F'))).body.endpoint).toBe('https://new.mcp.example')
  expect((await second.api('POST', '/mcp-servers', command('G'))).status).toBe(503)
})

test('the settings say what the pool is where the environment does not; without either it is generated', async () => {
  const databasePath = await newPath()
  const { gateway, api } = await start(databasePath)
  expect((await api('GET', '/endpoint-pool')).body).toMatchObject({ from: 'generated', free: 255, bad: [] })
  const set = await gateway.cli<Pool>('pool', 'set', `${gateway.origin}/a`, 'nonsense', `${gateway.origin}/b`)
  expect(set).toMatchObject({ from: 'settings', free: 2, bad: [{ entry: 'nonsense', reason: 'not_url' }] })
  expect((await api('POST', '/mcp-servers', command('A'))).body.endpoint).toBe(`${gateway.origin}/a`)
  expect((await api('PUT', '/endpoint-pool', { urls: null })).body).toMatchObject({ from: 'generated', free: 255 })
  expect((await api('POST', '/mcp-servers', command('B'))).body.endpoint).toBe(`${gateway.origin}/s/2`)
  expect((await api('GET', '/mcp-servers/a')).body.endpoint).toBe(`${gateway.origin}/a`)
})

test('another port moves the generated addresses of all servers, deleted ones too, and says so', async () => {
  const databasePath = await newPath()
  const [before, after] = [await freePort(), await freePort()]
  const first = await start(databasePath, { PORT: String(before) })
  for (const name of ['Kept', 'Gone']) await first.api('POST', '/mcp-servers', command(name))
  await first.api('DELETE', '/mcp-servers/gone')
  await first.gateway.stop()
  const second = await start(databasePath, { PORT: String(after) })
  expect(second.gateway.stderr()).toContain('The port changed')
  const pool = (await second.api('GET', '/endpoint-pool')).body as Pool
  expect(pool.moved).toBe(3)
  expect(pool.slots.slice(0, 3).map(({ slot, url, holder }) => [slot, url, holder?.name, holder?.deletedAt !== null])).toEqual([
    [1, `http://127.0.0.1:${after}/s/1`, 'Gateway', false],
    [2, `http://127.0.0.1:${after}/s/2`, 'Kept', false],
    [3, `http://127.0.0.1:${after}/s/3`, 'Gone', true],
  ])
  expect(pool.slots).toHaveLength(256)
  expect((await second.api('POST', '/mcp-servers/gone/restore')).body.endpoint).toBe(`http://127.0.0.1:${after}/s/3`)
})
