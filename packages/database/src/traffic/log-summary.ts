import type { LogSummary } from '@local-mcp/contract'
import type { LogSpan, Principal } from '@local-mcp/core'
import type { LogReader } from './log-reader.ts'

const HOUR = 60 * 60_000
const STEPS = { hour: HOUR, day: 24 * HOUR } as const
/** Of tools, servers and profiles, the most used ones. */
const TOP = 20

/** Calls that have something in common. */
function createTally() {
  let calls = 0
  let errors = 0
  const durations: number[] = []
  return {
    add(status: string, durationMs: number | null): void {
      calls++
      if (status === 'error' || status === 'timeout') errors++
      if (durationMs !== null) durations.push(durationMs)
    },
    /** Average and the time that 19 of 20 calls did not exceed (nearest rank); 0 where none has ended. */
    counts() {
      const sorted = Float64Array.from(durations).sort()
      const sum = sorted.reduce((total, one) => total + one, 0)
      return {
        calls,
        errors,
        averageMs: sorted.length === 0 ? 0 : Math.round((sum / sorted.length) * 10) / 10,
        p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0,
      }
    },
    get calls() {
      return calls
    },
  }
}
type Tally = ReturnType<typeof createTally>

function tallyOf<Key>(tallies: Map<Key, Tally>, key: Key): Tally {
  const tally = tallies.get(key) ?? createTally()
  tallies.set(key, tally)
  return tally
}

/** @returns the most used ones, and what each counts */
const topOf = <Key>(tallies: ReadonlyMap<Key, Tally>) =>
  [...tallies]
    .sort(([, a], [, b]) => b.calls - a.calls)
    .slice(0, TOP)
    .map(([key, tally]) => ({ key, ...tally.counts() }))

/** Adds up what the log has of a span of time. @param without methods that do not count */
export function summarize(reader: LogReader, viewer: Principal, span: LogSpan, without: readonly string[]): LogSummary {
  const step = STEPS[span.step]
  const all = createTally()
  const times = new Map<number, Tally>()
  for (let at = Math.floor(span.from / step) * step; at < span.to; at += step) times.set(at, createTally())
  const tools = new Map<string, Tally>()
  const servers = new Map<string | null, Tally>()
  const profiles = new Map<string, Tally>()
  for (const { at, serverId, tool, slug, status, durationMs } of reader.measures(viewer, span, without)) {
    for (const tally of [
      all,
      tallyOf(times, Math.floor(at / step) * step),
      tallyOf(tools, JSON.stringify([serverId, tool ?? ''])),
      tallyOf(servers, serverId),
      tallyOf(profiles, slug ?? ''),
    ])
      tally.add(status, durationMs)
  }
  return {
    ...all.counts(),
    series: [...times].map(([at, tally]) => {
      const { calls, errors, p95Ms } = tally.counts()
      return { at, calls, errors, p95Ms }
    }),
    tools: topOf(tools).map(({ key, ...counts }) => {
      const [serverId, tool] = JSON.parse(key) as [string | null, string]
      return { key: { serverId, tool }, ...counts }
    }),
    servers: topOf(servers),
    profiles: topOf(profiles),
  }
}
