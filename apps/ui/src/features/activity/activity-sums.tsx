import type { LogSummary } from '@local-mcp/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { useApi } from '../../app/api-context.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Segments } from '../../components/segments.tsx'
import { formatDuration } from '../../lib/format-duration.ts'
import { useServers } from '../../lib/use-nouns.ts'
import type { CallFilters } from './call-filters.ts'
import { CallsChart } from './calls-chart.tsx'

const CHART_SPANS = ['day', 'week', 'month'] as const
type ChartSpan = (typeof CHART_SPANS)[number]
const DAYS = { day: 1, week: 7, month: 30 } as const
const DAY_MS = 86_400_000
const TOP = 5

/** How the summary was left when its page was left. */
const look = createStore<{ open: boolean; span: ChartSpan }>(() => ({ open: true, span: 'day' }))

interface Props {
  filters: CallFilters
  onChange: (part: CallFilters) => void
}

/** What the calls of a span of time add up to, of one profile or server where these are filtered by. */
export function ActivitySums({ filters, onChange }: Props) {
  const { t } = useTranslation()
  const { open, span } = useStore(look)
  return (
    <section aria-label={t('sums.title')} className="rounded-lg border border-line bg-surface shadow-raised">
      <div
        className={`flex min-h-11 flex-wrap items-center justify-between gap-x-3 py-1.5 ps-4 pe-2 sm:ps-5 ${open ? 'border-line border-b' : ''}`}
      >
        <h2 className="truncate text-base">{t('sums.title')}</h2>
        <span className="flex min-w-0 items-center gap-1">
          {open && (
            <Segments
              label={t('sums.span')}
              value={span}
              onChange={(next) => look.setState({ span: next })}
              choices={CHART_SPANS.map((value) => ({ value, label: t(`sums.spans.${value}`) }))}
            />
          )}
          <IconButton
            label={open ? t('sums.hide') : t('sums.show')}
            aria-expanded={open}
            icon={<ChevronDown aria-hidden className={`size-4 transition-transform duration-(--calm) ${open ? 'rotate-180' : ''}`} />}
            onClick={() => look.setState({ open: !open })}
          />
        </span>
      </div>
      {open && <Sums span={span} filters={filters} onChange={onChange} />}
    </section>
  )
}

function Sums({ span, filters, onChange }: Props & { span: ChartSpan }) {
  const { t, i18n } = useTranslation()
  const { queries } = useApi()
  const step = span === 'day' ? 'hour' : 'day'
  const input = {
    step,
    // From a midnight on, so that the question stays the same one until the next.
    ...(span !== 'day' && { from: midnight(DAYS[span] - 1) }),
    ...(filters.profile && { profile: filters.profile }),
    ...(filters.server && { server: filters.server }),
  } as const
  const summary = useQuery(queries.logs.summary.queryOptions({ input, placeholderData: keepPreviousData }))
  const { data } = summary
  const number = new Intl.NumberFormat(i18n.language)
  const time = (ms: number) => (data && data.calls > 0 ? formatDuration(ms, i18n.language) : '–')

  if (summary.isError && !data) {
    return (
      <div className="p-4">
        <ErrorState error={summary.error} onRetry={() => void summary.refetch()} />
      </div>
    )
  }
  const rate = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 })
  return (
    <div className="flex flex-col gap-5 px-4 py-4 sm:px-5">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-4">
        <Figure name={t('sums.calls')} value={data ? number.format(data.calls) : undefined} />
        <Figure
          name={t('sums.failed')}
          value={data ? number.format(data.errors) : undefined}
          look={data && data.errors > 0 ? 'text-bad' : ''}
          more={data && data.calls > 0 ? t('sums.errorRate', { rate: rate.format(data.errors / data.calls) }) : undefined}
        />
        <Figure name={t('sums.average')} value={data && time(data.averageMs)} />
        <Figure name={t('sums.p95')} value={data && time(data.p95Ms)} />
      </dl>
      {/* The room of the chart is there before its data. */}
      <div className="relative min-h-45">
        {data && (
          <CallsChart
            points={data.series}
            step={step}
            height={132}
            onPick={(from, to) => onChange({ span: '', from: String(from), to: String(to) })}
          />
        )}
        {data?.calls === 0 && <p className="pointer-events-none absolute inset-x-0 top-13 text-center text-ink-3">{t('sums.none')}</p>}
      </div>
      {data && data.calls > 0 && <Tops data={data} onChange={onChange} />}
    </div>
  )
}

