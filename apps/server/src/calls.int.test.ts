import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import {
  badServer,
  type GatewayProcess,
  isAlive,
  openRawSession,
  pidsOf,
  realServer,
  startGateway,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const dir = await tempDir()
let gateway: GatewayProcess
let token: string
let httpServer: ReturnType<typeof spawn>

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  token = await gateway.token()
  await mkdir(`${dir.path}/files`)
  await writeFile(`${dir.path}/files/hello.txt`, 'hello from a file')
  await gateway.addServer('Everything', realServer.everything)
  await gateway.addServer('Files', realServer.filesystem, `${dir.path}/files`)
  await gateway.addServer('Memory', realServer.memory)
  await gateway.cli('profile', 'create', '--name', 'Bad')
  const port = await freePort()
  httpServer = spawn(process.execPath, [realServer.everything, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  })
  await waitFor('the HTTP server', () =>
    fetch(`http://127.0.0.1:${port}/mcp`).then(
      () => true,
      () => false,
    ),
  )
  await gateway.cli('server', 'add', '--name', 'Remote', '--url', `http://127.0.0.1:${port}/mcp`)
})
afterAll(async () => {
  httpServer.kill('SIGKILL')
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>
  callTool(params: {
    name: string
    arguments?: Record<string, unknown>
  }): Promise<{ content?: unknown; isError?: unknown; structuredContent?: unknown }>
  close(): Promise<void>
}

const headers = (value: string) => ({ requestInit: { headers: { Authorization: `Bearer ${value}` } } })

async function connectV1(slug = 'default'): Promise<AnyClient> {
  const client = new ClientV1({ name: 'v1', version: '1' })
  await client.connect(new TransportV1(new URL(`${gateway.mcpUrl}/${slug}`), headers(token)) as never)
  return client as unknown as AnyClient
}
async function connectV2(slug = 'default'): Promise<AnyClient> {
  // Asks for the new era first and falls back to the one that is served.
  const client = new ClientV2({ name: 'v2', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new TransportV2(new URL(`${gateway.mcpUrl}/${slug}`), headers(token)))
  return client as unknown as AnyClient
}

const textOf = (result: { content?: unknown }) => (result.content as { text: string }[])[0]?.text

describe.each([
  ['SDK v1', connectV1],
  ['SDK v2', connectV2],
])('%s, real servers', (_, connect) => {
  let client: AnyClient
  beforeAll(async () => {
    client = await connect()
  })
  afterAll(() => client.close())

  test('lists the tools of all servers, each name once, the later server prefixed', async () => {
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['list_profiles', 'echo', 'read_text_file', 'create_entities', 'remote__echo']))
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
  })

  test('calls a tool over stdio', async () => {
    expect(textOf(await client.callTool({ name: 'echo', arguments: { message: 'over stdio' } }))).toBe('Echo: over stdio')
  })

  test('calls a tool over HTTP, by its prefixed name', async () => {
    expect(textOf(await client.callTool({ name: 'remote__echo', arguments: { message: 'over http' } }))).toBe('Echo: over http')
  })

  test('reads a file, writes a memory, says the time', async () => {
    expect(textOf(await client.callTool({ name: 'read_text_file', arguments: { path: `${dir.path}/files/hello.txt` } }))).toBe(
      'hello from a file',
    )
    expect(await client.callTool({ name: 'read_graph', arguments: {} })).not.toHaveProperty('isError', true)
    const { structuredContent } = await client.callTool({ name: 'current_time', arguments: { timeZone: 'Asia/Tokyo' } })
    expect(structuredContent).toMatchObject({ timeZone: 'Asia/Tokyo' })
  })

  test("passes a tool's own error through as it is", async () => {
    const outside = await client.callTool({ name: 'read_text_file', arguments: { path: '/etc/hostname' } })
    expect(outside.isError).toBe(true)
    expect((await client.callTool({ name: 'current_time', arguments: { timeZone: 'Mars/Base' } })).isError).toBe(true)
    expect((await client.callTool({ name: 'explain_error', arguments: { code: '-32081' } })).structuredContent).toMatchObject({
      code: 'SERVER_UNAVAILABLE',
    })
  })

  test('an unknown tool is an error of the protocol', async () => {
    await expect(client.callTool({ name: 'nothing_of_that_name' })).rejects.toMatchObject({ code: -32602 })
  })
})

