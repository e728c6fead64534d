import type { ServerSettings } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { NumberSettings } from '../../components/number-settings.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'

/** How long commands may go unused. */
export function IdleSetting() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const settings = useQuery(queries.servers.getSettings.queryOptions())
  if (settings.error) return <ErrorState error={settings.error} onRetry={() => settings.refetch()} />
  if (!settings.data) return null
  return (
    <Card title={t('idle.title')} description={t('idle.description')}>
      <IdleForm saved={settings.data} />
    </Card>
  )
}

function IdleForm({ saved }: { saved: ServerSettings }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const update = useMutation(
    queries.servers.updateSettings.mutationOptions({
      onSuccess: (settings) => {
        see({ type: 'server.settings.updated', settings })
        say(t('idle.saved'))
      },
    }),
  )
  return <NumberSettings saved={saved} fields={[{ name: 'idleMinutes', label: t('idle.minutes') }]} save={update} />
}
