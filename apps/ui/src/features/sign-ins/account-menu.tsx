import { Menu } from '@base-ui/react/menu'
import type { Account } from '@local-mcp/contract'
import { Ellipsis } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'
import { useSignIn } from './use-sign-in.ts'

const itemLook = 'flex w-full select-none items-center gap-2 rounded-sm px-2.5 py-1.5 outline-none data-highlighted:bg-hover'

interface Props {
  account: Account
  issuer: string | undefined
  onRename: () => void
  onDelete: () => void
}

/** What is seldom done with an account. */
export function AccountMenu({ account, issuer, onRename, onDelete }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const say = useSay()
  const begin = useSignIn(account.serverId)
  const { name } = account
  const ref = { server: account.serverId, account: account.id }
  const seen = (said: string) => ({
    onSuccess: (changed: Account) => {
      see({ type: 'oauth.account.changed', account: changed })
      say(said)
    },
  })
  const renew = useAction(queries.oauth.refresh.mutationOptions(seen(t('accounts.renewedNow', { name }))))
  const makeDefault = useAction(queries.oauth.updateAccount.mutationOptions(seen(t('accounts.isDefaultNow', { name }))))
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={t('accounts.more', { name })}
        className="inline-flex size-7 select-none items-center justify-center rounded-md border border-line bg-surface shadow-raised hover:bg-hover data-popup-open:bg-hover"
      >
        <Ellipsis aria-hidden className="size-4" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={4} className="z-50 outline-none">
          <Menu.Popup className="min-w-48 max-w-80 rounded-md bg-surface p-1 shadow-floating outline-none transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0">
            {account.state === 'signed_in' && (
              <Menu.Item className={itemLook} onClick={() => begin({ account: name, ...(issuer !== undefined && { issuer }) })}>
                {t('accounts.again')}
              </Menu.Item>
            )}
            {account.canRenew && (
              <Menu.Item className={itemLook} onClick={() => renew.mutate(ref)}>
                {t('accounts.renew')}
              </Menu.Item>
            )}
            {!account.isDefault && (
              <Menu.Item className={itemLook} onClick={() => makeDefault.mutate({ ...ref, isDefault: true })}>
                {t('accounts.makeDefault')}
              </Menu.Item>
            )}
            <Menu.Item className={itemLook} onClick={onRename}>
              {t('accounts.rename')}
            </Menu.Item>
            <Menu.Item className={itemLook} onClick={onDelete}>
              {t('accounts.delete')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
