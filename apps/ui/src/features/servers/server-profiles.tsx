import type { Profile, Server } from '@local-mcp/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useAction, useSee } from '../../lib/use-action.ts'
import { useProfiles } from '../../lib/use-nouns.ts'
import { ProfilePicker } from './profile-picker.tsx'

/** In which profiles the server is; a tick links it at once. */
export function ServerProfiles({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const profiles = useProfiles()
  const seen = { onSuccess: (profile: Profile) => see({ type: 'profile.updated', profile }) }
  const add = useAction(queries.profiles.addServer.mutationOptions(seen))
  const remove = useAction(queries.profiles.removeServer.mutationOptions(seen))
  // What was ticked shows at once; when the answer is there, the profile's own list of servers does.
  const [intent, setIntent] = useState<{ profile: string; on: boolean } | null>(null)
  const toggle = (profile: string, on: boolean) => {
    setIntent({ profile, on })
    const change = on ? add : remove
    change.mutate({ profile, server: server.id }, { onSettled: () => setIntent(null) })
  }
  const isIn = ({ id, serverIds }: Profile) => (intent?.profile === id ? intent.on : serverIds.includes(server.id))
  const chosen = profiles.data?.filter(isIn).map(({ id }) => id) ?? []
  return (
    <Card title={t('server.profiles')} description={t('server.profilesText')}>
      {profiles.isError ? (
        <ErrorState error={profiles.error} onRetry={() => void profiles.refetch()} />
      ) : profiles.data === undefined ? (
        <RowsSkeleton rows={1} />
      ) : (
        <ProfilePicker profiles={profiles.data} chosen={chosen} onToggle={toggle} />
      )}
    </Card>
  )
}
