import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { GatewayProcess } from './gateway-process.ts'
import { childrenOf } from './processes.ts'
import { waitFor } from './wait-for.ts'

/** Runs inside of the gateway: writes what it holds into a file whenever it is asked to. */
const PROBE = `
import { writeFileSync, renameSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'
if (isMainThread && process.argv.includes('serve')) {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  let peak = 0
  setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()) }, 10).unref()
  process.on('SIGUSR2', async () => {
    const delay = { p99: delays.percentile(99) / 1e6, max: delays.max / 1e6 }
    const peakRss = Math.max(peak, process.memoryUsage.rss())
    // Twice, with a turn of the loop between: what a finaliser lets go of is only then free.
    gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
    gc()
    const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
    const handles = {}
    for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
    delays.reset()
    peak = 0
    const answer = JSON.stringify({ delay, peakRss, heapUsed, external, arrayBuffers, rss, handles })
    writeFileSync(process.env.LMG_TEST_PROBE + '.part', answer)
    renameSync(process.env.LMG_TEST_PROBE + '.part', process.env.LMG_TEST_PROBE)
  })
}
`

/** What a gateway holds, in bytes after a collection, and what happened since it was asked last. */
export interface Holdings {
  /** Of its event loop since the last time, in ms. */
  readonly delay: { readonly p99: number; readonly max: number }
  /** The most that it had at any time since the last time, looked at every 10 ms. */
  readonly peakRss: number
  readonly heapUsed: number
  readonly external: number
  readonly arrayBuffers: number
  readonly rss: number
  /** What keeps its event loop alive, by kind: timers, sockets, pipes. */
  readonly handles: Readonly<Record<string, number>>
  readonly fds: number
  readonly threads: number
  readonly children: number
}

/** @param dir where the probe and its answers are @returns the environment of a gateway that can be asked, and how to ask it */
export function gatewayProbe(dir: string) {
  const script = `${dir}/probe.mjs`
  const file = `${dir}/probe.json`
  writeFileSync(script, PROBE)
  return {
    env: { NODE_OPTIONS: `--import ${pathToFileURL(script).href}`, LMG_TEST_PROBE: file },
    /** Linux only. */
    async ask({ pid }: GatewayProcess): Promise<Holdings> {
      rmSync(file, { force: true })
      process.kill(pid, 'SIGUSR2')
      await waitFor('the probe in the gateway to answer', () => existsSync(file), 30_000)
      return {
        ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<Holdings, 'fds' | 'threads' | 'children'>),
        fds: readdirSync(`/proc/${pid}/fd`).length,
        threads: readdirSync(`/proc/${pid}/task`).length,
        children: childrenOf(pid).length,
      }
    },
  }
}

export type GatewayProbe = ReturnType<typeof gatewayProbe>
