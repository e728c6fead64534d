import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { badServer, type GatewayProcess, isAlive, referenceServer, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as TransportV2 } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { CreateMessageRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../dist/main.mjs', import.meta.url))
const dir = await tempDir()
const databasePath = `${dir.path}/db.sqlite`
let gateway: GatewayProcess

beforeAll(async () => {
  gateway = await startGateway({ databasePath })
  await gateway.addServer('Reference', referenceServer)
  await gateway.addServer('Plain', badServer, 'plain')
})
afterAll(async () => {
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const one of undo.splice(0)) await one()
})

const command = (path = databasePath) => ({
  command: process.execPath,
  args: [main, 'stdio', '--profile', 'default'],
  env: { ...(process.env as Record<string, string>), DATABASE_PATH: path },
  stderr: 'pipe' as const,
})

async function connectV1(capabilities: object = {}) {
  const client = new ClientV1({ name: 'v1', version: '1' }, { capabilities })
  const transport = new TransportV1(command())
  undo.push(() => client.close())
  return { client, transport, open: () => client.connect(transport) }
}
async function connectV2(mode: 'auto' | 'legacy' = 'auto') {
  const client = new ClientV2({ name: 'v2', version: '1' }, { versionNegotiation: { mode }, capabilities: { sampling: {} } })
  const transport = new TransportV2(command())
  undo.push(() => client.close())
  return { client, transport, open: () => client.connect(transport) }
}

/** A client that sees every byte. */
function raw(path = databasePath) {
  const { args, env } = command(path)
  const child: ChildProcess = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  undo.push(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    child,
    exited,
    stdout: () => stdout,
    stderr: () => stderr,
    lines: () => stdout.split('\n').slice(0, -1),
    send: (...messages: object[]) => child.stdin?.write(messages.map((one) => `${JSON.stringify(one)}\n`).join('')),
    answer: (id: number | string) =>
      waitFor(`the answer to ${id}`, () =>
        stdout
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as { id?: unknown; method?: string; result?: never; error?: { code: number; message: string } })
          .find((message) => message.id === id && message.method === undefined),
      ),
  }
}

const initialize = {
  jsonrpc: '2.0',
  id: 'hello',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
}
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }
const call = (id: number | string, name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})
const modern = (id: number | string, method: string, params: object = {}, version = '2026-07-28') => ({
  jsonrpc: '2.0',
  id,
  method,
  params: {
    ...params,
    _meta: { 'io.modelcontextprotocol/protocolVersion': version, 'io.modelcontextprotocol/clientCapabilities': {} },
  },
})

const textOf = ({ result }: { result?: unknown }) => (result as { content: { text: string }[] }).content[0]?.text
const startedCalls = async () =>
  ((await (await fetch(`${gateway.origin}/api/activity`, { headers: { authorization: `Bearer ${await admin()}` } })).json()) as unknown[])
    .length
let adminOf: { readonly of: GatewayProcess; readonly token: string } | null = null
async function admin(): Promise<string> {
  if (adminOf?.of !== gateway) {
    const name = `admin-${gateway.pid}`
    adminOf = { of: gateway, token: (await gateway.cli<{ token: string }>('token', 'create', '--name', name, '--admin')).token }
  }
  return adminOf.token
}

describe('official clients', () => {
  test('SDK v1: list, call, progress, a question to the client, a changed list', async () => {
    const { client, open } = await connectV1({ sampling: {} })
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'm',
      role: 'assistant' as const,
      content: { type: 'text' as const, text: 'sampled' },
    }))
    let changed = 0
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      changed++
    })
    await open()
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['list_profiles', 'test_simple_text']))
    const progress: number[] = []
    await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, {
      onprogress: (one) => progress.push(one.progress),
    })
    expect(progress).toEqual([0, 50, 100])
    expect(JSON.stringify(await client.callTool({ name: 'test_sampling', arguments: { prompt: 'x' } }))).toContain('sampled')
    const extra = await gateway.cli<{ slug: string }>(
      'server',
      'add',
      '--name',
      'Extra',
      '--command',
      process.execPath,
      '--arg',
      badServer,
      '--approve',
    )
    await waitFor('the news', () => changed > 0)
    await gateway.cli('server', 'rm', extra.slug)
  })

  test.each(['auto', 'legacy'] as const)('SDK v2, %s: list, call, progress; nothing is left behind', async (mode) => {
    const { client, transport, open } = await connectV2(mode)
    await open()
    expect(client.getNegotiatedProtocolVersion()).toBe(mode === 'auto' ? '2026-07-28' : '2025-11-25')
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('test_simple_text')
    const progress: number[] = []
    await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, { onprogress: (one) => progress.push(one.progress) })
    expect(progress).toEqual([0, 50, 100])
    const { pid } = transport
    await client.close()
    await waitFor('the end of the bridge', () => !isAlive(pid as number))
  })
})

