import type { Profile, Server } from '@local-mcp/contract'
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
  // While a change is on its way its intent is shown; after that the profile's own list of servers.
  const isIn = ({ id, serverIds }: Profile) => {
    if (add.isPending && add.variables.profile === id) return true
    if (remove.isPending && remove.variables.profile === id) return false
    return serverIds.includes(server.id)
  }
  const chosen = profiles.data?.filter(isIn).map(({ id }) => id) ?? []
  return (
    <Card title={t('server.profiles')} description={t('server.profilesText')}>
      {profiles.isError ? (
        <ErrorState error={profiles.error} onRetry={() => void profiles.refetch()} />
      ) : profiles.data === undefined ? (
        <RowsSkeleton rows={1} />
      ) : (
        <ProfilePicker
          profiles={profiles.data}
          chosen={chosen}
          onToggle={(profile, on) => (on ? add : remove).mutate({ profile, server: server.id })}
        />
      )}
    </Card>
  )
}
