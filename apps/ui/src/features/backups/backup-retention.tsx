import type { BackupSettings } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { NumberSettings } from '../../components/number-settings.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'

/** How many of the scheduled backups are kept. */
export function BackupRetention() {
  const { queries } = useApi()
  const settings = useQuery(queries.backups.getSettings.queryOptions())
  if (settings.error) return <ErrorState error={settings.error} onRetry={() => settings.refetch()} />
  if (!settings.data) return <RowsSkeleton rows={1} />
  return <RetentionForm saved={settings.data} />
}

function RetentionForm({ saved }: { saved: BackupSettings }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const update = useMutation(
    queries.backups.updateSettings.mutationOptions({
      onSuccess: (settings) => {
        see({ type: 'backup.settings.updated', settings })
        say(t('retention.saved'))
      },
    }),
  )
  const fields = [
    { name: 'keepDaily', label: t('retention.daily') },
    { name: 'keepWeekly', label: t('retention.weekly') },
  ] as const
  return <NumberSettings saved={saved} fields={fields} save={update} />
}
