/** The value below which the share `p` (0 to 1) of the values lies; NaN of none. */
export function percentile(values, p) {
  if (values.length === 0) return Number.NaN
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)]
}

export const median = (values) => percentile(values.filter(Number.isFinite), 0.5)
