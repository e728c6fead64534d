import { readFileSync } from 'node:fs'
import { gatewayProbe, lightClient, soakServer, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { expect, test } from 'vitest'

/** Rounds of each level, taken in turns so that what else the machine does meets both alike. */
const ROUNDS = process.env.LMG_ENDURANCE ? 8 : 4
const CALLS = process.env.LMG_ENDURANCE ? 3000 : 1500
const CLIENTS = 8

/** CPU time of a thread or of a whole process, in ms. */
function cpuOf(path: string): number {
  const fields = readFileSync(path, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

test.skipIf(process.platform !== 'linux')(
  'what the log costs the calls',
  async () => {
    await using dir = await tempDir()
    const probe = gatewayProbe(dir.path)
    await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite`, env: probe.env })
    await gateway.addServer('soak', soakServer)
    const url = `${gateway.mcpUrl}/default`
    const token = await gateway.token()
    const client = lightClient(CLIENTS)
    const session = await client.session(url, token)
    let next = 1
    const call = async () => {
      const body = {
        jsonrpc: '2.0',
        id: next++,
        method: 'tools/call',
        params: { name: 'echo', arguments: { text: 'some words '.repeat(20) } },
      }
      const started = performance.now()
      const { messages } = await client.send({ url, token, session, body })
      return { ms: performance.now() - started, ok: messages.at(-1)?.result !== undefined }
    }
    await waitFor('the server to answer', async () => (await call()).ok)

    async function round(level: string) {
      await gateway.cli('log', 'settings', '--level', level)
      for (let warm = 0; warm < 100; warm++) await call()
      await probe.ask(gateway)
      const before = [cpuOf(`/proc/${gateway.pid}/task/${gateway.pid}/stat`), cpuOf(`/proc/${gateway.pid}/stat`)] as const
      const times: number[] = []
      let left = CALLS
      await Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          while (left-- > 0) {
            const { ms, ok } = await call()
            expect(ok).toBe(true)
            times.push(ms)
          }
        }),
      )
      const after = [cpuOf(`/proc/${gateway.pid}/task/${gateway.pid}/stat`), cpuOf(`/proc/${gateway.pid}/stat`)] as const
      const { delay } = await probe.ask(gateway)
      times.sort((a, b) => a - b)
      return {
        loop: ((after[0] - before[0]) / CALLS) * 1000,
        all: ((after[1] - before[1]) / CALLS) * 1000,
        p50: median(times),
        p99: times[Math.floor(times.length * 0.99)] ?? 0,
        delay: delay.p99,
      }
    }
    const taken = { off: [] as Awaited<ReturnType<typeof round>>[], normal: [] as Awaited<ReturnType<typeof round>>[] }
    await round('off')
    for (let turn = 0; turn < ROUNDS; turn++) {
      for (const level of turn % 2 === 0 ? (['off', 'normal'] as const) : (['normal', 'off'] as const))
        taken[level].push(await round(level))
    }
    const of = (level: 'off' | 'normal', key: 'loop' | 'all' | 'p50' | 'p99' | 'delay') => median(taken[level].map((one) => one[key]))
    const line = (name: string, key: 'loop' | 'all' | 'p50' | 'p99' | 'delay', unit: string) =>
      `${name} ${of('off', key).toFixed(2)} → ${of('normal', key).toFixed(2)} ${unit} (× ${(of('normal', key) / of('off', key)).toFixed(2)})`
    process.stdout.write(
      `[measured] the log off → normal, ${ROUNDS} rounds of ${CALLS} calls each, ${CLIENTS} clients: ${[
        line('CPU of the event loop per call', 'loop', 'µs'),
        line('CPU of the process per call', 'all', 'µs'),
        line('p50', 'p50', 'ms'),
        line('p99', 'p99', 'ms'),
        line('delay of the event loop p99', 'delay', 'ms'),
      ].join('; ')}\n`,
    )
    // It only copies: much more would say that something else happens there.
    expect(of('normal', 'loop') / of('off', 'loop')).toBeLessThan(1.5)
  },
  600_000,
)
