import {
  type GatewayProcess,
  gatewayProbe,
  type LightStream,
  lightClient,
  type Message,
  modern,
  soakServer,
  startGateway,
  startReferenceServer,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const LONG = Boolean(process.env.LMG_ENDURANCE)
const STEPS = LONG ? 1_000_000 : 10_000
const SESSIONS = 1000
const TASKS = 'io.modelcontextprotocol/tasks'
const dir = await tempDir()
const probe = gatewayProbe(dir.path)
const client = lightClient()
let gateway: GatewayProcess
let references: Awaited<ReturnType<typeof startReferenceServer>>[]

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite`, env: probe.env })
  references = [
    await startReferenceServer({ UP_ERA: 'legacy', UP_PREFIX: 'l_' }),
    await startReferenceServer({ UP_ERA: 'modern', UP_PREFIX: 'm_' }),
  ]
  await gateway.addServer('soak', soakServer, 'stdio', 's_')
  for (const [at, name] of ['older', 'newer'].entries())
    await gateway.cli('server', 'add', '--name', name, '--url', `${references[at]?.origin}/mcp`)
  await gateway.cli('profile', 'create', '--name', 'First', '--server', 'soak', '--server', 'older', '--server', 'newer')
  await gateway.cli('profile', 'create', '--name', 'Second', '--server', 'soak', '--server', 'older')
})
afterAll(async () => {
  await gateway.stop()
  for (const one of references) await one[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

/** Does it for each of so many, several at a time. */
async function forEach<Result>(count: number, work: (at: number) => Promise<Result>, atOnce = 20): Promise<Result[]> {
  const results: Result[] = []
  let at = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (at < count) {
        const mine = at++
        results[mine] = await work(mine)
      }
    }),
  )
  return results
}

test(`${SESSIONS} sessions: opened, listed, called, held, closed; one more is refused`, async () => {
  const token = await gateway.token()
  const url = `${gateway.mcpUrl}/first`
  const send = (session: string | null, method: string, params: object) =>
    client.send({ url, token, session, body: { jsonrpc: '2.0', id: 1, method, params } })
  const use = async (session: string | null, at: number) => {
    await send(session, 'tools/list', {})
    const { messages } = await send(session, 'tools/call', { name: 's_echo', arguments: { canary: `c${at}` } })
    expect(messages[0]?.result?.content?.[0]?.text).toBe(`c${at}`)
  }
  const end = (session: string | null) => client.send({ url, token, session, method: 'DELETE' })
  const total = async () => {
    client.rest()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const { heapUsed, arrayBuffers, rss } = await probe.ask(gateway)
    return { heap: heapUsed, bytes: heapUsed + arrayBuffers, rss }
  }
  // The same once before anything is counted, so that only what sessions hold is.
  await forEach(SESSIONS, async () => {
    const session = await client.session(url, token)
    await use(session, 0)
    const stream = await client.stream({ url, token, session })
    stream.close()
    await stream.closed
    await end(session)
  })
  const before = await total()
  const sessions = await forEach(SESSIONS, async (at) => {
    const session = await client.session(url, token)
    await use(session, at)
    return session
  })
  expect(new Set(sessions).size).toBe(SESSIONS)
  const idle = await total()
  const streams = await forEach(SESSIONS, (at) => client.stream({ url, token, session: sessions[at] as string }))
  const listening = await total()
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'one more', version: '1' } }
  const refused = await send(null, 'initialize', params)
  expect(refused.status).toBe(429)
  expect(refused.messages[0]?.error).toMatchObject({ code: expect.any(Number) })
  // Another token is not kept out by it.
  expect(await client.session(url, await gateway.token())).toBeTruthy()
  for (const stream of streams) stream.close()
  await Promise.all(streams.map(({ closed }) => closed))
  // Who forgot to close loses the one that was idle for longest, and is served.
  expect((await send(null, 'initialize', params)).status).toBe(200)
  await forEach(SESSIONS, (at) => end(sessions[at] as string))
  const after = await total()
  const kb = (bytes: number) => (bytes / 1024 / SESSIONS).toFixed(1)
  process.stdout.write(
    `[measured] ${SESSIONS} sessions: ${kb(idle.heap - before.heap)} KB of heap each (${kb(idle.bytes - before.bytes)} KB with buffers), ${kb(listening.heap - before.heap)} KB with a stream each (RSS ${((listening.rss - before.rss) / 2 ** 20).toFixed(0)} MB together); afterwards heap ${((after.heap / before.heap - 1) * 100).toFixed(1)} %\n`,
  )
  expect(idle.bytes - before.bytes).toBeLessThan(SESSIONS * 100 * 1024)
  expect(after.heap).toBeLessThan(before.heap * 1.05)
}, 240_000)

interface Actor {
  readonly token: string
  readonly profile: string
}
interface Held extends Actor {
  readonly kind: 'session' | 'events' | 'task' | 'parked'
  readonly name: string
  readonly handle: string
  readonly stream?: LightStream
}

test(`${STEPS} random steps with two tokens and two profiles: what is another's is not there`, async () => {
  let state = 38
  const below = (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const pick = <One>(all: readonly One[]) => all[below(all.length)] as One
  const tokens = [await gateway.token(), await gateway.token()]
  const actors = tokens.flatMap((token): Actor[] => ['first', 'second'].map((profile) => ({ token, profile })))
  const url = ({ profile }: Actor) => `${gateway.mcpUrl}/${profile}`
  const counts: Record<string, number> = {}
  const wrong: string[] = []
  const held: Held[] = []
  let made = 0
  let calls = 0

  const stateless = (actor: Actor, method: string, params: Record<string, unknown>) => {
    const capabilities = { elicitation: {}, extensions: { [TASKS]: {} } }
    const sent = modern(method, params, capabilities)
    const body = { jsonrpc: '2.0', id: 1, method, params: sent.params }
    return client.send({ url: url(actor), token: actor.token, body, headers: sent.headers })
  }
  const tool = (name: string, args: object) => ({ name, arguments: args })

  async function make(kind: Held['kind'], actor: Actor): Promise<Held | null> {
    const name = `h${made++}`
    if (kind === 'session') {
      const handle = await client.session(url(actor), actor.token)
      return handle ? { kind, ...actor, name, handle } : null
    }
    if (kind === 'events') {
      const stream = await client.stream({ url: `${url(actor)}/sse`, token: actor.token })
      return { kind, ...actor, name, handle: '', stream }
    }
    if (kind === 'task') {
      const { messages } = await stateless(actor, 'tools/call', tool('m_slow_compute', { seconds: 0.01, label: name }))
      const handle = messages.at(-1)?.result?.taskId
      return typeof handle === 'string' ? { kind, ...actor, name, handle } : null
    }
    const { messages } = await stateless(actor, 'tools/call', tool('l_test_streaming_elicitation', {}))
    const handle = messages.at(-1)?.result?.requestState
    return typeof handle === 'string' ? { kind, ...actor, name, handle } : null
  }

  /** One use of what is held. @returns what came back, and whether that is what its owner gets */
  async function use(it: Held, actor: Actor): Promise<{ said: Message | undefined; status: number; served: boolean }> {
    if (it.kind === 'session') {
      const canary = `${it.name} ${counts.session}`
      const how = below(4)
      const session = it.handle
      const where = { url: url(actor), token: actor.token, session }
      if (how === 0) {
        const stream = await client.stream({ ...where, headers: { 'last-event-id': `${below(3)}-${below(4)}` } })
        stream.close()
        return { said: undefined, status: stream.status, served: stream.status === 200 }
      }
      // A call of its owner may be under way with one of these ids: it is not to be cancelled by another.
      if (how === 1 && it.token !== actor.token) {
        const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: calls - below(16) } }
        const { status } = await client.send({ ...where, body })
        return { said: undefined, status, served: status === 202 }
      }
      // To its owner the address would mean that the stream of the older carrier is gone, and end the session.
      if (how === 2 && it.token !== actor.token) {
        const path = `${url(actor)}/message?sessionId=${encodeURIComponent(session)}`
        const { status } = await client.send({ url: path, token: actor.token, body: { jsonrpc: '2.0', id: 1, method: 'ping' } })
        if (status !== 404) return { said: undefined, status, served: true }
      }
      const body = { jsonrpc: '2.0', id: ++calls, method: 'tools/call', params: tool('s_echo', { canary }) }
      const { status, messages } = await client.send({ ...where, body })
      return { said: messages[0], status, served: messages.at(-1)?.result?.content?.[0]?.text === canary }
    }
    if (it.kind === 'task') {
      const { status, messages } = await stateless(actor, below(2) ? 'tasks/get' : 'tasks/cancel', { taskId: it.handle })
      return { said: messages[0], status, served: messages.at(-1)?.result !== undefined }
    }
    const { status, messages } = await stateless(actor, 'tools/call', {
      ...tool('l_test_streaming_elicitation', {}),
      requestState: it.handle,
      inputResponses: { elicitation_create_1: { action: 'accept', content: { ok: true } } },
    })
    return { said: messages[0], status, served: messages.at(-1)?.result !== undefined }
  }

  async function step(): Promise<void> {
    const actor = pick(actors)
    if (held.length < 40 || below(40) === 0) {
      const kind = pick<Held['kind']>(['session', 'session', 'task', 'parked'])
      // The second profile has no server with tasks.
      const one = await make(kind, kind === 'task' ? { ...actor, profile: 'first' } : actor)
      if (one) held.push(one)
      else wrong.push(`no ${kind} was made`)
      if (held.length > 80) held.splice(0, 20)
      return
    }
    const at = below(held.length)
    const it = held[at] as Held
    const owner = it.token === actor.token && it.profile === actor.profile
    // A parked call is taken up once.
    if (owner && it.kind === 'parked') held.splice(at, 1)
    const { said, status, served } = await use(it, actor)
    const key = `${it.kind} ${owner ? 'own' : 'foreign'}`
    counts[key] = (counts[key] ?? 0) + 1
    if (served !== owner) {
      // One that another step ended or used at the same moment is gone for its owner too.
      if (owner && !held.includes(it) && it.kind !== 'parked') return
      wrong.push(`${key}: HTTP ${status} ${JSON.stringify(said)?.slice(0, 300)}`)
    }
    if (!owner && it.kind === 'session' && status !== 404) wrong.push(`a foreign session: HTTP ${status}`)
    if (!owner && it.kind === 'session' && below(10) === 0) {
      const ended = await client.send({ url: url(actor), token: actor.token, session: it.handle, method: 'DELETE' })
      if (ended.status !== 404) wrong.push(`a foreign session was ended: HTTP ${ended.status}`)
    }
  }

  // What each of two hears on its own stream of events is its own, whatever the other asks.
  const listeners = await Promise.all(actors.map((actor) => make('events', actor)))
  await forEach(STEPS, step, 16)
  for (const one of listeners) {
    expect(one?.stream?.messages).toEqual([])
    one?.stream?.close()
  }
  process.stdout.write(`[measured] ${STEPS} random steps across clients: ${JSON.stringify(counts)}, ${wrong.length} wrong\n`)
  expect(wrong.slice(0, 20)).toEqual([])
  for (const kind of ['session', 'task', 'parked'])
    for (const whose of ['own', 'foreign']) expect(counts[`${kind} ${whose}`], `${kind} ${whose}`).toBeGreaterThan(20)
  await waitFor('the gateway to be well', async () => (await fetch(`${gateway.origin}/health/ready`)).ok)
}, 1_200_000)
