import type { ServerSettings } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'

/** How long commands may go unused. */
export function IdleSetting() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const settings = useQuery(queries.servers.getSettings.queryOptions())
  if (settings.error) return <ErrorState error={settings.error} onRetry={() => settings.refetch()} />
  if (!settings.data) return null
  return (
    <Card title={t('idle.title')} description={t('idle.description')}>
      {/* Made anew when somebody else changed it. */}
      <IdleForm key={settings.data.idleMinutes} saved={settings.data} />
    </Card>
  )
}

function IdleForm({ saved }: { saved: ServerSettings }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const form = useRef<HTMLFormElement>(null)
  const [minutes, setMinutes] = useState(String(saved.idleMinutes))
  const update = useMutation(
    queries.servers.updateSettings.mutationOptions({
      onSuccess: (settings) => {
        see({ type: 'server.settings.updated', settings })
        say(t('idle.saved'))
      },
    }),
  )
  const { errors, onInput } = useFormErrors(update.error, form)
  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (!update.isPending) update.mutate({ idleMinutes: Number(minutes) })
      }}
      className="flex flex-wrap items-end gap-4"
    >
      <TextField
        label={t('idle.minutes')}
        name="idleMinutes"
        inputMode="numeric"
        value={minutes}
        onChange={setMinutes}
        error={errors.idleMinutes}
      />
      <Button type="submit" disabled={minutes === String(saved.idleMinutes) || update.isPending}>
        {t('common.save')}
      </Button>
    </form>
  )
}
