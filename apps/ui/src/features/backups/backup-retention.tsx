import type { BackupSettings } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'

/** How many of the scheduled backups are kept. */
export function BackupRetention() {
  const { queries } = useApi()
  const settings = useQuery(queries.backups.getSettings.queryOptions())
  if (settings.error) return <ErrorState error={settings.error} onRetry={() => settings.refetch()} />
  if (!settings.data) return <RowsSkeleton rows={1} />
  // Made anew when somebody else changed them.
  return <RetentionForm key={`${settings.data.keepDaily} ${settings.data.keepWeekly}`} saved={settings.data} />
}

function RetentionForm({ saved }: { saved: BackupSettings }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const form = useRef<HTMLFormElement>(null)
  const [daily, setDaily] = useState(String(saved.keepDaily))
  const [weekly, setWeekly] = useState(String(saved.keepWeekly))
  const update = useMutation(
    queries.backups.updateSettings.mutationOptions({
      onSuccess: (settings) => {
        see({ type: 'backup.settings.updated', settings })
        say(t('retention.saved'))
      },
    }),
  )
  const { errors, onInput } = useFormErrors(update.error, form)
  const changed = daily !== String(saved.keepDaily) || weekly !== String(saved.keepWeekly)
  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (!update.isPending) update.mutate({ keepDaily: Number(daily), keepWeekly: Number(weekly) })
      }}
      className="flex flex-wrap items-end gap-4"
    >
      <TextField
        label={t('retention.daily')}
        name="keepDaily"
        inputMode="numeric"
        value={daily}
        onChange={setDaily}
        error={errors.keepDaily}
      />
      <TextField
        label={t('retention.weekly')}
        name="keepWeekly"
        inputMode="numeric"
        value={weekly}
        onChange={setWeekly}
        error={errors.keepWeekly}
      />
      <Button type="submit" disabled={!changed || update.isPending}>
        {t('common.save')}
      </Button>
    </form>
  )
}
