import { silentLogger } from '@local-mcp/kernel'
import { createRuntime } from '@local-mcp/runtime'
import {
  adminApi,
  browse,
  type FakeAuthorization,
  type GatewayProcess,
  shiftedClock,
  startAuthorizationProcess,
  startGateway,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { expect, onTestFinished, test } from 'vitest'

const LONG = Boolean(process.env.LMG_ENDURANCE)
/** Thirty days of tokens that live for an hour are 720 renewals of each; here they live for seconds, and longer where others keep the machine busy. */
const TOKEN_SECONDS = LONG ? 3 : 6
const SOAK_SECONDS = LONG ? 1800 : 40
const ACCOUNTS = 8
const KEY = 'ab'.repeat(32)
const HOUR = 3_600_000

interface Bench {
  readonly fake: FakeAuthorization
  readonly endpoints: readonly string[]
  readonly ids: readonly string[]
  readonly clock: ReturnType<typeof shiftedClock>
  readonly databasePath: string
  readonly token: string
  gateway: GatewayProcess
  start(): Promise<GatewayProcess>
}

/** A gateway with servers that want a sign-in, signed in to each. */
async function signedIn(accounts: number, settings: Parameters<typeof startAuthorizationProcess>[0]): Promise<Bench> {
  const dir = await tempDir()
  const fake = await startAuthorizationProcess(settings)
  const clock = shiftedClock(dir.path)
  const databasePath = `${dir.path}/db.sqlite`
  const probe = await startGateway({ databasePath, env: { OAUTH_ENCRYPTION_KEY: KEY } })
  const port = new URL(probe.origin).port
  // Clocks are set years ahead here.
  const { token } = await probe.cli<{ token: string }>('token', 'create', '--name', 'client', '--expires', 'never')
  const api = await adminApi(probe)
  const endpoints: string[] = []
  const ids: string[] = []
  for (let i = 0; i < accounts; i++) {
    const { id, endpoint } = await probe.cli<{ id: string; endpoint: string }>('server', 'add', '--name', `s${i}`, '--url', fake.mcpUrl)
    const { body } = await api<{ authorizationUrl: string }>('POST', `/oauth/servers/${id}/start`, {})
    expect(await browse(body.authorizationUrl)).toMatchObject({ status: 200 })
    endpoints.push(endpoint)
    ids.push(id)
  }
  await probe.stop()
  // The same port each time, as a person's clients expect it.
  const start = () => startGateway({ databasePath, env: { ...clock.env, OAUTH_ENCRYPTION_KEY: KEY, PORT: port } })
  const bench: Bench = { fake, endpoints, ids, clock, databasePath, token, gateway: await start(), start }
  onTestFinished(async () => {
    await bench.gateway.stop()
    await fake[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })
  return bench
}

/** One call in the modern era, which needs no session. @returns the problem that it met; null: it was answered */
async function call(endpoint: string, token: string): Promise<string | null> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'echo',
        arguments: {},
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'soak', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  }).catch(() => null)
  if (!response) return 'gone'
  const text = await response.text()
  return text.includes('"result"') ? null : (/"problem":"([A-Z_]+)"/.exec(text)?.[1] ?? text.slice(0, 200))
}

const kill = async (gateway: GatewayProcess) => {
  gateway.child.kill('SIGKILL')
  await gateway.exited
}

test('a renewal that was granted while the gateway was killed is not lost: the next gateway takes it', async () => {
  const bench = await signedIn(1, { expiresIn: 3600, graceSeconds: 0 })
  const { fake, endpoints, token } = bench
  const [endpoint = ''] = endpoints
  expect(await call(endpoint, token)).toBeNull()
  await fake.advance(4000)
  await fake.fail('token', 'hold-after')
  const lost = call(endpoint, token)
  await waitFor('the renewal to be granted', async () => (await fake.counts()).held === 1)
  await kill(bench.gateway)
  expect(await lost).toBe('gone')
  bench.gateway = await bench.start()
  await fake.release()
  expect(await call(endpoint, token)).toBeNull()
  expect(await fake.counts()).toMatchObject({ refreshes: 1, reuses: 0, signIns: 1 })
})

test('one that was never sent is made again', async () => {
  const bench = await signedIn(1, { expiresIn: 3600, graceSeconds: 0 })
  const { fake, endpoints, token } = bench
  const [endpoint = ''] = endpoints
  await call(endpoint, token)
  await fake.advance(4000)
  await fake.fail('token', 'drop-before')
  expect(await call(endpoint, token)).toBe('SIGN_IN_UNREACHABLE')
  await waitFor('it to be tried again', async () => (await call(endpoint, token)) === null)
  expect(await fake.counts()).toMatchObject({ refreshes: 1, reuses: 0, signIns: 1 })
})

