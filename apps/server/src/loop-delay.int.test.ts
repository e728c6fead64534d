import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { badServer, type GatewayProcess, openRawSession, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { withOperations } from './cli/gateway-client.ts'
import { readEnvironment } from './environment.ts'

/** In MB. */
const SIZE = process.env.LMG_ENDURANCE ? 500 : 200
/** How long the loads without other work are watched, in ms. */
const WATCH_MS = process.env.LMG_ENDURANCE ? 20_000 : 3000
/** Clients that call at the same time, each one call after the other. */
const CLIENTS = 8

/** Runs inside of the gateway: writes the delays of its event loop into a file whenever it is asked to. */
const PROBE = `
import { writeFileSync, renameSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
if (isMainThread && process.argv.includes('serve')) {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  process.on('SIGUSR2', () => {
    const answer = JSON.stringify({ p99: delays.percentile(99) / 1e6, max: delays.max / 1e6 })
    delays.reset()
    writeFileSync(process.env.LMG_TEST_DELAYS + '.part', answer)
    renameSync(process.env.LMG_TEST_DELAYS + '.part', process.env.LMG_TEST_DELAYS)
  })
}
`

interface Delays {
  /** In ms. */
  readonly p99: number
  readonly max: number
}

/** The delays since they were asked for last. */
async function delaysOf(gateway: GatewayProcess, file: string): Promise<Delays> {
  rmSync(file, { force: true })
  process.kill(gateway.pid, 'SIGUSR2')
  await waitFor('the delays', () => existsSync(file), 30_000)
  return JSON.parse(readFileSync(file, 'utf8')) as Delays
}

function fill(path: string): void {
  const db = new Database(path)
  const insert = db.prepare(
    `INSERT INTO debug_logs (id, request_type, request_payload, status) VALUES (printf('%036d', ?), 'tools/call', hex(randomblob(16000)), 'success')`,
  )
  db.transaction(() => {
    for (let row = 0; row < SIZE * 32; row += 1) insert.run(row)
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

test(`a gateway that relays calls goes on while a database of ${SIZE} MB is backed up and examined`, async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  const probe = `${dir.path}/probe.mjs`
  const file = `${dir.path}/delays`
  writeFileSync(probe, PROBE)
  await using gateway = await startGateway({
    databasePath,
    env: { NODE_OPTIONS: `--import ${pathToFileURL(probe).href}`, LMG_TEST_DELAYS: file },
  })
  fill(databasePath)
  await gateway.addServer('echo', badServer, 'plain')
  const token = await gateway.token()
  const sessions = await Promise.all(Array.from({ length: CLIENTS }, () => openRawSession(`${gateway.mcpUrl}/default`, token)))
  await sessions[0]?.request(1, 'tools/list')
  const environment = readEnvironment({ DATABASE_PATH: databasePath })

  /** What goes on under load, and how long the loop and the calls were held meanwhile. */
  async function underLoad(work: () => Promise<unknown>) {
    const calls: number[] = []
    let over = false
    const load = sessions.map(async (session, client) => {
      for (let turn = 0; !over; turn += 1) {
        const started = performance.now()
        const { result } = await session.request(client * 1_000_000 + turn + 2, 'tools/call', { name: 'echo', arguments: { turn } })
        expect(result).toBeDefined()
        calls.push(performance.now() - started)
      }
    })
    await delaysOf(gateway, file)
    const started = performance.now()
    try {
      await work()
    } finally {
      over = true
    }
    const ms = performance.now() - started
    await Promise.all(load)
    const delays = await delaysOf(gateway, file)
    calls.sort((a, b) => a - b)
    return { ms, ...delays, calls: calls.length, callP99: calls[Math.floor(calls.length * 0.99)] ?? 0, callMax: calls.at(-1) ?? 0 }
  }
  const pause = () => new Promise((resolve) => setTimeout(resolve, WATCH_MS))

  await delaysOf(gateway, file)
  await pause()
  const idle = await delaysOf(gateway, file)
  const phases = {
    'load alone': await underLoad(pause),
    backup: await underLoad(() => withOperations(environment, (operations) => operations.backups.run({}))),
    doctor: await underLoad(() => withOperations(environment, (operations) => operations.health.doctor())),
    'load alone again': await underLoad(pause),
  }
  const size = (statSync(databasePath).size / 1024 / 1024).toFixed(0)
  const number = (value: number) => value.toFixed(1)
  process.stdout.write(
    `[measured] event loop of the gateway, ${size} MB, idle: p99 ${number(idle.p99)} ms, longest ${number(idle.max)} ms\n`,
  )
  for (const [name, { ms, p99, max, calls, callP99, callMax }] of Object.entries(phases))
    process.stdout.write(
      `[measured] event loop of the gateway, ${size} MB, ${CLIENTS} clients, ${name} (${number(ms)} ms): p99 ${number(p99)} ms, longest ${number(max)} ms; ${calls} calls, p99 ${number(callP99)} ms, longest ${number(callMax)} ms\n`,
    )
  for (const name of ['backup', 'doctor'] as const) {
    const { ms, p99, max, calls } = phases[name]
    expect(calls, name).toBeGreaterThan(CLIENTS)
    // On the loop, the work would hold it for all of its time. The goal is 100 ms; a busy machine alone may need more.
    expect(p99, name).toBeLessThan(100)
    expect(max, name).toBeLessThan(Math.max(400, ms / 2))
  }
  expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
}, 600_000)
