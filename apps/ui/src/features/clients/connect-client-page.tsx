import { CLIENT_IDS } from '@local-mcp/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParam } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { PageSkeleton } from '../../components/skeleton.tsx'
import { useFoundClients, useProfiles, useSystem, useTokens } from '../../lib/use-nouns.ts'
import { ConnectForm } from './connect-form.tsx'
import type { ConnectedClient } from './connected-client.ts'
import { SnippetCard } from './snippet-card.tsx'
import { VerifyClient } from './verify-client.tsx'

export function ConnectClientPage() {
  const { t } = useTranslation()
  const wanted = useSearchParam('client')
  const wantedProfile = useSearchParam('profile')
  const profiles = useProfiles()
  const tokens = useTokens()
  const system = useSystem()
  const found = useFoundClients()
  const [connected, setConnected] = useState<ConnectedClient | null>(null)
  const failed = [profiles, tokens, system].find((query) => query.isError)
  const another = () => setConnected(null)

  return (
    <>
      <PageHeader
        title={t('clients.connect')}
        description={t('connect.description')}
        back={{ href: '/clients', label: t('clients.title') }}
      />
      {failed ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : profiles.data === undefined || tokens.data === undefined || system.data === undefined || found.isPending ? (
        <PageSkeleton />
      ) : connected === null ? (
        <Card>
          <ConnectForm
            client={CLIENT_IDS.find((id) => id === wanted) ?? null}
            found={found.data ?? []}
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
          <SnippetCard
            connected={connected}
            system={system.data}
            file={found.data?.find(({ client }) => client === connected.client)?.file}
            onAnother={another}
          />
          <VerifyClient
            connected={connected}
            onAnother={another}
            celebration={
              <>
                <Button onClick={another}>{t('firstCall.another')}</Button>
                <Button variant="primary" href="/">
                  {t('firstCall.overview')}
                </Button>
              </>
            }
          />
        </div>
      )}
    </>
  )
}
