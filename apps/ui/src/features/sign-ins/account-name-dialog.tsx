import type { Account } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { useSee } from '../../lib/use-action.ts'
import { useSignIn } from './use-sign-in.ts'

interface Props {
  serverId: string
  /** The account to rename; `new` adds one by signing it in; null: closed. */
  account: Account | 'new' | null
  /** Names that are taken. */
  taken: readonly string[]
  issuer: string | undefined
  onClose: () => void
}

export function AccountNameDialog({ account, onClose, ...form }: Props) {
  const { t } = useTranslation()
  const isNew = account === 'new' || account === null
  return (
    <Dialog
      open={account !== null}
      onOpenChange={(open) => !open && onClose()}
      title={isNew ? t('accounts.addTitle') : t('accounts.renameTitle', { name: account.name })}
      {...(isNew && { description: t('accounts.addText') })}
    >
      {account && <NameForm account={account} onClose={onClose} {...form} />}
    </Dialog>
  )
}

function NameForm({ serverId, account, taken, issuer, onClose }: Props & { account: Account | 'new' }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const begin = useSignIn(serverId)
  const [name, setName] = useState(account === 'new' ? '' : account.name)
  const [wrong, setWrong] = useState<string>()
  const rename = useMutation(
    queries.oauth.updateAccount.mutationOptions({
      onSuccess: (changed) => {
        see({ type: 'oauth.account.changed', account: changed })
        onClose()
      },
    }),
  )

  const submit = () => {
    const wanted = name.trim()
    if (wanted === '') return setWrong(t('common.nameMissing'))
    if (account !== 'new') return rename.mutate({ server: serverId, account: account.id, name: wanted })
    if (taken.some((other) => other.toLowerCase() === wanted.toLowerCase())) return setWrong(t('accounts.taken'))
    begin({ account: wanted, ...(issuer !== undefined && { issuer }) })
    onClose()
  }

  return (
    <Form
      error={rename.error}
      busy={rename.isPending}
      onSubmit={submit}
      fields={['name']}
      actions={
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" variant="primary" busy={rename.isPending}>
            {account === 'new' ? t('signIn.action') : t('common.save')}
          </Button>
        </div>
      }
    >
      {(errors) => (
        <TextField
          label={t('accounts.name')}
          name="name"
          hint={t('accounts.nameHint')}
          value={name}
          onChange={(next) => {
            setName(next)
            setWrong(undefined)
          }}
          maxLength={100}
          error={wrong ?? errors.name}
          autoFocus
        />
      )}
    </Form>
  )
}
