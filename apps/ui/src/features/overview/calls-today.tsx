import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'
import { Card } from '../../components/card.tsx'
import { formatDuration } from '../../lib/format-duration.ts'
import { activityPath } from '../activity/call-filters.ts'
import { CallsChart } from '../activity/calls-chart.tsx'

/** How busy the last day was, hour by hour. */
export function CallsToday() {
  const { t, i18n } = useTranslation()
  const { queries } = useApi()
  const { data } = useQuery(queries.logs.summary.queryOptions({ input: { step: 'hour' } }))
  const failed = new Intl.NumberFormat(i18n.language).format(data?.errors ?? 0)
  const p95 = formatDuration(data?.p95Ms ?? 0, i18n.language)
  return (
    <Card
      title={t('sums.today')}
      description={
        !data ? t('common.loading') : data.calls === 0 ? t('sums.todayNone') : t('sums.todayText', { count: data.calls, failed, p95 })
      }
    >
      {/* The room of the chart is there before its data. */}
      <div className="min-h-29">
        {data && (
          <CallsChart
            points={data.series}
            step="hour"
            height={64}
            onPick={(from, to) => navigate(activityPath({ from: String(from), to: String(to) }))}
          />
        )}
      </div>
    </Card>
  )
}