test('nothing is said before the client speaks, and then only JSON-RPC, a message a line', async () => {
  const bridge = raw()
  bridge.send(modern('probe', 'server/discover'), initialize)
  expect(await bridge.answer('probe')).toHaveProperty('result.supportedVersions')
  expect(await bridge.answer('hello')).toHaveProperty('result.protocolVersion', '2025-11-25')
  bridge.send(initialized, call(1, 'test_simple_text'), modern(2, 'tools/call', { name: 'test_simple_text', arguments: {} }))
  await bridge.answer(1)
  expect(await bridge.answer(2)).toHaveProperty('result.resultType', 'complete')
  bridge.child.stdin?.write('no json\n\r\n[]\n{"jsonrpc":"2.0","id":3,"method":"ping"}\r\n')
  await bridge.answer(3)
  for (const line of bridge.lines()) expect(JSON.parse(line)).toHaveProperty('jsonrpc', '2.0')
  expect(bridge.lines().filter((line) => line.includes('-32700'))).toHaveLength(1)
  expect(bridge.stderr()).toBe('')
})

test('a refused era, an unknown tool and an unknown method are answered with the id', async () => {
  const bridge = raw()
  const wrong = modern(1, 'tools/list', {}, '2099-01-01')
  bridge.send(wrong, modern(2, 'nothing/there'), modern(3, 'tools/call', { name: 'nobody' }), {
    jsonrpc: '2.0',
    id: 4,
    method: 'tools/list',
  })
  expect((await bridge.answer(1)).error?.code).toBe(-32022)
  expect((await bridge.answer(2)).error?.code).toBe(-32601)
  expect((await bridge.answer(3)).error?.code).toBe(-32602)
  expect((await bridge.answer(4)).error?.message).toContain('initialize')
})

test('modern: a subscription hears of changes; cancelling ends it', async () => {
  const bridge = raw()
  bridge.send(modern('news', 'subscriptions/listen', { notifications: { toolsListChanged: true } }))
  await waitFor('the acknowledgement', () => bridge.stdout().includes('notifications/subscriptions/acknowledged'))
  const extra = await gateway.cli<{ slug: string }>(
    'server',
    'add',
    '--name',
    'More',
    '--command',
    process.execPath,
    '--arg',
    badServer,
    '--approve',
  )
  await waitFor('the news', () => bridge.stdout().includes('notifications/tools/list_changed'))
  bridge.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'news' } })
  bridge.send(modern('after', 'tools/list'))
  await bridge.answer('after')
  const before = bridge.stdout()
  await gateway.cli('server', 'rm', extra.slug)
  bridge.send(modern('later', 'tools/list'))
  await bridge.answer('later')
  expect(bridge.stdout().slice(before.length)).not.toContain('notifications/tools/list_changed')
})

