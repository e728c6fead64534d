// Making one costs more than using it a hundred times, and a list uses one for each row.
const formats = new Map<string, Intl.NumberFormat>()

function formatOf(language: string, unit: 'second' | 'millisecond', digits: number): Intl.NumberFormat {
  const name = `${language} ${unit} ${digits}`
  const found =
    formats.get(name) ?? new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits })
  formats.set(name, found)
  return found
}

/** A duration in milliseconds as a person reads it: "12 ms", "1.3 s". */
export function formatDuration(ms: number, language: string): string {
  if (ms >= 1000) return formatOf(language, 'second', 1).format(ms / 1000)
  return formatOf(language, 'millisecond', ms < 1 ? 1 : 0).format(ms)
}
