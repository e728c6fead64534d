import { useTranslation } from 'react-i18next'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useCalls, useServers, useTokens } from '../../lib/use-nouns.ts'
import { RecentCalls } from '../activity/recent-calls.tsx'
import { CallsToday } from './calls-today.tsx'
import { FirstSteps } from './first-steps.tsx'
import { LocationNotice } from './location-notice.tsx'
import { NeedsYou } from './needs-you.tsx'
import { Summary } from './summary.tsx'

export function OverviewPage() {
  const { t } = useTranslation()
  const servers = useServers()
  const tokens = useTokens()
  const calls = useCalls()
  const known = servers.data && tokens.data && calls.data
  const failed = [servers, tokens].find((query) => query.isError)

  const steps = {
    server: (servers.data?.length ?? 0) > 0,
    ownServer: servers.data?.some(({ type }) => type !== 'builtin') ?? false,
    client: tokens.data?.some(({ revokedAt }) => revokedAt === null) ?? false,
    call: (calls.data?.length ?? 0) > 0 || (tokens.data?.some(({ lastUsedAt }) => lastUsedAt !== null) ?? false),
  }
  const done = steps.server && steps.client && steps.call

  return (
    <>
      <PageHeader title={t('overview.title')} description={known && !done ? t('overview.welcome') : t('overview.description')} />
      <div className="flex flex-col gap-5">
        <LocationNotice />
        {failed && <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />}
        {!known && !failed && (
          <div className="overflow-hidden rounded-lg border border-line bg-surface shadow-raised">
            <RowsSkeleton />
          </div>
        )}
        {known && !done && <FirstSteps {...steps} />}
        {known && done && <Summary servers={servers.data} tokens={tokens.data} />}
        {servers.data && <NeedsYou servers={servers.data} />}
        {known && done && <CallsToday />}
        <RecentCalls />
      </div>
    </>
  )
}
