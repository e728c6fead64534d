import { connect, type Socket } from 'node:net'
import { type GatewayProcess, lightClient, type Message, soakServer, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const LONG = Boolean(process.env.LMG_ENDURANCE)
const FRAMES = LONG ? 100_000 : 10_000
/** Sessions with a stream while a server storms. */
const LISTENERS = 20
const DRIPS = 3000
const dir = await tempDir()
const client = lightClient()
let gateway: GatewayProcess
let token: string
let url: string
let session: string | null
let pid: number

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  const add = (prefix: string, ...flags: string[]) =>
    gateway.cli(
      ...['server', 'add', '--name', prefix, '--approve', ...flags, '--command', process.execPath],
      ...[soakServer, 'stdio', prefix].flatMap((arg) => ['--arg', arg]),
    )
  await add('good_')
  await add('bad_', '--timeout', '2000')
  token = await gateway.token()
  url = `${gateway.mcpUrl}/default`
  session = await client.session(url, token)
  await call('tools/list', {})
  pid = gateway.pid
})
afterAll(async () => {
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

async function restartBad(): Promise<void> {
  const servers = (await gateway.cli('server', 'ls')) as unknown as { slug: string; name: string }[]
  const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', `admin ${next++}`, '--admin')).token
  const { slug } = servers.find(({ name }) => name === 'bad_') as { slug: string }
  const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }
  expect((await fetch(`${gateway.origin}/api/mcp-servers/${slug}/restart`, { method: 'POST', headers, body: '{}' })).status).toBe(200)
}

let next = 1
const call = async (method: string, params: object): Promise<Message> =>
  (await client.send({ url, token, session, body: { jsonrpc: '2.0', id: next++, method, params } })).messages.at(-1) ?? {}
const tool = (name: string, args: object = {}) => call('tools/call', { name, arguments: { canary: `c${next}`, ...args } })

/** Calls of others, one after the other, for as long as `work` takes. @returns their times, sorted, in ms */
async function meanwhile<Result>(work: Promise<Result>): Promise<{ result: Result; p99: number; calls: number; longest: number }> {
  let over = false
  const times: number[] = []
  const load = (async () => {
    while (!over) {
      const started = performance.now()
      const canary = `other ${times.length}`
      expect((await tool('good_echo', { canary })).result?.content?.[0]?.text).toBe(canary)
      times.push(performance.now() - started)
    }
  })()
  try {
    const result = await work
    over = true
    await load
    times.sort((a, b) => a - b)
    return { result, calls: times.length, p99: times[Math.floor(times.length * 0.99)] ?? 0, longest: times.at(-1) ?? 0 }
  } finally {
    over = true
  }
}

/** The same for a while without anything else, to compare with. */
const alone = (ms: number) => meanwhile(new Promise((resolve) => setTimeout(resolve, ms)))

/** The same numbers each time, so that a failure can be seen again. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('a hang stays local', () => {
  test.each(['hang', 'half', 'deaf'])('%s: its caller has an error within a second after the timeout', async (how) => {
    const quiet = await alone(1500)
    const started = performance.now()
    const { result, p99, calls } = await meanwhile(tool(`bad_${how}`))
    const ms = performance.now() - started
    process.stdout.write(
      `[measured] ${how}: error after ${ms.toFixed(0)} ms of a timeout of 2000; ${calls} other calls, p99 ${p99.toFixed(1)} ms (alone ${quiet.p99.toFixed(1)} ms)\n`,
    )
    expect(result.error).toMatchObject({ code: -32083, data: { code: 'UPSTREAM_TIMEOUT' } })
    expect(ms).toBeLessThan(3000)
    // 1.2 times is the goal; on a machine that others use only a lasting stall can be told.
    expect(p99).toBeLessThan(quiet.p99 * 3 + 50)
    if (how === 'hang') expect(Number((await tool('bad_cancelled')).result?.content?.[0]?.text)).toBeGreaterThan(0)
    else await restartBad()
  })
})

describe('bad bytes of a server', () => {
  const line = (text: string | Buffer) => Buffer.concat([Buffer.from(text as string), Buffer.from('\n')])
  const json = (value: unknown) => line(JSON.stringify(value))
  const bytes = (...all: number[]) => line(Buffer.from(all))
  const kinds: readonly (readonly [string, Buffer])[] = [
    ['a banner', line('Server running on stdio')],
    ['a banner without a line end', Buffer.from('Server running on stdio')],
    ['a log line in JSON', json({ level: 'info', msg: 'started' })],
    ['a log line in JSON without a line end', Buffer.from('{"level":"info"}')],
    ['empty lines', Buffer.from('\n\n\r\n\n')],
    ['a BOM', Buffer.from([0xef, 0xbb, 0xbf])],
    ['CR LF', Buffer.from('\r\n')],
    ['colours', line('\u001b[31merror\u001b[0m')],
    ['a NUL', bytes(0)],
    ['bytes that are no UTF-8', bytes(0xff, 0xfe, 0xc3, 0x28)],
    ['half of a character', bytes(0xe2, 0x82)],
    ['a surrogate in UTF-8', bytes(0xed, 0xa0, 0x80)],
    ['an overlong NUL', bytes(0xc0, 0x80)],
    ['UTF-16', line(Buffer.from('{"jsonrpc":"2.0"}', 'utf16le'))],
    ['an array', line('[]')],
    ['a batch', json([{ jsonrpc: '2.0', id: 999, result: {} }])],
    ['a number', line('42')],
    ['null', line('null')],
    ['half of an object', line('{"jsonrpc":"2.0","id":')],
    ['two messages on one line', line(JSON.stringify({ jsonrpc: '2.0', method: 'a' }).repeat(2))],
    ['an answer to nobody', json({ jsonrpc: '2.0', id: 123456789, result: { content: [{ type: 'text', text: 'foreign' }] } })],
    ['an answer with a text as id', json({ jsonrpc: '2.0', id: 'x', result: {} })],
    ['an answer without an id', json({ jsonrpc: '2.0', result: {} })],
    ['an answer with null as id', json({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'what?' } })],
    ['an answer with a negative id', json({ jsonrpc: '2.0', id: -1, result: {} })],
    ['an answer with 1e400 as id', line('{"jsonrpc":"2.0","id":1e400,"result":{}}')],
    ['an answer with both', json({ jsonrpc: '2.0', id: 123456789, result: {}, error: { code: 1, message: '' } })],
    ['an unknown notification', json({ jsonrpc: '2.0', method: 'notifications/nothing', params: { a: 1 } })],
    ['progress for nobody', json({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 123456789, progress: 1 } })],
    ['a request that nobody knows', json({ jsonrpc: '2.0', id: 1, method: 'no/such/method' })],
    ['another version', json({ jsonrpc: '1.0', id: 1, result: {} })],
    ['nesting 200,000 deep', line('['.repeat(200_000))],
    ['the same key twice', line('{"jsonrpc":"2.0","id":1,"id":2,"result":{}}')],
    ['keys in another case', line('{"JSONRPC":"2.0","ID":1,"RESULT":{}}')],
    ['a line of 1 MB', line('x'.repeat(2 ** 20))],
  ]

  test(`${kinds.length} kinds of noise before an answer: the answer arrives all the same, at its own caller`, async () => {
    const lost: string[] = []
    for (const [name, noise] of kinds) {
      const canary = `canary ${name}`
      const other = tool('bad_slow', { canary: `other ${name}`, ms: 30 })
      const { result, error } = await tool('bad_noise', { canary, base64: noise.toString('base64') })
      if (result?.content?.[0]?.text !== canary) lost.push(`${name}: ${JSON.stringify(result ?? error)}`)
      expect((await other).result?.content?.[0]?.text, name).toBe(`other ${name}`)
    }
    process.stdout.write(`[measured] ${kinds.length - lost.length} of ${kinds.length} kinds of noise recovered from\n`)
    expect(lost).toEqual([])
  }, 180_000)

  test(`${FRAMES} fuzzed frames of a server, then ${FRAMES} of clients: no crash, no wrong route`, async () => {
    const below = seeded(7)
    const samples = [
      '{"jsonrpc":"2.0","id":77,"result":{"content":[{"type":"text","text":"foreign"}],"structuredContent":{"a":[1,2.5e3,null]}}}',
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":77,"progress":1}}',
      '{"jsonrpc":"2.0","id":5,"method":"sampling/createMessage","params":{"messages":[]}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"good_echo","arguments":{"canary":"x"},"_meta":{"progressToken":"p"}}}',
      '{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"f"}}}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}',
      '{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}',
    ]
    const fuzz = (): Buffer => {
      const frame = Buffer.from(samples[below(samples.length)] as string)
      for (let changes = 1 + below(4); changes > 0; changes--) {
        const at = below(frame.length)
        const how = below(3)
        if (how === 0) frame[at] = below(256)
        else if (how === 1) frame.copyWithin(at, below(frame.length))
        else frame[at] = '{}[]":,\\0'.charCodeAt(below(9))
      }
      // A line end would only make two frames of it.
      for (let i = 0; i < frame.length; i++) if (frame[i] === 10) frame[i] = 32
      return below(10) === 0 ? frame.subarray(0, below(frame.length)) : frame
    }
    const rounds = FRAMES / 50
    for (let round = 0; round < rounds; round++) {
      const noise = Buffer.concat(Array.from({ length: 50 }, () => Buffer.concat([fuzz(), Buffer.from('\n')])))
      const canary = `fuzz ${round}`
      expect((await tool('bad_noise', { canary, base64: noise.toString('base64') })).result?.content?.[0]?.text).toBe(canary)
    }
    const statuses: Record<number, number> = {}
    const send = async () => {
      const { status, messages } = await client.send({ url, token, session: below(2) ? session : null, body: fuzz() })
      statuses[status] = (statuses[status] ?? 0) + 1
      for (const message of messages) expect(JSON.stringify(message)).not.toContain('foreign')
    }
    for (let round = 0; round < FRAMES / 10; round++) await Promise.all(Array.from({ length: 10 }, send))
    process.stdout.write(
      `[measured] ${FRAMES} fuzzed frames each way: 0 crashes, 0 wrong routes; of clients: ${JSON.stringify(statuses)}\n`,
    )
    expect(statuses[500]).toBeUndefined()
    expect(gateway.pid).toBe(pid)
    expect(gateway.child.exitCode).toBeNull()
    expect((await tool('good_echo')).result).toBeDefined()
  }, 600_000)
})

test(`${DRIPS} connections that drip: all closed within 15 s, others go on`, async () => {
  const { port } = new URL(gateway.origin)
  const sockets: Socket[] = []
  let closed = 0
  const started = performance.now()
  for (let i = 0; i < DRIPS; i++) {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.once('close', () => {
      closed++
    })
    socket.resume()
    socket.write(`POST /mcp/default HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`)
    sockets.push(socket)
  }
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('X-A: b\r\n')
  }, 1000)
  try {
    const { p99, calls } = await meanwhile(waitFor('all of them to be closed', () => closed === DRIPS, 20_000))
    const ms = performance.now() - started
    process.stdout.write(
      `[measured] ${DRIPS} dripping connections: all closed after ${ms.toFixed(0)} ms; ${calls} other calls, p99 ${p99.toFixed(1)} ms\n`,
    )
    expect(ms).toBeLessThan(15_000)
  } finally {
    clearInterval(drip)
    for (const socket of sockets) socket.destroy()
  }
}, 60_000)

test.each([
  ['log', 'during a call'],
  ['log', 'unasked'],
  ['progress', 'during a call'],
  ['progress', 'unasked'],
  ['list', 'unasked'],
  ['updated', 'unasked'],
])('a storm of notifications (%s, %s) of one server: others hardly notice', async (kind, when) => {
  // Whoever listens hears of it too.
  const sessions = await Promise.all(Array.from({ length: LISTENERS }, () => client.session(url, token)))
  const streams = await Promise.all(sessions.map((one) => client.stream({ url, token, session: one })))
  const quiet = await alone(1500)
  const sent = async () => Number((await tool('bad_sent')).result?.content?.[0]?.text)
  async function storm(): Promise<number> {
    const { result } = await tool('bad_storm', { kind, ms: 1500, rate: 100_000, first: when === 'unasked' })
    expect(result).toBeDefined()
    return await waitFor('the end of the storm', async () => (await sent()) || null)
  }
  const { result, p99, calls, longest } = await meanwhile(storm())
  const heard = streams.reduce((sum, { messages }) => sum + messages.length, 0)
  for (const stream of streams) stream.close()
  for (const one of sessions) await client.send({ url, token, session: one, method: 'DELETE' })
  process.stdout.write(
    `[measured] storm of ${kind} ${when}: ${(result / 1.5).toFixed(0)} per second, ${LISTENERS} listeners heard ${heard}; ${calls} other calls, p99 ${p99.toFixed(1)} ms (alone ${quiet.p99.toFixed(1)} ms), longest ${longest.toFixed(0)} ms\n`,
  )
  expect(p99).toBeLessThan(quiet.p99 * 4 + 250)
})
