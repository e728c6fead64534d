import type { Server } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { Plus, UserRound } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { AccountList } from './account-list.tsx'
import { AccountNameDialog } from './account-name-dialog.tsx'
import { ClientCard } from './client-card.tsx'
import { ServerSays } from './server-says.tsx'
import { SignInButton } from './sign-in-button.tsx'
import { SignInConfig } from './sign-in-config.tsx'

/** Everything about the sign-in at one server. */
export function ServerSignIn({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const signIn = useQuery(queries.oauth.get.queryOptions({ input: { server: server.id } }))
  const [adding, setAdding] = useState(false)
  const [issuer, setIssuer] = useState<string>()
  if (signIn.isError) return <ErrorState error={signIn.error} onRetry={() => void signIn.refetch()} />
  if (signIn.data === undefined) return <RowsSkeleton rows={2} />
  const { accounts } = signIn.data
  return (
    <>
      <Card
        title={t('signIn.title')}
        description={t('signIn.text')}
        body="list"
        actions={
          accounts.length > 0 && (
            <Button size="small" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => setAdding(true)}>
              {t('accounts.add')}
            </Button>
          )
        }
      >
        {accounts.length === 0 ? (
          <EmptyState
            Icon={UserRound}
            title={t('signIn.emptyTitle')}
            action={<SignInButton server={server} wish={issuer === undefined ? {} : { issuer }} />}
          >
            {server.status.state === 'auth_required' ? t('signIn.emptyWanted') : t('signIn.emptyText')}
          </EmptyState>
        ) : (
          <AccountList server={server} accounts={accounts} issuer={issuer} />
        )}
      </Card>
      <ClientCard server={server} signIn={signIn.data} />
      <ServerSays server={server} issuer={issuer} onIssuer={setIssuer} />
      <SignInConfig server={server} config={signIn.data.config} />
      <AccountNameDialog
        serverId={server.id}
        account={adding ? 'new' : null}
        taken={accounts.map(({ name }) => name)}
        issuer={issuer}
        onClose={() => setAdding(false)}
      />
    </>
  )
}
