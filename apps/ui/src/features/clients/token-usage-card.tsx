import type { ClientToken, TokenUsage, TokenUse } from '@local-mcp/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { Facts } from '../../components/facts.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { formatDuration } from '../../lib/format-duration.ts'

const PAGE = 25
const REASONS = ['revoked', 'expired', 'address', 'time', 'profile', 'server', 'permission', 'rate_limit', 'usage_limit', 'origin'] as const

/** The requests that were made with a token, as of when they were asked for. */
export function TokenUsageCard({ token }: { token: ClientToken }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const [before, setBefore] = useState<number | undefined>(undefined)
  const input = { token: token.id, limit: PAGE, ...(before !== undefined && { before }) }
  // Requests come at any time and nobody is told: what was read before is old.
  const usage = useQuery(queries.tokens.usage.queryOptions({ input, staleTime: 0, gcTime: 0, placeholderData: keepPreviousData }))
  const next = usage.data?.next ?? null
  return (
    <Card
      title={t('tokenUsage.title')}
      description={t('tokenUsage.description')}
      body="list"
      actions={
        <Button
          size="small"
          icon={<RotateCw aria-hidden className="size-3.5" />}
          busy={usage.isFetching}
          onClick={() => void usage.refetch()}
        >
          {t('tokenUsage.again')}
        </Button>
      }
    >
      {usage.isError ? (
        <div className="p-4">
          <ErrorState error={usage.error} onRetry={() => void usage.refetch()} />
        </div>
      ) : usage.data === undefined ? (
        <RowsSkeleton rows={3} />
      ) : usage.data.stats.total === 0 ? (
        <p className="px-5 py-6 text-ink-3">{t('tokenUsage.empty')}</p>
      ) : (
        <>
          <Stats stats={usage.data.stats} />
          <Rows rows={usage.data.rows} />
          {(next !== null || before !== undefined) && (
            <div className="flex gap-2 border-line border-t px-2 py-2 sm:px-3">
              {before !== undefined && (
                <Button variant="quiet" size="small" onClick={() => setBefore(undefined)}>
                  {t('tokenUsage.newest')}
                </Button>
              )}
              {next !== null && (
                <Button variant="quiet" size="small" onClick={() => setBefore(next)}>
                  {t('tokenUsage.older')}
                </Button>
              )}
            </div>
          )}
        </>
      )}
    </Card>
  )
}

function Stats({ stats }: { stats: TokenUsage['stats'] }) {
  const { t, i18n } = useTranslation()
  const number = (count: number) => new Intl.NumberFormat(i18n.language).format(count)
  return (
    <div className="border-line border-b px-4 py-4 sm:px-5">
      <Facts
        items={[
          [t('tokenUsage.total'), number(stats.total)],
          [t('tokenUsage.ok'), number(stats.ok)],
          [t('tokenUsage.blocked'), number(stats.blocked)],
          [t('tokenUsage.average'), stats.averageMs === null ? '–' : formatDuration(stats.averageMs, i18n.language)],
          [
            t('tokenUsage.top'),
            stats.topEndpoints
              .map(({ endpoint, count }) => t('tokenUsage.topCount', { endpoint, count: number(count) as never }))
              .join(', '),
          ],
        ]}
      />
    </div>
  )
}

function Rows({ rows }: { rows: readonly TokenUse[] }) {
  const { t, i18n } = useTranslation()
  const reasonOf = (reason: string) => {
    const known = REASONS.find((one) => one === reason)
    return known ? t(`tokenUsage.reason.${known}`) : t('tokenUsage.otherReason')
  }
  return (
    <table className="w-full table-fixed text-start">
      <caption className="sr-only">{t('tokenUsage.title')}</caption>
      <thead className="text-ink-3 text-sm">
        <tr className="border-line border-b *:py-2 *:text-start *:font-medium">
          <th className="w-20 ps-4 sm:ps-5">{t('tokenUsage.status')}</th>
          <th className="pe-3">{t('tokenUsage.endpoint')}</th>
          <th className="w-22 pe-3 text-end!">{t('tokenUsage.duration')}</th>
          <th className="w-32 pe-4 text-end! sm:pe-5">{t('tokenUsage.when')}</th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {rows.map((row) => (
          <tr key={row.id} className="align-top *:py-2.5">
            <td className={`ps-4 tabular-nums sm:ps-5 ${row.blocked ? 'text-bad' : ''}`}>{row.statusCode}</td>
            <td className="pe-3">
              <code dir="ltr" className="wrap-anywhere block">
                {row.method} {row.endpoint}
              </code>
              <span dir="auto" className="wrap-anywhere block text-ink-3 text-sm">
                {[row.blockReason === null ? null : reasonOf(row.blockReason), row.userAgent, row.address].filter(Boolean).join(' · ')}
              </span>
            </td>
            <td className="whitespace-nowrap pe-3 text-end tabular-nums">
              {row.durationMs === null ? t('tokenUsage.stays') : formatDuration(row.durationMs, i18n.language)}
            </td>
            <td className="pe-4 text-end text-ink-3 sm:pe-5">
              <TimeAgo at={row.at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
