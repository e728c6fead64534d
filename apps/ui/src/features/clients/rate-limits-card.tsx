import type { RateLimits } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { NumberSettings } from '../../components/number-settings.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'

/** The brake on every token, and who tries without one. */
export function RateLimitsCard() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const limits = useQuery(queries.tokens.getRateLimits.queryOptions())
  // Nobody is told when it changes.
  const unknown = useQuery(queries.tokens.unknown.queryOptions({ staleTime: 0 }))
  if (limits.error) return <ErrorState error={limits.error} onRetry={() => void limits.refetch()} />
  if (!limits.data) return null
  return (
    <Card title={t('rateLimits.title')} description={t('rateLimits.description')}>
      <RateLimitsForm saved={limits.data} />
      {unknown.data?.lastAt && (
        <p className="mt-4 text-ink-3 text-sm">
          {t('rateLimits.unknown', { count: unknown.data.count })} <TimeAgo at={unknown.data.lastAt} />
        </p>
      )}
    </Card>
  )
}

function RateLimitsForm({ saved }: { saved: RateLimits }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const update = useMutation(
    queries.tokens.updateRateLimits.mutationOptions({
      onSuccess: (rateLimits) => {
        see({ type: 'settings.rate-limits.updated', rateLimits })
        say(t('rateLimits.saved'))
      },
    }),
  )
  const fields = [
    { name: 'mcpPerMinute', label: t('rateLimits.mcp') },
    { name: 'apiPerMinute', label: t('rateLimits.api') },
  ] as const
  return <NumberSettings saved={saved} fields={fields} save={update} />
}
