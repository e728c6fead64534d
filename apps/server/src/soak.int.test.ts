import { readdirSync } from 'node:fs'
import {
  createCrowd,
  gatewayProbe,
  type Holdings,
  lightClient,
  referenceServer,
  runCli,
  soakServer,
  startGateway,
  startReferenceServer,
  startSoakServer,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { expect, test } from 'vitest'

/** The long form is the ten minutes with a thousand sessions that the goal names. */
const LONG = Boolean(process.env.LMG_ENDURANCE)
const MEMBERS = LONG ? 1000 : 120
const ROUNDS = LONG ? 20 : 3
const ROUND_MS = LONG ? 30_000 : 5000
/** A connection that nobody uses is kept for five seconds: so many seconds without a change are rest. */
const REST = 6
/** Rounds in which caches fill, that no slope is taken from. */
const WARM_UP = LONG ? 3 : 1

/** The same numbers each time, so that a failure can be seen again. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** What one more thousand of calls adds, by least squares. */
function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const x0 = mean(({ x }) => x)
  const y0 = mean(({ y }) => y)
  return (
    mean(({ x, y }) => (x - x0) * (y - y0)) /
    Math.max(
      1e-9,
      mean(({ x }) => (x - x0) ** 2),
    )
  )
}

const mb = (bytes: number) => bytes / 1024 / 1024

