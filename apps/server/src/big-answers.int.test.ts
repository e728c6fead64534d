import type { IncomingMessage } from 'node:http'
import {
  type GatewayProcess,
  gatewayProbe,
  lightClient,
  type Message,
  modern,
  soakServer,
  startGateway,
  startSoakServer,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const MB = 1024 * 1024
const dir = await tempDir()
const probe = gatewayProbe(dir.path)
const client = lightClient()
let gateway: GatewayProcess
let http: Awaited<ReturnType<typeof startSoakServer>>
let token: string
let admin: string
let url: string
let session: string | null

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite`, env: probe.env })
  http = await startSoakServer('h_')
  await gateway.addServer('pipe', soakServer, 'stdio', 's_')
  await gateway.cli('server', 'add', '--name', 'http', '--url', `${http.origin}/mcp`)
  token = await gateway.token()
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  url = `${gateway.mcpUrl}/default`
  session = await client.session(url, token)
  await call('tools/list', {})
})
afterAll(async () => {
  await gateway.stop()
  await http[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

let next = 1
const call = async (method: string, params: object): Promise<Message> =>
  (await client.send({ url, token, session, body: { jsonrpc: '2.0', id: next++, method, params } })).messages.at(-1) ?? {}
const echo = (prefix: string) => call('tools/call', { name: `${prefix}echo`, arguments: { canary: 'legit' } })

/** Sends a call and gives the response before any of it is read. */
function ask(name: string, args: object, era: 'legacy' | 'modern' = 'legacy'): Promise<IncomingMessage> {
  const params = { name, arguments: { canary: 'big', ...args } }
  const sent = era === 'modern' ? modern('tools/call', params) : { params, headers: {} }
  const body = { jsonrpc: '2.0', id: 'big', method: 'tools/call', params: sent.params }
  return client.raw({ url, token, body, session: era === 'modern' ? null : session, headers: sent.headers })
}

/** Reads all of it. @returns its length, its first and its last bytes */
async function drink(res: IncomingMessage): Promise<{ bytes: number; first: string; last: string; whole: boolean }> {
  let bytes = 0
  let first = ''
  let last = ''
  try {
    for await (const chunk of res as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (first.length < 300) first += chunk.toString('latin1', 0, 300)
      last = (last + chunk.toString('latin1', Math.max(0, chunk.length - 300))).slice(-300)
    }
  } catch {}
  return { bytes, first, last, whole: res.complete }
}

/** Reads so many bytes per second, in small sips, until it is over or somebody says so. */
async function sip(res: IncomingMessage, perSecond: number, isEnough: () => boolean): Promise<void> {
  let cut = false
  res.on('error', () => {
    cut = true
  })
  res.once('close', () => {
    cut ||= !res.complete
  })
  res.pause()
  while (!cut && !res.complete && !isEnough()) {
    res.read(Math.max(1, perSecond / 10))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  res.destroy()
}

describe('an answer of 100 MB', () => {
  const matrix = [
    ['s_', 'head', 'json'],
    ['s_', 'tail', 'json'],
    ['h_', 'head', 'json'],
    ['h_', 'tail', 'json'],
    ['h_', 'head', 'sse'],
    ['h_', 'tail', 'sse'],
  ] as const
  test.each(matrix)('%s, its id at the %s, as %s: sent on while it arrives', async (prefix, shape, carrier) => {
    const before = await probe.ask(gateway)
    for (const era of ['legacy', 'modern'] as const) {
      const started = performance.now()
      const answer = await drink(await ask(`${prefix}big`, { bytes: 100 * MB, shape, carrier }, era))
      const { peakRss, delay } = await probe.ask(gateway)
      const more = (peakRss - before.rss) / MB
      process.stdout.write(
        `[measured] 100 MB, ${prefix === 's_' ? 'stdio' : `HTTP ${carrier}`}, id at the ${shape}, ${era} client: ${(answer.bytes / MB).toFixed(1)} MB in ${(performance.now() - started).toFixed(0)} ms, RSS +${more.toFixed(0)} MB at most, loop held ${delay.max.toFixed(0)} ms at most\n`,
      )
      expect(answer.bytes).toBeGreaterThan(100 * MB)
      expect(answer.whole).toBe(true)
      expect(answer.first + answer.last).toContain('"id":"big"')
      expect(answer.first).toContain('"text":"big"')
      expect(more).toBeLessThanOrEqual(64)
    }
    expect(await echo(prefix)).toHaveProperty('result')
  })

  test.each(['s_', 'h_'])(
    'that has to be held, because it goes into one stream of events with others (%s): 64 MB, then an error',
    async (prefix) => {
      const stream = await client.raw({ url: `${url}/sse`, token })
      let text = ''
      let bytes = 0
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (chunk.length < 5000 || text.length < 1000) text += chunk.toString('latin1', 0, 2000)
      })
      stream.on('error', () => {})
      const path = await waitFor('the address to post to', () => /data: (\S+)\n/.exec(text)?.[1])
      const post = (body: object) => client.send({ url: `${gateway.origin}${path}`, token, body })
      await post({
        jsonrpc: '2.0',
        id: 0,
        method: 'initialize',
        params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: {} },
      })
      await post({
        jsonrpc: '2.0',
        id: 'too big',
        method: 'tools/call',
        params: { name: `${prefix}big`, arguments: { canary: 'big', bytes: 100 * MB, shape: 'head' } },
      })
      const error = await waitFor('the error', () => /"id":"too big","error":\{.*/.exec(text)?.[0], 40_000)
      process.stdout.write(`[measured] 100 MB into one stream of events, ${prefix}: ${bytes} bytes, ${error.slice(0, 200)}\n`)
      expect(error).toContain('ANSWER_TOO_LARGE')
      expect(bytes).toBeLessThan(MB)
      stream.destroy()
      expect(await echo(prefix)).toHaveProperty('result')
    },
  )
})

describe('clients that read slowly', () => {
  test('one that takes a large answer at 1 KB/s holds nobody up for longer than 5 s', async () => {
    const slow = await ask('s_big', { bytes: 100 * MB, shape: 'head' })
    let over = false
    const sipping = sip(slow, 1024, () => over)
    const calls: number[] = []
    const started = performance.now()
    while (performance.now() - started < 9000 && Math.max(0, ...calls) < 1000) {
      const asked = performance.now()
      expect((await echo('s_')).result?.content?.[0]?.text).toBe('legit')
      calls.push(performance.now() - asked)
    }
    over = true
    await sipping
    process.stdout.write(
      `[measured] a client that reads 1 KB/s of 100 MB: ${calls.length} other calls of the server, longest ${Math.max(...calls).toFixed(0)} ms\n`,
    )
    // What the system had taken for the client goes on arriving; the gateway is rid of it.
    const history = (await (
      await fetch(`${gateway.origin}/api/activity`, { headers: { authorization: `Bearer ${admin}` } })
    ).json()) as unknown
    expect(JSON.stringify(history)).toContain('CLIENT_TOO_SLOW')
    expect(Math.max(...calls)).toBeLessThan(10_000)
  })

  test('one that reads at 100 KB/s and is never quite still is no better', async () => {
    const slow = await ask('s_big', { bytes: 100 * MB, shape: 'tail' })
    let over = false
    const sipping = sip(slow, 100 * 1024, () => over)
    const asked = performance.now()
    expect((await echo('s_')).result?.content?.[0]?.text).toBe('legit')
    const waited = performance.now() - asked
    over = true
    await sipping
    process.stdout.write(`[measured] a client that reads 100 KB/s of 100 MB: the other call of the server took ${waited.toFixed(0)} ms\n`)
    expect(waited).toBeLessThan(12_000)
  })

  test('a reader of events at 1 KB/s: what waits for it is bounded, then it is cut off, and that is said', async () => {
    const before = await probe.ask(gateway)
    const stream = await client.raw({ url: `${url}/sse`, token })
    let text = ''
    stream.once('data', (chunk: Buffer) => {
      text = chunk.toString('latin1')
      stream.pause()
    })
    const path = await waitFor('the address to post to', () => /data: (\S+)\n/.exec(text)?.[1])
    const post = (body: object) => client.send({ url: `${gateway.origin}${path}`, token, body })
    await post({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: {} } })
    let cut = false
    const sipping = sip(stream, 1024, () => cut)
    let sent = 0
    for (; sent < 200; sent++) {
      const args = { canary: 'big', bytes: 500_000, shape: 'head' }
      const { status } = await post({ jsonrpc: '2.0', id: `b${sent}`, method: 'tools/call', params: { name: 's_big', arguments: args } })
      if (status === 404) break
      await echo('s_')
    }
    cut = true
    await sipping
    const { peakRss } = await probe.ask(gateway)
    process.stdout.write(
      `[measured] a reader of events at 1 KB/s: gone after ${sent} answers of 0.5 MB, RSS +${((peakRss - before.rss) / MB).toFixed(0)} MB at most\n`,
    )
    expect(sent).toBeLessThan(200)
    expect(gateway.stderr()).toContain('does not read')
    expect((peakRss - before.rss) / MB).toBeLessThanOrEqual(64)
  })
})