function Tops({ data, onChange }: { data: LogSummary; onChange: Props['onChange'] }) {
  const { t } = useTranslation()
  const servers = useServers()
  const nameOf = (id: string | null) =>
    id === null ? t('sums.unnamed') : (servers.data?.find((one) => one.id === id)?.name ?? t('calls.gone'))
  return (
    <div className="grid gap-x-10 gap-y-5 border-line border-t pt-4 lg:grid-cols-2">
      <Top
        title={t('sums.topTools')}
        rows={data.tools.slice(0, TOP).map(({ key, ...counts }) => ({
          ...counts,
          id: `${key.serverId} ${key.tool}`,
          name: key.tool,
          code: true,
          about: nameOf(key.serverId),
          pick: () => onChange({ q: key.tool, ...(key.serverId !== null && { server: key.serverId }) }),
        }))}
      />
      <Top
        title={t('sums.topServers')}
        rows={data.servers.slice(0, TOP).map(({ key, ...counts }) => ({
          ...counts,
          id: String(key),
          name: nameOf(key),
          pick: key === null ? undefined : () => onChange({ server: key }),
        }))}
      />
    </div>
  )
}

interface TopRow {
  id: string
  name: string
  code?: boolean
  about?: string
  calls: number
  errors: number
  p95Ms: number
  pick: (() => void) | undefined
}

function Top({ title, rows }: { title: string; rows: readonly TopRow[] }) {
  const { t, i18n } = useTranslation()
  const most = Math.max(...rows.map(({ calls }) => calls), 1)
  const number = new Intl.NumberFormat(i18n.language)
  return (
    <div className="min-w-0">
      <h3 className="mb-1.5 text-ink-3 text-sm">{title}</h3>
      <ul className="-mx-2 flex flex-col">
        {rows.map((row) => (
          <li key={row.id}>
            <Pick row={row} label={t('sums.toolLabel', { name: row.name })}>
              <span
                aria-hidden
                className="absolute inset-y-0.5 start-0 rounded-sm bg-accent-soft"
                style={{ width: `${(row.calls / most) * 100}%` }}
              />
              <span dir="auto" className="relative min-w-0 flex-1 truncate">
                <span className={row.code ? 'font-mono text-sm' : ''}>{row.name}</span>
                {row.about && <span className="ms-2 text-ink-3 text-sm">{row.about}</span>}
              </span>
              {row.errors > 0 && (
                <span className="relative whitespace-nowrap text-bad text-sm tabular-nums">
                  {t('callStatus.error')} {number.format(row.errors)}
                </span>
              )}
              <span className="relative w-14 whitespace-nowrap text-end text-ink-3 text-sm tabular-nums">
                {formatDuration(row.p95Ms, i18n.language)}
              </span>
              <span className="relative w-10 whitespace-nowrap text-end tabular-nums">{number.format(row.calls)}</span>
            </Pick>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Pick({ row, label, children }: { row: TopRow; label: string; children: ReactNode }) {
  const look = 'relative flex h-8 w-full items-center gap-2 rounded-sm px-2 text-start'
  if (!row.pick) return <div className={look}>{children}</div>
  return (
    <button type="button" title={label} onClick={row.pick} className={`${look} hover:bg-hover`}>
      {children}
    </button>
  )
}

function Figure({ name, value, more, look = '' }: { name: string; value: string | undefined; more?: string | undefined; look?: string }) {
  return (
    <div>
      <dt className="text-ink-3 text-sm">{name}</dt>
      <dd className={`flex min-h-7 flex-wrap items-baseline gap-x-2 font-semibold text-xl tabular-nums ${look}`}>
        {value ?? <span className="pulse h-5 w-14 self-center rounded-sm bg-hover" />}
        {more && <span className="whitespace-nowrap font-normal text-ink-3 text-sm">{more}</span>}
      </dd>
    </div>
  )
}

/** The bars of days are days in UTC. */
const midnight = (daysAgo: number) => (Math.floor(Date.now() / DAY_MS) - daysAgo) * DAY_MS
