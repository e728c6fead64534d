/** A duration in milliseconds as a person reads it: "12 ms", "1.3 s". */
export function formatDuration(ms: number, language: string): string {
  const seconds = ms >= 1000
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: seconds ? 'second' : 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: seconds || ms < 1 ? 1 : 0,
  }).format(seconds ? ms / 1000 : ms)
}
