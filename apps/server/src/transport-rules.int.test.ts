import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import {
  badServer,
  type GatewayProcess,
  openEventStream,
  openModernClient,
  openRawSession,
  referenceServer,
  startGateway,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { Client as NewClient, SSEClientTransport as NewSse } from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport as OldSse } from '@modelcontextprotocol/sdk/client/sse.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const dir = await tempDir()
let gateway: GatewayProcess
let token: string

const url = (slug = 'legacy') => `${gateway.mcpUrl}/${slug}`
const textOf = (answer: { result?: unknown }) => (answer.result as { content: { text: string }[] }).content[0]?.text
const addServer = (name: string, ...flags: string[]) =>
  gateway.cli('server', 'add', '--name', name, '--no-link', '--approve', '--command', process.execPath, ...flags)

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  token = await gateway.token()
  for (const era of ['legacy', 'modern']) {
    await addServer(era, '--arg', referenceServer, '--env', `UP_ERA=${era}`, '--env', 'UP_GRID=1')
    await gateway.cli('profile', 'create', '--name', era, '--server', era)
    await waitFor(era, async () => (await gateway.cli<{ state: string }>('server', 'status', era)).state === 'connected')
  }
})
afterAll(async () => {
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

type RawSession = Awaited<ReturnType<typeof openRawSession>>
const sessionHeaders = (session: RawSession, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${token}`,
  'mcp-session-id': session.session ?? '',
  accept: 'application/json, text/event-stream',
  ...more,
})
const call = (id: number | string, name: string, args: object = {}, progressToken: number | string = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, _meta: { progressToken } } })
const post = (session: RawSession, body: string) =>
  openEventStream(url(), { method: 'POST', body, headers: sessionHeaders(session, { 'content-type': 'application/json' }) })
const listen = (session: RawSession, more: Record<string, string> = {}) =>
  openEventStream(url(), { headers: sessionHeaders(session, more) })
/** Lets a call of `grid_wait` go on. */
const go = async (session: RawSession, key: string) =>
  waitFor(
    'the call to wait',
    async () => textOf(await session.request('go', 'tools/call', { name: 'grid_go', arguments: { key } })) === 'true',
  )

describe('streams that break', () => {
  test.each([
    ['2025-11-25', true],
    ['2025-06-18', false],
    ['2025-03-26', false],
  ])('%s: the rest of the stream comes to who asks for it, and nothing of another', async (version, primes) => {
    const session = await openRawSession(url(), token, version)
    const stream = await post(session, call('broken', 'grid_wait', { key: version }))
    await waitFor('progress', () => stream.events.some(({ message }) => message?.method === 'notifications/progress'))
    expect(stream.events[0]?.data.trim() === '').toBe(primes)
    if (primes) expect(stream.events[0]).toMatchObject({ id: expect.any(String), retry: expect.any(String) })
    const last = stream.events.at(-1)?.id ?? ''
    stream.cut()

    const other = await post(session, call('other', 'test_tool_with_progress'))
    await waitFor('the other call', other.ended)
    await go(session, version)

    const rest = await listen(session, { 'last-event-id': last })
    await waitFor('the rest of the stream', rest.ended)
    expect(rest.events.map(({ message }) => message)).toMatchObject([
      { id: 'broken', result: { content: [{ text: `waited for ${version}` }] } },
    ])
    expect(new Set([...stream.events, ...other.events, ...rest.events].map(({ id }) => id)).size).toBe(
      stream.events.length + other.events.length + rest.events.length,
    )
  })

  test('a stream can be continued while its call is still under way', async () => {
    const session = await openRawSession(url(), token)
    const stream = await post(session, call('w', 'grid_wait', { key: 'under-way' }))
    await waitFor('progress', () => stream.events.length >= 2)
    stream.cut()
    const rest = await listen(session, { 'last-event-id': stream.events.at(-1)?.id ?? '' })
    await go(session, 'under-way')
    await waitFor('the answer', () => rest.events.some(({ message }) => message?.id === 'w'))
  })

  test('the newest stream for news is the one that gets them', async () => {
    const session = await openRawSession(url(), token)
    const first = await listen(session)
    const second = await listen(session)
    await waitFor('the first to end', first.ended)
    await session.request(1, 'tools/call', { name: 'test_trigger_tool_change' })
    await waitFor('the news', () => second.events.some(({ message }) => message?.method === 'notifications/tools/list_changed'))
    expect(first.events.filter(({ message }) => message)).toEqual([])
    second.cut()
  })
})

describe('sessions', () => {
  test('a session outlives a restart of the gateway for its own token; one that was ended does not come back', async () => {
    await using own = await tempDir()
    const options = { databasePath: `${own.path}/db.sqlite` }
    const before = await startGateway(options)
    const [mine, other] = [await before.token(), await before.token()]
    const session = await openRawSession(`${before.mcpUrl}/default`, mine)
    const ended = await openRawSession(`${before.mcpUrl}/default`, mine)
    const say = (at: GatewayProcess, id: string | null, bearer: string, method = 'POST') =>
      fetch(`${at.mcpUrl}/default`, {
        method,
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', 'mcp-session-id': id ?? '' },
        ...(method === 'POST' ? { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' } : {}),
      }).then(({ status }) => status)
    expect(await say(before, ended.session, mine, 'DELETE')).toBe(200)
    expect(await say(before, ended.session, mine)).toBe(404)
    await before.stop()
    await using after = await startGateway(options)
    expect(await say(after, session.session, other)).toBe(404)
    expect(await say(after, session.session, mine)).toBe(200)
    expect(await say(after, session.session, other)).toBe(404)
    expect(await say(after, `${session.session}x`, mine)).toBe(404)
    expect(await say(after, session.session, mine, 'DELETE')).toBe(200)
    expect(await say(after, session.session, mine)).toBe(404)
  })

  test('several messages in one request: in 2025-03-26 only', async () => {
    const ping = (id: number | string) => ({ jsonrpc: '2.0', id, method: 'ping' })
    const batch = [ping(1), { jsonrpc: '2.0', method: 'notifications/x' }, ping('two'), { jsonrpc: '2.0', id: 3, method: 'no/such' }, 7]
    const session = await openRawSession(url(), token, '2025-03-26')
    const { status, text } = await session.send(batch)
    expect(status).toBe(200)
    const answers: { id: unknown; error?: { code: number } }[] = JSON.parse(text)
    expect(answers.map(({ id, error }) => [id, error?.code]).sort()).toEqual(
      [
        [1, undefined],
        ['two', undefined],
        [3, -32601],
        [null, -32600],
      ].sort(),
    )
    expect((await session.send([{ jsonrpc: '2.0', method: 'notifications/x' }])).status).toBe(202)
    expect((await session.send([])).status).toBe(400)
    for (const version of ['2024-11-05', '2025-06-18', '2025-11-25']) {
      const strict = await openRawSession(url(), token, version)
      const refused = await strict.send(batch)
      expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([400, -32600])
    }
  })

  test('an id that is in use, an answer to nothing, a session or a version that is none', async () => {
    const session = await openRawSession(url(), token)
    const waiting = post(session, call(7, 'grid_wait', { key: 'twice' }))
    await waitFor('the call', async () => (await session.send({ jsonrpc: '2.0', id: 7, method: 'ping' })).text.includes('in flight'))
    // The same digits as a string are another id.
    expect((await session.send({ jsonrpc: '2.0', id: '7', method: 'ping' })).status).toBe(200)
    await go(session, 'twice')
    await waitFor('the end', (await waiting).ended)
    expect(JSON.parse((await session.send({ jsonrpc: '2.0', id: 7, method: 'ping' })).text)).toEqual({ jsonrpc: '2.0', id: 7, result: {} })
    for (const id of [999, 'never', null]) {
      expect(
        (await session.send({ jsonrpc: '2.0', id, ...(id === null ? { error: { code: 1, message: '' } } : { result: {} }) })).status,
      ).toBe(202)
    }
    const status = async (headers: Record<string, string>) =>
      (await session.send({ jsonrpc: '2.0', id: 1, method: 'ping' }, headers)).status
    expect(await status({ 'mcp-session-id': 'unknown' })).toBe(404)
    expect(await status({ 'mcp-protocol-version': '1999-01-01' })).toBe(400)
    expect(await status({ 'mcp-session-id': '' })).toBe(400)
    expect(await status({})).toBe(200)
  })
})

describe('the modern ladder', () => {
  const NS = 'io.modelcontextprotocol/'
  test.each([
    [
      'no envelope comes before a wrong header',
      { meta: { [`${NS}clientCapabilities`]: null }, headers: { 'mcp-method': 'x' } },
      400,
      -32602,
    ],
    ['a wrong header before an unknown version', { meta: { [`${NS}protocolVersion`]: '2999-01-01' } }, 400, -32020],
    [
      'an unknown version before a wrong method header',
      { meta: { [`${NS}protocolVersion`]: '2999-01-01' }, headers: { 'mcp-protocol-version': '2999-01-01', 'mcp-method': 'x' } },
      400,
      -32022,
    ],
    ['a wrong method header before an unknown method', { headers: { 'mcp-method': 'x' } }, 400, -32020],
    ['an unknown method', {}, 404, -32601],
  ])('%s', async (_, options, status, code) => {
    const answer = await openModernClient(url('modern'), token).send('no/such', {}, options)
    expect([answer.status, JSON.parse(answer.text).id, JSON.parse(answer.text).error.code]).toEqual([status, 1, code])
  })

  test('what names a thing has to say so in its header; what needs a capability says which', async () => {
    const client = openModernClient(url('modern'), token)
    const named = await client.send('tools/call', { name: 'test_simple_text' }, { headers: { 'mcp-name': 'other' } })
    expect([named.status, JSON.parse(named.text).error.code]).toEqual([400, -32020])
    const task = await client.send('tasks/get', { taskId: 'x' })
    expect([task.status, JSON.parse(task.text).error]).toMatchObject([
      400,
      { code: -32021, data: { requiredCapabilities: { extensions: { [`${NS}tasks`]: {} } } } },
    ])
    const removed = ['ping', 'initialize', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe']
    for (const method of removed) expect((await openModernClient(url(), token).send(method)).status).toBe(404)
  })
})

describe('HTTP+SSE', () => {
  test.each([
    ['old', () => new OldClient({ name: 'sse', version: '1' }), OldSse],
    ['new', () => new NewClient({ name: 'sse', version: '1' }), NewSse],
  ])('the %s official client', async (_, create, Transport) => {
    const client = create() as NewClient
    const headers = { Authorization: `Bearer ${token}` }
    await client.connect(new Transport(new URL(`${url()}/sse`), { requestInit: { headers } }) as never)
    const news: string[] = []
    client.fallbackNotificationHandler = async ({ method }) => void news.push(method)
    expect((await client.listTools()).tools.length).toBeGreaterThan(20)
    const progress: number[] = []
    const onprogress = ({ progress: at }: { progress: number }) => progress.push(at)
    const request = { method: 'tools/call', params: { name: 'test_tool_with_progress', arguments: {} } } as const
    await (client.request as (...args: unknown[]) => Promise<unknown>)(request, anyResult, { onprogress })
    expect(progress).toEqual([0, 50, 100])
    await client.callTool({ name: 'test_trigger_tool_change', arguments: {} })
    await waitFor('the news', () => news.includes('notifications/tools/list_changed'))
    await client.close()
  })

  test('a session ends with its stream', async () => {
    const stream = await openEventStream(`${url()}/sse`, { headers: { authorization: `Bearer ${token}` } })
    const address = await waitFor('the address', () => stream.events[0]?.data)
    const send = () =>
      fetch(new URL(address, gateway.origin), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      }).then(({ status }) => status)
    expect(await send()).toBe(202)
    await waitFor('the answer', () => stream.events.some(({ message }) => message?.id === 1))
    stream.cut()
    await waitFor('the end', async () => (await send()) === 404)
  })
})

const { z } = await import('zod')
const anyResult = z.record(z.string(), z.unknown())

describe.each(['legacy', 'modern'])('%s server', (server) => {
  const cancelled = async (session: RawSession) => Number(textOf(await session.request('c', 'tools/call', { name: 'grid_cancelled' })))

  test('a modern client that goes away cancels its call, a legacy one does not', async () => {
    const session = await openRawSession(url(server), token)
    const before = await cancelled(session)
    const legacy = await openEventStream(url(server), {
      method: 'POST',
      headers: sessionHeaders(session, { 'content-type': 'application/json' }),
      body: call('l', 'grid_wait', { key: `legacy-${server}` }),
    })
    await waitFor('progress', () => legacy.events.length > 0)
    legacy.cut()
    const abort = new AbortController()
    const response = await openModernClient(url(server), token).open(
      1,
      'tools/call',
      { name: 'grid_wait', arguments: { key: `modern-${server}` } },
      { meta: { progressToken: 1 }, signal: abort.signal },
    )
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    abort.abort()
    await response.text().catch(() => {})
    await waitFor('the server to hear of it', async () => (await cancelled(session)) === before + 1)
    await go(session, `legacy-${server}`)
    expect(await cancelled(session)).toBe(before + 1)
  })

  test('an answer of 10 MB on one line', async () => {
    const session = await openRawSession(url(server), token)
    const bytes = 10 * 1024 * 1024
    const answer = await session.request(1, 'tools/call', { name: 'grid_big', arguments: { bytes } })
    expect(textOf(answer)).toHaveLength(bytes)
  })

  test('a flood of progress to a client that does not read costs bounded memory, and nobody else their answers', async () => {
    const residentMb = () => (Number(readFileSync(`/proc/${gateway.pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 2 ** 20
    const session = await openRawSession(url(server), token)
    const before = residentMb()
    const body = call('flood', 'grid_flood', { n: 30_000, size: 10_000 })
    const { port } = new URL(gateway.origin)
    const head = Object.entries({
      host: `127.0.0.1:${port}`,
      'content-type': 'application/json',
      'content-length': body.length,
      ...sessionHeaders(session),
    })
    const socket = connect(Number(port), '127.0.0.1')
    socket.pause()
    socket.write(`POST /mcp/${server} HTTP/1.1\r\n${head.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n${body}`)
    const inFlight = async () => (await session.send({ jsonrpc: '2.0', id: 'flood', method: 'ping' })).text.includes('in flight')
    await waitFor('the flood to begin', inFlight)
    let most = 0
    await waitFor(
      'the end of the flood',
      async () => {
        most = Math.max(most, residentMb())
        expect((await session.send({ jsonrpc: '2.0', id: 'p', method: 'ping' })).status).toBe(200)
        // The id is free again when the call has its answer.
        return !(await inFlight())
      },
      50_000,
    )
    socket.destroy()
    // 300 MB went by.
    expect(most - before).toBeLessThan(150)
  })
})

test('a server that dies in the middle of a call is named, to the client and in the log; calls to others go on', async () => {
  await addServer('mortal', '--arg', badServer, '--arg', 'plain')
  await gateway.cli('profile', 'create', '--name', 'Both', '--server', 'legacy', '--server', 'mortal')
  const session = await openRawSession(url('both'), token)
  await session.request(0, 'tools/list')
  const going = session.request('on', 'tools/call', { name: 'grid_wait', arguments: { key: 'survivor' } })
  const hanging = session.request('h', 'tools/call', { name: 'hang' })
  await waitFor('the call to hang', async () =>
    (await session.send({ jsonrpc: '2.0', id: 'h', method: 'ping' })).text.includes('in flight'),
  )
  const dying = session.request('d', 'tools/call', { name: 'die' })
  for (const answer of [await hanging, await dying]) {
    expect(answer.error).toMatchObject({ code: -32081, data: { code: 'SERVER_UNAVAILABLE', server: 'mortal', problem: 'EXITED' } })
    expect(answer.error?.message).toContain('mortal')
  }
  await go(session, 'survivor')
  expect(textOf(await going)).toBe('waited for survivor')
  expect(gateway.stderr()).toMatch(/mortal.*EXITED|EXITED.*mortal/)
})
