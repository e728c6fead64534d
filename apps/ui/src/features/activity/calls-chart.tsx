import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDuration } from '../../lib/format-duration.ts'
import { type ChartBar, type ChartPoint, layOut, linesThrough, roundUp } from './chart-layout.ts'

interface Props {
  points: readonly ChartPoint[]
  step: 'hour' | 'day'
  /** Pixels. */
  height: number
  /** The calls of one bar are asked for. */
  onPick: (from: number, to: number) => void
}

const STEP_MS = { hour: 3_600_000, day: 86_400_000 } as const
const ROOM_TOP = 6

/** Calls over time: those that went well and those that failed one upon the other, and how long 95% took at most. */
export function CallsChart({ points, step, height, onPick }: Props) {
  const { t, i18n } = useTranslation()
  const plot = useRef<HTMLDivElement>(null)
  const { width, rtl } = useWidth(plot)
  const [active, setActive] = useState<number | null>(null)
  const [tabbable, setTabbable] = useState(0)
  const id = useId()

  const top = {
    calls: roundUp(Math.max(...points.map(({ calls }) => calls), 1)),
    p95Ms: roundUp(Math.max(...points.map(({ p95Ms }) => p95Ms), 1)),
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scale follows from the points
  const bars = useMemo(() => layOut(points, width, height - ROOM_TOP, top), [points, width, height])
  const calls = points.reduce((sum, point) => sum + point.calls, 0)
  const failed = points.reduce((sum, point) => sum + point.errors, 0)

  const hour = new Intl.DateTimeFormat(i18n.language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  // A bar of a day is a day in UTC: in local time it would be called after the wrong one, west of it.
  const zone = step === 'day' ? { timeZone: 'UTC' } : {}
  const day = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', ...zone })
  const short = step === 'hour' ? hour : day
  const nameOf = (at: number) =>
    step === 'hour' ? `${day.format(at)}, ${hour.format(at)} – ${hour.format(at + STEP_MS.hour)}` : day.format(at)
  const number = new Intl.NumberFormat(i18n.language)
  const time = (ms: number) => formatDuration(ms, i18n.language)
  const sentence = (point: ChartPoint) =>
    t('chart.bar', { when: nameOf(point.at), count: point.calls, failed: number.format(point.errors) as never, p95: time(point.p95Ms) })

  const onKeyDown = (event: KeyboardEvent) => {
    const forward = rtl ? 'ArrowLeft' : 'ArrowRight'
    const back = rtl ? 'ArrowRight' : 'ArrowLeft'
    const to = { [forward]: tabbable + 1, [back]: tabbable - 1, Home: 0, End: points.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = Math.min(Math.max(to, 0), points.length - 1)
    setTabbable(next)
    plot.current?.querySelectorAll('button')[next]?.focus()
  }

  const first = points[0]
  const last = points.at(-1)
  const shown = active === null ? undefined : points[active]
  return (
    <figure>
      <div>
        <div
          ref={plot}
          role="toolbar"
          aria-label={t('chart.bars')}
          onKeyDown={onKeyDown}
          onPointerLeave={() => setActive(null)}
          className="relative min-w-0 flex-1"
          style={{ height }}
        >
          <svg
            role="img"
            aria-labelledby={`${id}-title ${id}-text`}
            width={width}
            height={height}
            className="absolute inset-0 block overflow-visible rtl:-scale-x-100"
          >
            <title id={`${id}-title`}>{t(`chart.title.${step}`)}</title>
            <desc id={`${id}-text`}>
              {first && last && t('chart.description', { count: calls, failed, from: nameOf(first.at), to: nameOf(last.at) })}
            </desc>
            <g transform={`translate(0 ${ROOM_TOP})`}>
              <Plot bars={bars} width={width} height={height - ROOM_TOP} active={active} />
            </g>
          </svg>
          {calls > 0 && (
            <span aria-hidden className="absolute start-0 -top-2 bg-surface pe-1.5 text-ink-3 text-xs tabular-nums">
              {number.format(top.calls)}
            </span>
          )}
          {points.map((point, index) => (
            <button
              key={point.at}
              type="button"
              tabIndex={index === tabbable ? 0 : -1}
              aria-label={sentence(point)}
              onPointerEnter={() => setActive(index)}
              onFocus={() => {
                setActive(index)
                setTabbable(index)
              }}
              onBlur={() => setActive(null)}
              onClick={() => point.calls > 0 && onPick(point.at, point.at + STEP_MS[step])}
              className="absolute inset-y-0 rounded-sm -outline-offset-1!"
              style={{ insetInlineStart: bars[index]?.start ?? 0, width: bars[index]?.width ?? 0 }}
            />
          ))}
          {shown && active !== null && <Bubble lines={sentence(shown)} bar={bars[active]} width={width} />}
        </div>
      </div>
      <div aria-hidden className="mt-1.5 flex justify-between gap-4 text-ink-3 text-xs tabular-nums">
        {first && <span>{short.format(first.at)}</span>}
        {points.length > 2 && <span>{short.format(points[Math.floor((points.length - 1) / 2)]?.at)}</span>}
        {last && <span>{short.format(last.at)}</span>}
      </div>
      <figcaption className="mt-2.5 flex flex-wrap gap-x-4 gap-y-1 text-ink-3 text-sm">
        <Key look="bg-accent">{t('chart.fine')}</Key>
        <Key look="bg-bad-fill">{t('chart.failed')}</Key>
        <Key look="h-0.5! rounded-none! bg-ink-2">
          {t('chart.p95')} ({t('chart.peak', { time: time(Math.max(...points.map(({ p95Ms }) => p95Ms), 0)) })})
        </Key>
      </figcaption>
      {/* A table of its own would be as wide as its words, seen or not. */}
      <div className="sr-only">
        <table>
          <caption>{t(`chart.title.${step}`)}</caption>
          <thead>
            <tr>
              <th scope="col">{t('chart.when')}</th>
              <th scope="col">{t('chart.calls')}</th>
              <th scope="col">{t('chart.failed')}</th>
              <th scope="col">{t('chart.p95')}</th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.at}>
                <th scope="row">{nameOf(point.at)}</th>
                <td>{number.format(point.calls)}</td>
                <td>{number.format(point.errors)}</td>
                <td>{point.calls === 0 ? '–' : time(point.p95Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  )
}

function Plot({ bars, width, height, active }: { bars: readonly ChartBar[]; width: number; height: number; active: number | null }) {
  return (
    <>
      {[0, 0.5, 1].map((part) => (
        <line
          key={part}
          x1={0}
          x2={width}
          y1={height * part}
          y2={height * part}
          className="stroke-line"
          strokeDasharray={part === 1 ? undefined : '2 4'}
        />
      ))}
      {bars.map((bar, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place of a bar is what it is
        <g key={index} className={active === null || active === index ? '' : 'opacity-55'}>
          <rect x={bar.barStart} y={bar.fineTop} width={bar.barWidth} height={bar.fineHeight} rx={1.5} className="fill-accent" />
          <rect x={bar.barStart} y={bar.failedTop} width={bar.barWidth} height={bar.failedHeight} rx={1.5} className="fill-bad-fill" />
        </g>
      ))}
      {linesThrough(bars).map((line) => (
        <g key={line[0]?.x}>
          {/* With a rim, so that it is seen upon a bar as well as beside one. */}
          {['stroke-surface stroke-4', 'stroke-ink-2 stroke-[1.5]'].map((look) => (
            <polyline
              key={look}
              points={line.map(({ x, y }) => `${x},${y}`).join(' ')}
              fill="none"
              strokeLinejoin="round"
              strokeLinecap="round"
              className={look}
            />
          ))}
          {line.length === 1 && line[0] && <circle cx={line[0].x} cy={line[0].y} r={3} className="fill-ink-2 stroke-2 stroke-surface" />}
        </g>
      ))}
    </>
  )
}

const BUBBLE = 210

function Bubble({ lines, bar, width }: { lines: string; bar: ChartBar | undefined; width: number }) {
  if (!bar) return null
  const start = Math.min(Math.max(0, bar.start + bar.width / 2 - BUBBLE / 2), Math.max(0, width - BUBBLE))
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute bottom-full z-20 mb-1 rounded-sm bg-ink px-2 py-1 text-center text-canvas text-xs tabular-nums shadow-floating"
      style={{ insetInlineStart: start, width: Math.min(BUBBLE, width) }}
    >
      {lines}
    </div>
  )
}

function Key({ look, children }: { look: string; children: React.ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5 tabular-nums">
      <span aria-hidden className={`h-2.5 w-2.5 rounded-[2px] forced-colors:border ${look}`} />
      {children}
    </span>
  )
}

/** How wide an element is, and which way it is read. */
function useWidth(element: React.RefObject<HTMLElement | null>): { width: number; rtl: boolean } {
  const [size, setSize] = useState({ width: 0, rtl: false })
  useLayoutEffect(() => {
    const node = element.current
    if (!node) return
    const measure = () => setSize({ width: node.clientWidth, rtl: getComputedStyle(node).direction === 'rtl' })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(node)
    return () => observer.disconnect()
  }, [element])
  return size
}
