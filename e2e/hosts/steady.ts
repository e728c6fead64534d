import { NOW } from './furnished.ts'

const STEP = 600_000
/** Whatever was made while the gateway was furnished was made at one moment. */
const steadyTime = (at: number) => NOW + Math.floor((at - NOW + STEP / 2) / STEP) * STEP
const isTime = (value: number) => value > NOW - 400 * 86_400_000 && value < NOW + 4000 * 86_400_000

/** What is measured, and what it is shown as. */
const MEASURED: Readonly<Record<string, (value: number) => number>> = {
  ms: () => 0.4,
  durationMs: (ms) => (ms >= 1000 ? 1002 : 12),
  averageMs: () => 12,
  p95Ms: () => 391,
  bytes: () => 96_000,
  pid: () => 4242,
  memoryBytes: () => 48_000_000,
  savedBytes: () => 48_000_000,
  sizeBytes: () => 614_400,
  // That of the token which furnishes depends on how often it had to ask.
  usedCount: (count) => (count > 20 ? 42 : count),
}

/**
 * What an answer of the gateway is shown as in a picture: with ports, places, times, numbers of processes and all else that
 * differs from run to run replaced, so that the same window looks the same. Ids stay, because the page asks with them.
 */
export function steadyAnswers(volatile: readonly (readonly [string, string])[]) {
  const steadyText = (text: string) =>
    volatile
      .reduce((changed, [from, to]) => changed.replaceAll(from, to), text)
      .replace(/(\d{4}-\d\d-\d\dT\d\d)([-:])(\d\d)[-:]\d\d(\.\d+)?Z/g, '$1$2$3$200.000Z')
      .replace(/\blmg_[\w-]{20,}/g, (token) => `lmg_${'x'.repeat(token.length - 4)}`)
      .replace(/^client-[\w-]{10,}$/, 'client-of-this-gateway')
      .replace(/^PATH: ?\S+$/, 'PATH:/usr/local/bin:/usr/bin:/bin')
      .replace(/^(PATH of the login shell) \S+/, '$1 /bin/bash')
      .replace(/^lmg_[\w-]{1,12}$/, 'lmg_Xx4Yy')
  const steady = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return steadyText(value)
    if (typeof value === 'number') return MEASURED[key]?.(value) ?? (isTime(value) ? steadyTime(value) : value)
    if (Array.isArray(value)) return value.map((one) => steady(one, key))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, steady(one, name)]))
  }
  return (message: unknown) => steady(message)
}
