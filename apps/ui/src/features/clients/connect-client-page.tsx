import { CLIENT_IDS, type ClientId, type ClientToken, type Profile } from '@local-mcp/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParam } from '../../app/router.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { PageSkeleton } from '../../components/skeleton.tsx'
import { useProfiles, useSystem, useTokens } from '../../lib/use-nouns.ts'
import { ConnectForm } from './connect-form.tsx'
import { FirstCall } from './first-call.tsx'
import { SnippetCard } from './snippet-card.tsx'

/** A client that was told how to connect. A token that was made for it is known to this page alone, and only until it is left. */
export interface ConnectedClient {
  readonly client: ClientId
  readonly profile: Profile
  /** Null for a client that needs none. */
  readonly token: (ClientToken & { readonly secret: string }) | null
  /** When it was told. */
  readonly since: number
}

export function ConnectClientPage() {
  const { t } = useTranslation()
  const wanted = useSearchParam('client')
  const wantedProfile = useSearchParam('profile')
  const profiles = useProfiles()
  const tokens = useTokens()
  const system = useSystem()
  const [connected, setConnected] = useState<ConnectedClient | null>(null)
  const failed = [profiles, tokens, system].find((query) => query.isError)

  return (
    <>
      <PageHeader
        title={t('clients.connect')}
        description={t('connect.description')}
        back={{ href: '/clients', label: t('clients.title') }}
      />
      {failed ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : profiles.data === undefined || tokens.data === undefined || system.data === undefined ? (
        <PageSkeleton />
      ) : connected === null ? (
        <Card>
          <ConnectForm
            client={CLIENT_IDS.find((id) => id === wanted) ?? 'claude-code'}
            profileId={
              (
                profiles.data.find(({ slug }) => slug === wantedProfile) ??
                profiles.data.find(({ isDefault }) => isDefault) ??
                profiles.data[0]
              )?.id ?? ''
            }
            profiles={profiles.data}
            tokenNames={tokens.data.filter(({ revokedAt }) => revokedAt === null).map(({ name }) => name)}
            onConnected={setConnected}
          />
        </Card>
      ) : (
        <div className="flex flex-col gap-5">
          <SnippetCard connected={connected} system={system.data} />
          <FirstCall connected={connected} onAnother={() => setConnected(null)} />
        </div>
      )}
    </>
  )
}