describe.each([
  ['legacy', [initialize, initialized], call],
  ['modern', [], (id: string, name: string) => modern(id, 'tools/call', { name, arguments: {} })],
] as const)('%s', (_, opening, ask) => {
  test('cancelled: the server hears of it, and there is no answer', async () => {
    const bridge = raw()
    bridge.send(...opening, ask('count', 'cancelled'))
    const before = Number(textOf(await bridge.answer('count')))
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'hangs' } }
    const started = await startedCalls()
    // In one write: in the legacy era the cancellation must not overtake what it cancels; in the modern one both are gone.
    if (opening.length > 0) bridge.send(ask('hangs', 'hang'), cancel)
    else {
      bridge.send(ask('hangs', 'hang'))
      await waitFor('the call', async () => (await startedCalls()) > started)
      bridge.send(cancel)
    }
    let asked = 0
    await waitFor('the cancellation', async () => {
      const id = `count-${asked++}`
      bridge.send(ask(id, 'cancelled'))
      return Number(textOf(await bridge.answer(id))) === before + 1
    })
    expect(bridge.lines().filter((line) => JSON.parse(line).id === 'hangs')).toEqual([])
  })

  test('a big answer is one line', async () => {
    const bridge = raw()
    bridge.send(...opening)
    const message = 'x'.repeat(3 * 1024 * 1024)
    const request = ask('big', 'echo')
    bridge.send({ ...request, params: { ...request.params, arguments: { message } } })
    expect(JSON.stringify(await bridge.answer('big'))).toContain(message)
  })

  test('the gateway is killed: what runs fails, and everything works when it is back', async () => {
    const bridge = raw()
    bridge.send(...opening, ask('before', 'echo'))
    expect(await bridge.answer('before')).toHaveProperty('result')
    const started = await startedCalls()
    bridge.send(ask('during', 'hang'))
    await waitFor('the call', async () => (await startedCalls()) > started)
    gateway.child.kill('SIGKILL')
    expect((await bridge.answer('during')).error?.message).toContain('ended before it answered')
    await gateway.exited
    // Asked while nobody is there: it waits for the next gateway.
    bridge.send(ask('meanwhile', 'echo'))
    gateway = await startGateway({ databasePath })
    expect(await bridge.answer('meanwhile')).toHaveProperty('result')
    bridge.send(ask('after', 'echo'))
    expect(await bridge.answer('after')).toHaveProperty('result')
    if (opening.length > 0) expect(bridge.stdout()).toContain('notifications/tools/list_changed')
    expect(bridge.lines().filter((line) => JSON.parse(line).id === 'hello')).toHaveLength(opening.length > 0 ? 1 : 0)
  })
})

test('two bridges at once do not know of each other', async () => {
  const [one, two] = [raw(), raw()]
  for (const bridge of [one, two]) bridge.send(initialize, initialized, call(1, 'test_simple_text'))
  await Promise.all([one.answer(1), two.answer(1)])
  one.child.stdin?.end()
  expect(await one.exited).toBe(0)
  two.send(call(2, 'test_simple_text'))
  expect(await two.answer(2)).toHaveProperty('result')
})

test('the end of stdin ends it at once', async () => {
  const bridge = raw()
  bridge.send(initialize)
  await bridge.answer('hello')
  const from = performance.now()
  bridge.child.stdin?.end()
  expect(await bridge.exited).toBe(0)
  expect(performance.now() - from).toBeLessThan(3000)
  expect(bridge.stderr()).toBe('')
})

test('what was asked before the end of stdin is answered', async () => {
  const bridge = raw()
  bridge.send(modern(1, 'tools/list'))
  bridge.child.stdin?.end()
  expect(await bridge.exited).toBe(0)
  expect(bridge.lines().map((line) => JSON.parse(line).id)).toEqual([1])
})

test('without a gateway: one error that says how to start it, and exit code 1', async () => {
  await using empty = await tempDir()
  const bridge = raw(`${empty.path}/db.sqlite`)
  bridge.send(initialize)
  expect(await bridge.exited).toBe(1)
  expect(bridge.lines()).toHaveLength(1)
  const { error } = await bridge.answer('hello')
  expect(error).toMatchObject({ data: { code: 'NOT_READY' } })
  expect(error?.message).toMatch(/not running.*serve/)
})

test('an unknown profile is named in the answer', async () => {
  const { env } = command()
  const child = spawn(process.execPath, [main, 'stdio', '--profile', 'nowhere'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.end(`${JSON.stringify(initialize)}\n`)
  let stdout = ''
  for await (const chunk of child.stdout) stdout += chunk
  expect(JSON.parse(stdout)).toMatchObject({ id: 'hello', error: { message: expect.stringContaining('nowhere') } })
})
