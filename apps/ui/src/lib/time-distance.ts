const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** How far `at` is from `now` (both in milliseconds), in the largest unit that fits; negative for the past. */
export function timeDistance(at: number, now: number): { amount: number; unit: 'day' | 'hour' | 'minute' | 'second' } {
  const distance = at - now
  for (const [unit, length] of UNITS) {
    if (Math.abs(distance) >= length) return { amount: Math.trunc(distance / length), unit }
  }
  // Seconds would only be right for a moment: below a minute it is "now".
  return { amount: 0, unit: 'second' }
}
