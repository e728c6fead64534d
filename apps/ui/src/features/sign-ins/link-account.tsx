import type { Account, Link, Profile, Server } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { useAction } from '../../lib/use-action.ts'
import { useAccounts } from '../../lib/use-nouns.ts'

interface Props {
  profile: Profile
  server: Server
  link: Link
}

/** As whom calls of a profile to a server are made, where the server has several accounts. */
export function LinkAccount({ profile, server, link }: Props) {
  const accounts = useAccounts().data?.filter(({ serverId }) => serverId === server.id) ?? []
  return accounts.length > 1 ? <AccountChoice profile={profile} server={server} link={link} accounts={accounts} /> : null
}

const DEFAULT = 'default'

function AccountChoice({ profile, server, link, accounts }: Props & { accounts: readonly Account[] }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const choose = useAction(
    queries.profiles.setAccount.mutationOptions({
      onSettled: (_data, _error, _input, _result, { client }) => client.invalidateQueries({ queryKey: queries.profiles.links.key() }),
    }),
  )
  const chosen = choose.isPending ? choose.variables.account : link.accountId
  const nameOf = ({ name, state }: Account) => (state === 'signed_in' ? name : `${name} – ${t(`accountState.${state}`)}`)
  const own = accounts.find(({ isDefault }) => isDefault)
  return (
    <div className="mt-1.5 w-full max-w-xs pb-1">
      <SelectField
        label={t('profile.account', { name: server.name })}
        name={`account.${server.id}`}
        value={chosen ?? DEFAULT}
        onChange={(next) => choose.mutate({ profile: profile.id, server: server.id, account: next === DEFAULT ? null : next })}
        choices={[
          { value: DEFAULT, label: t('profile.accountDefault', { name: own?.name ?? '' }) },
          ...accounts.map((account) => ({ value: account.id, label: nameOf(account) })),
        ]}
        busy={choose.isPending}
      />
    </div>
  )
}
