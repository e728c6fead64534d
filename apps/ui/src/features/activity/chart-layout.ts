/** One bar of the chart: what happened from `at` on, for one step. */
export interface ChartPoint {
  readonly at: number
  readonly calls: number
  readonly errors: number
  readonly p95Ms: number
}

export interface ChartBar {
  /** Pixels from where reading starts; the bar with the room around it. */
  readonly start: number
  readonly width: number
  readonly barStart: number
  readonly barWidth: number
  readonly fineTop: number
  readonly fineHeight: number
  readonly failedTop: number
  readonly failedHeight: number
  /** Height of the point of the 95th percentile; null where there was no call. */
  readonly p95Top: number | null
}

const MAX_BAR = 34
/** What there is can be seen, however little it is beside the rest. */
const MIN_SEEN = 2

/** The next number that is easy to read: 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (value <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}

/**
 * Where everything is drawn, in pixels, from the top and from where reading starts.
 *
 * @param top of the scale of calls and of that of durations
 */
export function layOut(
  points: readonly ChartPoint[],
  width: number,
  height: number,
  top: { readonly calls: number; readonly p95Ms: number },
): ChartBar[] {
  const step = points.length === 0 ? 0 : width / points.length
  const barWidth = Math.max(1, Math.min(MAX_BAR, step - Math.max(1, Math.min(4, step * 0.25))))
  return points.map(({ calls, errors, p95Ms }, index) => {
    const seen = (count: number) => (count === 0 ? 0 : Math.max(MIN_SEEN, (count / top.calls) * height))
    const failedHeight = seen(errors)
    const fineHeight = seen(Math.max(0, calls - errors))
    return {
      start: index * step,
      width: step,
      barStart: index * step + (step - barWidth) / 2,
      barWidth,
      failedTop: height - failedHeight,
      failedHeight,
      fineTop: height - failedHeight - fineHeight,
      fineHeight,
      p95Top: calls === 0 ? null : height - Math.min(1, p95Ms / top.p95Ms) * height,
    }
  })
}

/** The lines between points that are beside each other; one alone is a dot. */
export function linesThrough(bars: readonly ChartBar[]): { x: number; y: number }[][] {
  const lines: { x: number; y: number }[][] = []
  let open: { x: number; y: number }[] | null = null
  for (const { start, width, p95Top } of bars) {
    if (p95Top === null) {
      open = null
      continue
    }
    if (open === null) {
      open = []
      lines.push(open)
    }
    open.push({ x: start + width / 2, y: p95Top })
  }
  return lines
}
