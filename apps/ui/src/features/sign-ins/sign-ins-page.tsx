import type { Account, Server } from '@local-mcp/contract'
import { LogIn } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { Tag } from '../../components/tag.tsx'
import { useAccounts, useServers } from '../../lib/use-nouns.ts'
import { ServerState } from '../servers/server-state.tsx'
import { AccountFacts } from './account-facts.tsx'
import { AccountState } from './account-state.tsx'
import { PendingNotice } from './pending-notice.tsx'
import { SignInButton } from './sign-in-button.tsx'

/** Who is signed in where. */
export function SignInsPage() {
  const { t } = useTranslation()
  const servers = useServers()
  const accounts = useAccounts()
  const failed = [servers, accounts].find((query) => query.isError)
  const known = new Set(accounts.data?.map(({ serverId }) => serverId))
  const listed = servers.data?.filter(({ id, status }) => known.has(id) || status.state === 'auth_required') ?? []
  return (
    <>
      <PageHeader
        title={t('signIns.title')}
        description={t('signIns.description')}
        actions={<Button href="/settings?part=gateway">{t('signIns.settings')}</Button>}
      />
      <div className="flex flex-col gap-5">
        {failed ? (
          <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
        ) : (
          <Card title={t('signIns.accounts')} body="list">
            {servers.data === undefined || accounts.data === undefined ? (
              <RowsSkeleton rows={2} />
            ) : listed.length === 0 ? (
              <EmptyState Icon={LogIn} title={t('signIns.emptyTitle')}>
                {t('signIns.emptyText')}
              </EmptyState>
            ) : (
              <ul className="divide-y divide-line">
                {listed.map((server) => (
                  <ServerAccounts
                    key={server.id}
                    server={server}
                    accounts={accounts.data.filter(({ serverId }) => serverId === server.id)}
                  />
                ))}
              </ul>
            )}
          </Card>
        )}
      </div>
    </>
  )
}

function ServerAccounts({ server, accounts }: { server: Server; accounts: readonly Account[] }) {
  const { t } = useTranslation()
  return (
    <li className="flex flex-col gap-3 px-4 py-3.5 sm:px-5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1">
          <h3 dir="auto" className="wrap-anywhere min-w-0 text-base">
            <Link href={`/servers/${server.id}?tab=sign-in`}>{server.name}</Link>
          </h3>
          <ServerState state={server.status.state} />
        </div>
        {accounts.length === 0 && <SignInButton size="small" server={server} />}
      </div>
      <PendingNotice server={server} />
      {accounts.length > 0 && (
        <ul className="flex flex-col gap-3 border-line border-s-2 ps-3.5">
          {accounts.map((account) => (
            <li key={account.id} className="flex flex-wrap items-center gap-x-4 gap-y-2">
              <div className="min-w-0 flex-1 basis-64">
                <div className="mb-0.5 flex flex-wrap items-center gap-x-2.5 gap-y-1">
                  <span dir="auto" className="wrap-anywhere min-w-0 font-medium">
                    {account.name}
                  </span>
                  <AccountState state={account.state} />
                  {account.isDefault && accounts.length > 1 && <Tag>{t('accounts.default')}</Tag>}
                </div>
                <AccountFacts account={account} />
              </div>
              {account.state !== 'signed_in' && <SignInButton size="small" server={server} wish={{ account: account.name }} />}
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}