test(`${MEMBERS} clients of one profile, 16 servers, ${(ROUNDS * ROUND_MS) / 1000} s: nothing leaks, nothing hangs, nobody hears of others`, async () => {
  await using dir = await tempDir()
  const options = { databasePath: `${dir.path}/db.sqlite` }
  const probe = gatewayProbe(dir.path)
  await using overHttp1 = await startSoakServer('h1_')
  await using overHttp2 = await startSoakServer('h2_')
  await using overHttp3 = await startSoakServer('h3_')
  await using legacy = await startReferenceServer({ UP_ERA: 'legacy', UP_PREFIX: 'rl_' })
  await using stateless = await startReferenceServer({ UP_ERA: 'modern', UP_PREFIX: 'rm_' })
  await using gateway = await startGateway({ ...options, env: probe.env })
  const stdio = ['s1_', 's2_', 's3_', 's4_', 's5_', 's6_', 's7_', 'd1_', 'd2_']
  for (const prefix of stdio) await gateway.addServer(prefix, soakServer, 'stdio', prefix)
  for (const [prefix, era] of [
    ['pl_', 'legacy'],
    ['pm_', 'modern'],
  ] as const)
    await gateway.cli(
      ...['server', 'add', '--name', prefix, '--approve', '--env', `UP_ERA=${era}`, '--env', `UP_PREFIX=${prefix}`],
      ...['--command', process.execPath, '--arg', referenceServer, '--arg', 'stdio'],
    )
  for (const [name, { origin }] of Object.entries({ h1: overHttp1, h2: overHttp2, h3: overHttp3, rl: legacy, rm: stateless }))
    await gateway.cli('server', 'add', '--name', name, '--url', `${origin}/mcp`)
  const servers = (await gateway.cli('server', 'ls')) as unknown as { slug: string; id: string; name: string }[]
  expect(servers.filter(({ slug }) => slug !== 'lmg')).toHaveLength(16)

  const client = lightClient(48)
  const url = `${gateway.mcpUrl}/default`
  const token = await gateway.token()
  const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  const crowd = createCrowd({
    client,
    url,
    token,
    members: MEMBERS,
    atOnce: 32,
    random: seeded(1),
    targets: [
      ...[...stdio, 'h1_', 'h2_', 'h3_'].map((prefix) => ({ prefix, kind: 'soak' as const, mortal: prefix.startsWith('d') })),
      ...['rl_', 'rm_', 'pl_', 'pm_'].map((prefix) => ({ prefix, kind: 'reference' as const, mortal: false })),
    ],
  })

  /** A server that ends by itself, and one that is told to: both while it is called. */
  let restarts = 0
  async function endServers(round: number): Promise<void> {
    // Seldom enough to be started again at once: one that ends often is made to wait longer each time.
    if (round % 4 === 0) {
      const session = await client.session(url, token)
      const die = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'd1_die' } }
      await client.send({ url, token, session, body: die })
      await client.send({ url, token, session, method: 'DELETE' })
      restarts++
    }
    const { slug } = servers.find(({ name }) => name === 'd2_') as { slug: string }
    const restarted = await fetch(`${gateway.origin}/api/mcp-servers/${slug}/restart`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: '{}',
    })
    expect(restarted.status, await restarted.text()).toBe(200)
    restarts++
  }

  /** Until every server is there again and idle connections are gone, so that only what is really held is counted. */
  async function quiet(): Promise<Holdings> {
    const session = await client.session(url, token)
    const call = (prefix: string) => ({ jsonrpc: '2.0', id: prefix, method: 'tools/call', params: { name: `${prefix}echo` } })
    for (const prefix of [...stdio, 'h1_', 'h2_', 'h3_'])
      await waitFor(
        `${prefix} to be there again`,
        async () => (await client.send({ url, token, session, body: call(prefix) })).messages[0]?.result,
        70_000,
      )
    await client.send({ url, token, session, method: 'DELETE' })
    client.rest()
    let fds = 0
    let same = 0
    return await waitFor(
      'the gateway to come to rest',
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 1000))
        const now = readdirSync(`/proc/${gateway.pid}/fd`).length
        same = now === fds ? same + 1 : 0
        fds = now
        return same >= REST ? await probe.ask(gateway) : null
      },
      60_000,
    )
  }

  const empty = await quiet()
  await crowd.enter()
  const rounds: (Holdings & { done: number })[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const running = crowd.run(ROUND_MS)
    const ending = new Promise((resolve) => setTimeout(resolve, ROUND_MS / 4)).then(() => endServers(round))
    await Promise.all([running, ending])
    const held = await quiet()
    const { done, p50, p99, longest, away } = crowd.figures()
    rounds.push({ ...held, done })
    process.stdout.write(
      `[measured] soak round ${round + 1}: ${done} requests so far, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(0)} ms, longest ${longest.toFixed(0)} ms, ${away} away; heap ${mb(held.heapUsed).toFixed(2)} MB, buffers ${mb(held.arrayBuffers).toFixed(2)} MB, RSS ${mb(held.rss).toFixed(0)} MB, ${held.fds} fds, ${held.threads} threads, ${held.children} children, ${JSON.stringify(held.handles)}\n`,
    )
  }
  const { done, kinds, foreign, stuck, wrong, away, reconnects, news } = crowd.figures()
  await crowd.leave()
  const after = await quiet()
  const warm = rounds.slice(WARM_UP)
  const perTenThousand = (of: (held: Holdings) => number) => mb(slope(warm.map((held) => ({ x: held.done, y: of(held) }))) * 10_000)
  const spread = (of: (held: Holdings) => number) => Math.max(...warm.map(of)) - Math.min(...warm.map(of))
  const heapSlope = perTenThousand(({ heapUsed }) => heapUsed)
  const rssSlope = perTenThousand(({ rss }) => rss)
  const timers = ({ handles }: Holdings) => handles.Timeout ?? 0
  process.stdout.write(
    `[measured] soak, ${MEMBERS} clients, 16 servers, ${(ROUNDS * ROUND_MS) / 1000} s: ${done} requests ${JSON.stringify(kinds)}, ${reconnects} reconnects, ${restarts} restarts of servers, ${news} news, ${away} calls to servers that were away; ${foreign.length} foreign, ${stuck.length} stuck, ${wrong.length} wrong; heap ${heapSlope.toFixed(2)} MB and RSS ${rssSlope.toFixed(2)} MB per 10,000 requests; fds ±${spread(({ fds }) => fds)}, threads ±${spread(({ threads }) => threads)}, children ±${spread(({ children }) => children)}, timers ±${spread(timers)}; heap before ${mb(empty.heapUsed).toFixed(2)} MB, with all ${mb((rounds.at(-1) as Holdings).heapUsed).toFixed(2)} MB, after ${mb(after.heapUsed).toFixed(2)} MB (buffers ${mb(empty.arrayBuffers).toFixed(2)}, ${mb((rounds.at(-1) as Holdings).arrayBuffers).toFixed(2)}, ${mb(after.arrayBuffers).toFixed(2)} MB); fds ${empty.fds} to ${after.fds}; largest RSS ${mb(Math.max(...rounds.map(({ peakRss }) => peakRss))).toFixed(0)} MB\n`,
  )
  expect(foreign).toEqual([])
  expect(stuck).toEqual([])
  expect(wrong).toEqual([])
  expect(done).toBeGreaterThan(MEMBERS)
  expect(restarts).toBeGreaterThanOrEqual(ROUNDS)
  // Five rounds of a bounded run cannot tell a slope of a megabyte from noise; what is left at the end can be told.
  if (LONG) expect(heapSlope).toBeLessThan(1)
  expect(mb(after.heapUsed - empty.heapUsed)).toBeLessThan(8)
  expect(spread(({ fds }) => fds)).toBeLessThanOrEqual(5)
  expect(spread(({ children }) => children)).toBe(0)
  expect(spread(({ threads }) => threads)).toBeLessThanOrEqual(1)
  expect(spread(timers)).toBeLessThanOrEqual(5)
  expect(after.fds - empty.fds).toBeLessThanOrEqual(5)
  expect(Math.max(...rounds.map(({ peakRss }) => mb(peakRss)))).toBeLessThan(512 + MEMBERS)
  // What the crowd did to it has not shaken it: it is still ready, and ends in order.
  expect((await runCli(options, 'status')).code).toBe(0)
  expect(await gateway.stop()).toBe(0)
}, 1_800_000)
