import type { Account, Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Tag } from '../../components/tag.tsx'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'
import { AccountFacts } from './account-facts.tsx'
import { AccountMenu } from './account-menu.tsx'
import { AccountNameDialog } from './account-name-dialog.tsx'
import { AccountState } from './account-state.tsx'
import { SignInButton } from './sign-in-button.tsx'

interface Props {
  server: Server
  accounts: readonly Account[]
  /** The authorization server that was chosen of several. */
  issuer: string | undefined
}

/** Who is signed in at a server, and what can be done about it. */
export function AccountList({ server, accounts, issuer }: Props) {
  const [renaming, setRenaming] = useState<Account | null>(null)
  const [deleting, setDeleting] = useState<Account | null>(null)
  return (
    <>
      <ul className="divide-y divide-line">
        {accounts.map((account) => (
          <AccountRow
            key={account.id}
            server={server}
            account={account}
            issuer={issuer}
            alone={accounts.length === 1}
            onRename={() => setRenaming(account)}
            onDelete={() => setDeleting(account)}
          />
        ))}
      </ul>
      <AccountNameDialog serverId={server.id} account={renaming} taken={[]} issuer={issuer} onClose={() => setRenaming(null)} />
      <DeleteAccount account={deleting} onClose={() => setDeleting(null)} />
    </>
  )
}

interface RowProps {
  server: Server
  account: Account
  issuer: string | undefined
  /** There is no other one. */
  alone: boolean
  onRename: () => void
  onDelete: () => void
}

function AccountRow({ server, account, issuer, alone, onRename, onDelete }: RowProps) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const say = useSay()
  const { name } = account
  const signOut = useAction(
    queries.oauth.signOut.mutationOptions({
      onSuccess: ({ account: changed, revoked }) => {
        see({ type: 'oauth.account.changed', account: changed })
        say(revoked ? t('accounts.signedOutTold', { name }) : t('accounts.signedOut', { name }))
      },
    }),
  )
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3.5 sm:px-5">
      <div className="min-w-0 flex-1 basis-64">
        <div className="mb-0.5 flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <h3 dir="auto" className="wrap-anywhere min-w-0 text-base">
            {name}
          </h3>
          <AccountState state={account.state} />
          {account.isDefault && !alone && <Tag>{t('accounts.default')}</Tag>}
        </div>
        <AccountFacts account={account} />
      </div>
      <div className="flex items-center gap-2">
        {account.state !== 'signed_in' && (
          <SignInButton size="small" server={server} wish={{ account: name, ...(issuer !== undefined && { issuer }) }} />
        )}
        {account.hasToken && (
          <Button
            size="small"
            aria-label={t('accounts.signOutLabel', { name })}
            busy={signOut.isPending}
            onClick={() => signOut.mutate({ server: account.serverId, account: account.id })}
          >
            {t('accounts.signOut')}
          </Button>
        )}
        <AccountMenu account={account} issuer={issuer} onRename={onRename} onDelete={onDelete} />
      </div>
    </li>
  )
}

function DeleteAccount({ account, onClose }: { account: Account | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const say = useSay()
  const remove = useMutation(
    queries.oauth.deleteAccount.mutationOptions({
      onSuccess: () => {
        if (account) {
          see({ type: 'oauth.account.deleted', serverId: account.serverId, accountId: account.id })
          say(t('accounts.deleted', { name: account.name }))
        }
        onClose()
      },
    }),
  )
  return (
    <ConfirmDialog
      open={account !== null}
      onOpenChange={(open) => {
        if (open) return
        remove.reset()
        onClose()
      }}
      title={t('accounts.deleteTitle', { name: account?.name ?? '' })}
      action={t('accounts.deleteAction')}
      onConfirm={() => account && remove.mutate({ server: account.serverId, account: account.id })}
      busy={remove.isPending}
      error={remove.error}
    >
      {t('accounts.deleteText', { count: account?.profileIds.length ?? 0 })}
    </ConfirmDialog>
  )
}