test('two processes at the same database renew a token once', async () => {
  const { fake, endpoints, ids, databasePath, token } = await signedIn(1, { expiresIn: 3600, graceSeconds: 0 })
  const [[endpoint = ''], [id = '']] = [endpoints, ids]
  const other = await createRuntime({
    databasePath,
    port: null,
    version: 'test',
    host: 'headless',
    abilities: [],
    cliCommand: [],
    env: {},
    keys: { encryptionKey: KEY, keyFile: null },
    owner: {},
    corsOrigins: [],
    logger: silentLogger,
  })
  onTestFinished(() => other.close())
  await call(endpoint, token)
  await fake.advance(4000)
  await fake.fail('token', 'hold-before')
  const calls = Array.from({ length: 25 }, () => call(endpoint, token))
  await waitFor('the renewal to be under way', async () => (await fake.counts()).held === 1)
  const renewed = other.operations.oauth.refresh({ server: id, account: 'default' })
  await fake.release()
  expect(await renewed).toMatchObject({ state: 'signed_in' })
  expect((await Promise.all(calls)).filter((problem) => problem !== null)).toEqual([])
  expect(await fake.counts()).toMatchObject({ refreshes: 1, reuses: 0, signIns: 1 })
})

test('a clock that is set ends no token early: at most one renewal each, also across a restart and backwards during a renewal', async () => {
  const bench = await signedIn(5, { expiresIn: 3600, graceSeconds: 0 })
  const { fake, endpoints, token, clock } = bench
  const callAll = async () => Promise.all(endpoints.map((endpoint) => call(endpoint, token)))
  const none = endpoints.map(() => null)
  expect(await callAll()).toEqual(none)
  const year2038 = 2 ** 31 * 1000 - Date.now() + HOUR
  for (const jump of [HOUR, -HOUR, 24 * HOUR, -24 * HOUR, year2038, 0]) {
    await clock.set(jump)
    for (let round = 0; round < 5; round++) expect(await callAll(), String(jump)).toEqual(none)
  }
  expect((await fake.counts()).refreshes).toBe(0)
  // A gateway that starts with a wrong clock takes every token for old, once.
  for (const jump of [24 * HOUR, -24 * HOUR]) {
    const before = (await fake.counts()).refreshes
    await bench.gateway.stop()
    await clock.set(jump)
    bench.gateway = await bench.start()
    for (let round = 0; round < 5; round++) expect(await callAll(), String(jump)).toEqual(none)
    expect((await fake.counts()).refreshes - before).toBeLessThanOrEqual(endpoints.length)
  }
  const before = (await fake.counts()).refreshes
  await fake.advance(4000)
  await fake.fail('token', 'hold-before', endpoints.length)
  const waiting = callAll()
  await waitFor('the renewals to be under way', async () => (await fake.counts()).held === endpoints.length)
  await clock.set(-48 * HOUR)
  await fake.release()
  expect(await waiting).toEqual(none)
  expect(await callAll()).toEqual(none)
  const { refreshes, reuses, signIns } = await fake.counts()
  expect({ renewed: refreshes - before, reuses, signIns }).toEqual({ renewed: endpoints.length, reuses: 0, signIns: endpoints.length })
})

test(
  'thirty days in short: killed, set, cut off, and nobody has to sign in again',
  async () => {
    const bench = await signedIn(ACCOUNTS, { expiresIn: TOKEN_SECONDS, refreshSeconds: 120, graceSeconds: 0 })
    const { fake, endpoints, token, clock } = bench
    const until = performance.now() + SOAK_SECONDS * 1000
    const problems = new Map<string, number>()
    let answered = 0
    let kills = 0
    let jumps = 0
    let faults = 0
    const running = () => performance.now() < until
    async function client(endpoint: string): Promise<void> {
      while (running()) {
        const problem = await call(endpoint, token)
        if (problem === null) answered++
        else problems.set(problem, (problems.get(problem) ?? 0) + 1)
        await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100))
      }
    }
    async function trouble(): Promise<void> {
      while (running()) {
        await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 2500))
        const kind = Math.random()
        if (kind < 0.5) {
          kills++
          await kill(bench.gateway)
          bench.gateway = await bench.start()
        } else if (kind < 0.75) {
          jumps++
          await clock.set(Math.round((Math.random() - 0.5) * 48 * HOUR))
        } else {
          faults++
          await fake.fail('token', (['drop-before', '503', '500', 'html'] as const)[Math.floor(Math.random() * 4)] ?? '503', 3)
        }
      }
    }
    await Promise.all([...endpoints.map(client), trouble()])
    // Whatever was still in the way passes.
    const still = new Set<string>()
    for (const endpoint of endpoints) {
      await waitFor(
        'a call to be answered',
        async () => {
          const problem = await call(endpoint, token)
          if (problem !== null) still.add(problem)
          return problem === null
        },
        60_000,
      ).catch((error: Error) => {
        throw new Error(`${error.message}: ${[...still].join(', ')}\n${bench.gateway.stderr().slice(-2000)}`)
      })
    }
    const { refreshes, reuses, signIns } = await fake.counts()
    process.stdout.write(
      `[soak of sign-ins] ${JSON.stringify({ seconds: SOAK_SECONDS, refreshes, reuses, signIns, answered, kills, jumps, faults, problems: Object.fromEntries(problems) })}\n`,
    )
    expect({ reuses, signIns }).toEqual({ reuses: 0, signIns: ACCOUNTS })
    expect(refreshes).toBeGreaterThan(ACCOUNTS * 2)
    // Nobody was told to sign in, not even for a moment.
    expect([...problems.keys()].filter((problem) => problem === 'SIGN_IN_ENDED' || problem === 'AUTH_REQUIRED')).toEqual([])
  },
  SOAK_SECONDS * 1000 + 180_000,
)
