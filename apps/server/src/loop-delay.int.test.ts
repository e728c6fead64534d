import { statSync } from 'node:fs'
import { readEnvironment } from '@local-mcp/runtime'
import { badServer, gatewayProbe, openRawSession, startGateway, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { withOperations } from './cli/gateway-client.ts'

/** In MB. */
const SIZE = process.env.LMG_ENDURANCE ? 500 : 200
/** How long the loads without other work are watched, in ms. */
const WATCH_MS = process.env.LMG_ENDURANCE ? 20_000 : 3000
/** Clients that call at the same time, each one call after the other. */
const CLIENTS = 8

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
  const probe = gatewayProbe(dir.path)
  await using gateway = await startGateway({
    databasePath,
    env: probe.env,
  })
  fill(databasePath)
  await gateway.addServer('echo', badServer, 'plain')
  const token = await gateway.token()
  const sessions = await Promise.all(Array.from({ length: CLIENTS }, () => openRawSession(`${gateway.mcpUrl}/default`, token)))
  await sessions[0]?.request(1, 'tools/list')
  const environment = readEnvironment({ DATABASE_PATH: databasePath })

  /** The delays since they were asked for last, in ms. */
  const delays = async () => (await probe.ask(gateway)).delay

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
    await delays()
    const started = performance.now()
    try {
      await work()
    } finally {
      over = true
    }
    const ms = performance.now() - started
    await Promise.all(load)
    const held = await delays()
    calls.sort((a, b) => a - b)
    return { ms, ...held, calls: calls.length, callP99: calls[Math.floor(calls.length * 0.99)] ?? 0, callMax: calls.at(-1) ?? 0 }
  }
  const pause = () => new Promise((resolve) => setTimeout(resolve, WATCH_MS))

  await delays()
  await pause()
  const idle = await delays()
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
