import type { RateLimits } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'

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
      {/* Made anew when somebody else changed it. */}
      <RateLimitsForm key={JSON.stringify(limits.data)} saved={limits.data} />
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
  const form = useRef<HTMLFormElement>(null)
  const [mcp, setMcp] = useState(String(saved.mcpPerMinute))
  const [api, setApi] = useState(String(saved.apiPerMinute))
  const update = useMutation(
    queries.tokens.updateRateLimits.mutationOptions({
      onSuccess: (rateLimits) => {
        see({ type: 'settings.rate-limits.updated', rateLimits })
        say(t('rateLimits.saved'))
      },
    }),
  )
  const { errors, onInput } = useFormErrors(update.error, form)
  const same = mcp === String(saved.mcpPerMinute) && api === String(saved.apiPerMinute)
  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (!update.isPending) update.mutate({ mcpPerMinute: Number(mcp), apiPerMinute: Number(api) })
      }}
      className="flex flex-wrap items-end gap-4"
    >
      <TextField
        label={t('rateLimits.mcp')}
        name="mcpPerMinute"
        inputMode="numeric"
        value={mcp}
        onChange={setMcp}
        error={errors.mcpPerMinute}
      />
      <TextField
        label={t('rateLimits.api')}
        name="apiPerMinute"
        inputMode="numeric"
        value={api}
        onChange={setApi}
        error={errors.apiPerMinute}
      />
      <Button type="submit" disabled={same || update.isPending}>
        {t('common.save')}
      </Button>
    </form>
  )
}
