import type { VaultStatus } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'
import { useVault } from '../../lib/use-nouns.ts'
import { ForgetKeys } from './forget-keys.tsx'
import { KeepKeyDialog } from './keep-key-dialog.tsx'

/** Where the key is that everything is sealed with, how it is doing, and what can be done about it. */
export function VaultCard() {
  const { t } = useTranslation()
  const vault = useVault()
  const [keeping, setKeeping] = useState(false)
  return (
    <Card title={t('vault.title')}>
      {vault.isError && <ErrorState error={vault.error} onRetry={() => void vault.refetch()} />}
      {vault.isPending && <RowsSkeleton rows={1} />}
      {vault.data && <State status={vault.data} onKeep={() => setKeeping(true)} />}
      <KeepKeyDialog open={keeping} onOpenChange={setKeeping} present={vault.data?.place ?? null} />
    </Card>
  )
}

function State({ status, onKeep }: { status: VaultStatus; onKeep: () => void }) {
  const { t } = useTranslation()
  const { state, place, keyFile, problem, stored, formerKeys } = status
  if (state === 'ready' || (state === 'absent' && problem === null)) {
    return (
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <p className="font-medium">{t(state === 'ready' ? 'vault.ready' : 'vault.absent', { count: stored })}</p>
          {place && <p className="wrap-anywhere text-ink-3 text-sm">{t(`vault.in.${place}`, { path: keyFile ?? '' })}</p>}
        </div>
        <div className="flex flex-wrap gap-2">
          {formerKeys > 0 && <ForgetKeys count={formerKeys} />}
          {state === 'ready' && <Rotate />}
          <Button size="small" onClick={onKeep}>
            {t(state === 'ready' ? 'vault.move' : 'vault.choose')}
          </Button>
        </div>
      </div>
    )
  }
  // Nothing is lost by giving up what nobody can open and nothing is sealed with.
  const mayChoose = state === 'absent' || stored === 0
  return (
    <Notice
      tone={state === 'lost' || state === 'wrong_key' ? 'bad' : 'warn'}
      title={problem?.message ?? t('vault.locked')}
      actions={
        <>
          {problem?.code !== 'NO_KEYCHAIN' && <Unlock asks={place === 'passphrase'} />}
          {mayChoose && (
            <Button variant="primary" onClick={onKeep}>
              {t('vault.choose')}
            </Button>
          )}
        </>
      }
    >
      <p>{problem?.next}</p>
      {state !== 'absent' && <p className="mt-1">{t('vault.kept', { count: stored })}</p>}
    </Notice>
  )
}

function Unlock({ asks }: { asks: boolean }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const [passphrase, setPassphrase] = useState('')
  const unlock = useMutation(
    queries.secrets.unlock.mutationOptions({
      gcTime: 0,
      onSuccess: () => {
        setPassphrase('')
        see({ type: 'secrets.changed' })
      },
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!unlock.isPending) unlock.mutate(asks ? { passphrase } : {})
  }
  // The cause is told above; here only what the attempt itself came to.
  const failed = unlock.data && unlock.data.state !== 'ready' ? (unlock.data.problem?.message ?? '') : undefined
  return (
    <form onSubmit={submit} noValidate className="flex w-full flex-wrap items-end gap-2">
      {asks && (
        <div className="min-w-48 flex-1">
          <TextField
            label={t('vault.passphrase')}
            name="passphrase"
            type="password"
            autoComplete="current-password"
            value={passphrase}
            onChange={setPassphrase}
            error={failed}
          />
        </div>
      )}
      <Button type="submit" variant="primary" busy={unlock.isPending}>
        {t('vault.unlock')}
      </Button>
      {unlock.isError && <ErrorState error={unlock.error} />}
    </form>
  )
}

function Rotate() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const rotate = useAction(
    queries.secrets.rotate.mutationOptions({
      onSuccess: ({ sealed, left }) => say(left > 0 ? t('vault.rotatedLeft', { count: left }) : t('vault.rotated', { count: sealed })),
    }),
  )
  return (
    <Button size="small" busy={rotate.isPending} onClick={() => rotate.mutate(undefined)}>
      {t('vault.rotate')}
    </Button>
  )
}
