import { performance } from 'node:perf_hooks'
import { HttpSession } from './http-session.mjs'
import { cpuOf } from './processes.mjs'
import { percentile } from './statistics.mjs'

const SLICE = 50
const WARM_UP = 250

/** Calls per second in slices of 50 ms: the median slice shrugs off the stalls of a shared machine, the mean does not. */
function rateOf(ends, ms) {
  const slices = new Array(Math.floor(ms / SLICE)).fill(0)
  for (const end of ends) if (end < slices.length * SLICE) slices[Math.floor(end / SLICE)]++
  const rate = percentile(slices, 0.5) * (1000 / SLICE)
  return rate > 200 ? rate : ends.length / (ms / 1000)
}

/** `inFlight` callers in a closed loop over the sessions for `ms` milliseconds. */
async function loop(sessions, inFlight, ms, call) {
  const latencies = []
  const ends = []
  const started = performance.now()
  await Promise.all(
    Array.from({ length: inFlight }, async (_, index) => {
      const session = sessions[index % sessions.length]
      const lane = index < sessions.length ? session.lane : session.newLane()
      while (performance.now() - started < ms) {
        latencies.push(await call(session, lane))
        ends.push(performance.now() - started)
      }
      if (lane !== session.lane) lane.close()
    }),
  )
  return { latencies, ends, ms: performance.now() - started }
}

/**
 * Loads one target: opens sessions, warms up, measures.
 *
 * @param target { url, token?, pid, tool? }
 * @param load { inFlight, sessions, ms, call }: `call(session, lane, target)` gives its milliseconds
 * @returns {{ p50: number, p99: number, rate: number, cpu: number }} milliseconds, calls per second, CPU milliseconds per call
 */
export async function drive(target, { inFlight = 1, sessions: count = 1, ms, call }) {
  const sessions = []
  try {
    for (let index = 0; index < count; index++) sessions.push(await new HttpSession(target).open({ hold: true }))
    const one = (session, lane) => call(session, lane, target)
    await loop(sessions, inFlight, WARM_UP, one)
    const before = cpuOf(target.pid)
    const { latencies, ends, ms: took } = await loop(sessions, inFlight, ms, one)
    const cpu = ((cpuOf(target.pid) - before) * 1000) / latencies.length
    return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), rate: rateOf(ends, took), cpu }
  } finally {
    for (const session of sessions) await session.close()
  }
}

// Lines and quotes, as the output of tools has.
const LINE = 'src/index.ts:42: const name = "value"; // the quick brown fox jumps over the lazy dog\n'
const TEXT = LINE.repeat(2).slice(0, 100)
const ECHO = `"arguments":{"text":${JSON.stringify(TEXT)}}`

/** Calls `echo` with 100 bytes and looks at what comes back. */
export async function callEcho(session, lane, { tool = 'echo' }) {
  const { ms, result } = await session.call('tools/call', `{"name":"${tool}",${ECHO}}`, lane)
  if (result.content[0].text !== TEXT) throw new Error('The echo is not what was said')
  return ms
}

/** Calls for a result of so many bytes. */
export const callBytes =
  (n) =>
  async (session, lane, { bytesTool = 'bytes' }) => {
    const { ms, bytes } = await session.call('tools/call', { name: bytesTool, arguments: { n } }, lane)
    if (bytes < n) throw new Error(`${bytes} bytes came of ${n}`)
    return ms
  }