describe('a careful relay', () => {
  const url = (slug = 'bad') => `${gateway.mcpUrl}/${slug}`
  const add = (name: string, mode: string) =>
    gateway.cli<{ id: string; slug: string; endpoint: string }>(
      'server',
      'add',
      '--name',
      name,
      '--profile',
      'bad',
      '--approve',
      '--command',
      process.execPath,
      '--arg',
      badServer,
      '--arg',
      mode,
    )

  beforeAll(async () => {
    await add('plain', 'plain')
  })

  test('what goes up and what comes down keep every byte that routing does not need', async () => {
    const session = await openRawSession(url(), token)
    const args =
      '{"z":1.0,"a":12345678901234567890,"u":"\\u00e9 é \\ud83d\\ude00","nested":{"name":"x","_meta":{"progressToken":1}},"":null}'
    const { text } = await session.send(
      `{"params":{"arguments":${args},"name":"echo","x-future":[1e2]}, "id":"a-string/id","method":"tools/call","jsonrpc":"2.0"}`,
    )
    expect(text).toContain('"n":1.0,"big":12345678901234567890,"e":"\\u00e9"')
    const answer = JSON.parse(text)
    expect(answer.id).toBe('a-string/id')
    const seen = answer.result.content[0].raw
    expect(seen.replace(/"id":\d+/, '"id":0')).toBe(
      `{"params":{"arguments":${args},"name":"echo","x-future":[1e2]}, "id":0,"method":"tools/call","jsonrpc":"2.0"}`,
    )
  })

  test('a pretty-printed request reaches a line-based server as one line', async () => {
    const session = await openRawSession(url(), token)
    const { text } = await session.send(
      '{\n "jsonrpc": "2.0",\r\n "id": 1,\n "method": "tools/call",\n "params": {\n "name": "echo", "arguments": {"a": "line\\nbreak"} } }',
    )
    expect(JSON.parse(JSON.parse(text).result.content[0].raw).params.arguments).toEqual({ a: 'line\nbreak' })
  })

  test('progress comes before the answer, with the token of the client', async () => {
    const session = await openRawSession(url(), token)
    for (const progressToken of ['a token', 7]) {
      const { text, headers: answered } = await session.send({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'tell', _meta: { progressToken } },
      })
      expect(answered.get('content-type')).toBe('text/event-stream')
      const messages = text
        .split('\n')
        .filter((line) => line.startsWith('data: {'))
        .map((line) => JSON.parse(line.slice(6)))
      expect(messages.map(({ params }) => params?.progressToken)).toEqual([progressToken, progressToken, progressToken, undefined])
      expect(messages.at(-1)).toMatchObject({ id: 1, result: { content: [{ text: 'told' }] } })
    }
  })

  test('clients that count alike get each their own answers', async () => {
    const sessions = await Promise.all(Array.from({ length: 20 }, () => openRawSession(url(), token)))
    await Promise.all(
      sessions.map(async (session, s) => {
        for (let id = 0; id < 25; id++) {
          const { text } = await session.send({
            jsonrpc: '2.0',
            id,
            method: 'tools/call',
            params: { name: 'echo', arguments: { canary: `${s}/${id}` } },
          })
          const answer = JSON.parse(text)
          expect(answer.id).toBe(id)
          expect(JSON.parse(answer.result.content[0].raw).params.arguments.canary).toBe(`${s}/${id}`)
        }
      }),
    )
  })

  test('one process serves every session, every profile and its own endpoint', async () => {
    const pids = new Set<string>()
    const { endpoint } = (
      (await gateway.cli<{ slug: string; endpoint: string }[]>('server', 'ls')) as unknown as { slug: string; endpoint: string }[]
    ).find(({ slug }) => slug === 'plain') as never
    for (const address of [url(), url(), url(), url(), endpoint]) {
      const session = await openRawSession(address, token)
      const { result } = await session.request(1, 'tools/call', { name: 'pid' })
      pids.add(textOf(result as never) ?? '')
    }
    expect(pids.size).toBe(1)
  })

  test('cancelling reaches the server and ends the wait', async () => {
    const session = await openRawSession(url(), token)
    const before = Number(textOf((await session.request(1, 'tools/call', { name: 'cancelled' })).result as never))
    const hanging = session.send({ jsonrpc: '2.0', id: 'h', method: 'tools/call', params: { name: 'hang' } })
    await waitFor('the call to be under way', async () => {
      const { text } = await session.send({ jsonrpc: '2.0', id: 'h', method: 'ping' })
      return text.includes('in flight')
    })
    expect((await session.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'h' } })).status).toBe(202)
    expect(JSON.parse((await hanging).text)).toMatchObject({ id: 'h', error: {} })
    await waitFor(
      'the server to hear of it',
      async () => Number(textOf((await session.request(2, 'tools/call', { name: 'cancelled' })).result as never)) === before + 1,
    )
  })

  test('a server that dies fails its calls at once, says why, and is there again for the next', async () => {
    await add('mortal', 'plain')
    const session = await openRawSession(url(), token)
    await session.request(0, 'tools/list')
    const { error } = await session.request(1, 'tools/call', { name: 'mortal__die' })
    expect(error).toMatchObject({ code: -32081, data: { code: 'SERVER_UNAVAILABLE', server: 'mortal', problem: 'EXITED' } })
    expect(await session.request(2, 'tools/call', { name: 'echo' })).toHaveProperty('result')
    await waitFor(
      'the server to be started again',
      async () => 'result' in (await session.request(3, 'tools/call', { name: 'mortal__echo' })),
    )
  })

  test('a call that takes too long is given up, and the server is told', async () => {
    await gateway.cli(
      'server',
      'add',
      '--name',
      'slow',
      '--profile',
      'bad',
      '--timeout',
      '1000',
      '--approve',
      '--command',
      process.execPath,
      '--arg',
      badServer,
      '--arg',
      'plain',
    )
    const session = await openRawSession(url(), token)
    await session.request(0, 'tools/list')
    const { error } = await session.request(1, 'tools/call', { name: 'slow__hang' })
    expect(error).toMatchObject({ code: -32083, data: { code: 'UPSTREAM_TIMEOUT', server: 'slow' } })
    expect(textOf((await session.request(2, 'tools/call', { name: 'slow__cancelled' })).result as never)).toBe('1')
  })

  test('a client that listens is told when the tools change, and only then', async () => {
    await gateway.cli('profile', 'create', '--name', 'Watched', '--server', 'plain')
    const session = await openRawSession(url('watched'), token)
    await session.request(1, 'tools/list')
    const heard = session.listen((messages) => messages.length > 0)
    await waitFor('the stream to be open', () => new Promise((resolve) => setTimeout(resolve, 200, true)))
    await gateway.cli('profile', 'create', '--name', 'Unrelated')
    await gateway.cli(
      'server',
      'add',
      '--name',
      'extra',
      '--profile',
      'watched',
      '--approve',
      '--command',
      process.execPath,
      '--arg',
      badServer,
      '--arg',
      'plain',
    )
    expect(await heard).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }])
    const { result } = await session.request(2, 'tools/list')
    expect((result as unknown as { tools: { name: string }[] }).tools.map(({ name }) => name)).toContain('extra__echo')
  })

  test('a switched-off link hides its tools and makes them uncallable', async () => {
    const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'switch', '--admin')).token
    const session = await openRawSession(url('watched'), token)
    const set = (isActive: boolean) =>
      fetch(`${gateway.origin}/api/profiles/watched/servers/extra`, {
        method: 'PUT',
        body: JSON.stringify({ isActive }),
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      })
    expect((await set(false)).status).toBe(200)
    expect(await session.request(1, 'tools/call', { name: 'extra__echo' })).toMatchObject({ error: { code: -32602 } })
    expect((await set(true)).status).toBe(200)
    expect(await session.request(2, 'tools/call', { name: 'extra__echo' })).toHaveProperty('result')
  })
})

