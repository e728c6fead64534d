import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
import { useProfiles } from '../../lib/use-nouns.ts'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
}

interface Shown {
  name: string
  token: string
}

const EXPIRIES = ['30', '90', '365', 'never'] as const
type Expiry = (typeof EXPIRIES)[number]
const ALL = 'all'

/** Makes a token and shows it this once. */
export function CreateTokenDialog({ open, onOpenChange }: Props) {
  const { t } = useTranslation()
  const [shown, setShown] = useState<Shown | null>(null)
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      onClosed={() => setShown(null)}
      title={shown ? t('createToken.shownTitle', { name: shown.name }) : t('createToken.title')}
      description={shown ? undefined : t('createToken.description')}
      stays={shown !== null}
    >
      {shown ? (
        <ShownToken token={shown.token} onDone={() => onOpenChange(false)} />
      ) : (
        <TokenForm onCreated={setShown} onCancel={() => onOpenChange(false)} />
      )}
    </Dialog>
  )
}

function TokenForm({ onCreated, onCancel }: { onCreated: (shown: Shown) => void; onCancel: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const profiles = useProfiles()
  const form = useRef<HTMLFormElement>(null)
  const [name, setName] = useState('')
  const [scope, setScope] = useState<string>(ALL)
  const [expiry, setExpiry] = useState<Expiry>('90')
  const create = useMutation(
    queries.tokens.create.mutationOptions({
      // Its answer holds the token itself, which must not lie about in memory once it was shown.
      gcTime: 0,
      onSuccess: ({ token, ...rest }) => {
        see({ type: 'token.created', token: rest })
        onCreated({ name: rest.name, token })
      },
    }),
  )
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const { errors, onInput } = useFormErrors(missing ?? create.error, form)
  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (create.isPending) return
        const empty = missingFields([{ path: 'name', value: name, message: t('common.nameMissing') }])
        setMissing(empty)
        if (empty === null)
          create.mutate({ name, ...(scope !== ALL && { profiles: [scope] }), expiresInDays: expiry === 'never' ? null : Number(expiry) })
      }}
      className="flex flex-col gap-4"
    >
      <TextField
        label={t('createToken.name')}
        name="name"
        hint={t('createToken.nameHint')}
        value={name}
        onChange={setName}
        maxLength={100}
        error={errors.name}
        autoFocus
      />
      <SelectField
        label={t('createToken.scope')}
        name="profiles"
        value={scope}
        onChange={setScope}
        choices={[
          { value: ALL, label: t('tokens.allProfiles') },
          ...(profiles.data ?? []).map((profile) => ({ value: profile.id, label: t('createToken.onlyProfile', { name: profile.name }) })),
        ]}
        error={errors.profiles}
      />
      <SelectField<Expiry>
        label={t('createToken.expiry')}
        name="expiresInDays"
        value={expiry}
        onChange={setExpiry}
        choices={EXPIRIES.map((value) => ({ value, label: t(`createToken.expiries.${value}`) }))}
        error={errors.expiresInDays}
      />
      {missing === null && create.isError && Object.keys(errors).length === 0 && <ErrorState error={create.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
        <Button type="submit" variant="primary" busy={create.isPending}>
          {t('tokens.create')}
        </Button>
      </div>
    </form>
  )
}

function ShownToken({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useTranslation()
  return (
    <div className="flex flex-col gap-4">
      <Notice tone="warn" title={t('createToken.once')}>
        {t('createToken.onceText')}
      </Notice>
      <CopyLine label={t('createToken.word')} value={token} />
      <div className="flex justify-end">
        <Button variant="primary" onClick={onDone}>
          {t('createToken.done')}
        </Button>
      </div>
    </div>
  )
}