describe('servers that fail', () => {
  const status = (slug: string) =>
    gateway.cli<{ state: string; problem: { code: string; evidence: string[] } | null }>('server', 'status', slug)
  const add = (name: string, ...flags: string[]) => gateway.cli('server', 'add', '--name', name, '--profile', 'bad', '--approve', ...flags)
  const bad = (mode: string) => ['--command', process.execPath, '--arg', badServer, '--arg', mode]

  test.each([
    ['ends at once', 'ends', bad('exit'), 'EXITED', /moon is in the wrong phase/],
    ['command not found', 'missing', ['--command', 'no-such-command-anywhere'], 'COMMAND_NOT_FOUND', /^PATH=/],
    ['no such folder', 'nowhere', [...bad('plain'), '--cwd', '/no/such/folder'], 'WORKING_DIRECTORY_MISSING', null],
    ['not a program', 'text', ['--command', badServer], 'COMMAND_NOT_EXECUTABLE', null],
    ['refuses the handshake', 'refuses', bad('refuse'), 'HANDSHAKE_REFUSED', /Not today/],
    ['a variable is missing', 'unset', [...bad('plain'), '--env', 'A={{env:LMG_TEST_NOT_SET}}'], 'ENV_MISSING', null],
    ['nobody listens', 'nobody', ['--url', 'http://127.0.0.1:9/mcp'], 'CONNECTION_REFUSED', /ECONNREFUSED/],
    ['not an MCP server', 'health', ['--url', 'ORIGIN/health'], 'NOT_MCP', null],
    ['wants a sign-in', 'locked', ['--url', 'ORIGIN/mcp/default'], 'AUTH_REQUIRED', /HTTP 401/],
  ])('%s', async (_, slug, flags, code, evidence) => {
    await add(slug, ...flags.map((flag) => flag.replace('ORIGIN', gateway.origin)))
    const { state, problem } = await waitFor('the failure', async () => {
      const seen = await status(slug)
      return seen.problem && seen.state !== 'connecting' ? seen : null
    })
    expect(problem?.code).toBe(code)
    expect(state).toBe(code === 'AUTH_REQUIRED' ? 'auth_required' : 'error')
    if (evidence) expect(problem?.evidence.join('\n')).toMatch(evidence)
  })

  test('noise on stdout is survived', async () => {
    await add('noisy', ...bad('noisy'))
    await waitFor('the connection', async () => (await status('noisy')).state === 'connected')
  })

  test('none of them keeps the others from answering', async () => {
    await add('silent', ...bad('silent'))
    await add('sluggish', ...bad('slow-start'))
    const session = await openRawSession(`${gateway.mcpUrl}/bad`, token)
    const started = performance.now()
    expect(await session.request(1, 'tools/call', { name: 'echo' })).toHaveProperty('result')
    expect(performance.now() - started).toBeLessThan(2500)
    const { result } = await session.request(2, 'tools/list')
    expect((result as unknown as { tools: { name: string }[] }).tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['echo', 'noisy__echo', 'sluggish__echo']),
    )
  })

  test('nothing runs that nobody agreed to', async () => {
    const trap = `${dir.path}/trap`
    await gateway.cli('server', 'add', '--name', 'trap', '--profile', 'bad', '--command', 'touch', '--arg', trap)
    const session = await openRawSession(`${gateway.mcpUrl}/bad`, token)
    await session.request(1, 'tools/list')
    expect((await status('trap')).state).toBe('approval_required')
    const { existsSync } = await import('node:fs')
    expect(existsSync(trap)).toBe(false)
    await gateway.cli('server', 'approve', 'trap', '--yes')
    await waitFor('the approved command to run', () => existsSync(trap))
  })

  test('a remote server that forgets its session and leaves a call hanging harms nobody', async () => {
    const remote = createHttpServer((req, res) => {
      let body = ''
      req.on('data', (chunk) => {
        body += chunk
      })
      req.on('end', () => {
        if (req.method !== 'POST') return res.writeHead(405).end()
        const { id, method, params } = JSON.parse(body)
        const answer = (result: object) =>
          res
            .writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's' })
            .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
        if (method === 'initialize')
          return answer({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'r', version: '1' } })
        if (method === 'tools/list') return answer({ tools: [{ name: 'forget' }, { name: 'hold' }] })
        if (method !== 'tools/call') return res.writeHead(202).end()
        if (params.name === 'forget') res.writeHead(404).end()
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => remote.once('listening', resolve))
    await gateway.cli(
      'server',
      'add',
      '--name',
      'forgetful',
      '--profile',
      'bad',
      '--url',
      `http://127.0.0.1:${(remote.address() as { port: number }).port}/mcp`,
    )
    const session = await openRawSession(`${gateway.mcpUrl}/bad`, token)
    await waitFor('the connection', async () => (await status('forgetful')).state === 'connected')
    const held = session.request(1, 'tools/call', { name: 'hold' }).catch(() => null)
    const forgotten = await session.request(2, 'tools/call', { name: 'forget' })
    expect(forgotten).toMatchObject({ error: { data: { server: 'forgetful' } } })
    await gateway.cli('server', 'rm', 'forgetful')
    await held
    remote.closeAllConnections()
    remote.close()
    expect(await session.request(3, 'tools/call', { name: 'echo' })).toHaveProperty('result')
    expect(gateway.stderr()).not.toContain('Unhandled')
  })

  test('restarting, switching off and removing at the same time leave nothing behind', async () => {
    const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'racer', '--admin')).token
    const api = (method: string, path: string, body?: object) =>
      fetch(`${gateway.origin}/api/mcp-servers/${path}`, {
        method,
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    const mark = `race-${process.pid}`
    await add('racer', ...bad('plain'), '--arg', mark)
    await waitFor('the connection', async () => (await status('racer')).state === 'connected')
    await Promise.all([api('POST', 'racer/restart'), api('POST', 'racer/restart'), api('POST', 'racer/restart')])
    expect(pidsOf(mark)).toHaveLength(1)
    await Promise.all([api('POST', 'racer/restart'), api('PUT', 'racer', { enabled: false })])
    await waitFor('it to be off', () => pidsOf(mark).length === 0)
    await api('PUT', 'racer', { enabled: true })
    await waitFor('it to be on again', () => pidsOf(mark).length === 1)
    await Promise.all([api('POST', 'racer/restart'), api('DELETE', 'racer')])
    await waitFor('it to be gone', () => pidsOf(mark).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(pidsOf(mark)).toEqual([])
  })

  test('a server that hangs in its handshake goes at once when it is removed', async () => {
    const mark = `hang-${process.pid}`
    await add('hanging', ...bad('silent'), '--arg', mark)
    await waitFor('the process', () => pidsOf(mark).length === 1)
    await gateway.cli('server', 'rm', 'hanging')
    await waitFor('it to be gone', () => pidsOf(mark).length === 0, 6000)
  })

  test('removing a server ends its process', async () => {
    await add('brief', ...bad('grandchild'))
    const session = await openRawSession(`${gateway.mcpUrl}/bad`, token)
    await session.request(1, 'tools/list')
    const pids =
      textOf((await session.request(2, 'tools/call', { name: 'brief__pid' })).result as never)
        ?.split(' ')
        .map(Number) ?? []
    expect(pids).toHaveLength(2)
    expect(pids.every(isAlive)).toBe(true)
    await gateway.cli('server', 'rm', 'brief')
    await waitFor('its processes to be gone', () => !pids.some(isAlive))
    expect(await session.request(3, 'tools/call', { name: 'brief__pid' })).toMatchObject({ error: { code: -32602 } })
  })
})
