import { RIGHTS } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ChoicesField } from '../../components/choices-field.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
import { ACCESSES, EXPIRIES, type Expiry, emptyToken, type TokenFormValues, toTokenInput } from './token-form-values.ts'
import { TokenLimits } from './token-limits.tsx'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
}

interface Shown {
  name: string
  token: string
}

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
  const form = useRef<HTMLFormElement>(null)
  const [values, setValues] = useState(() => emptyToken(Intl.DateTimeFormat().resolvedOptions().timeZone))
  const change = (part: Partial<TokenFormValues>) => setValues((before) => ({ ...before, ...part }))
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
        const empty = missingFields([{ path: 'name', value: values.name, message: t('common.nameMissing') }])
        setMissing(empty)
        if (empty === null) create.mutate(toTokenInput(values))
      }}
      className="flex flex-col gap-4"
    >
      <TextField
        label={t('createToken.name')}
        name="name"
        hint={t('createToken.nameHint')}
        value={values.name}
        onChange={(name) => change({ name })}
        maxLength={100}
        error={errors.name}
        autoFocus
      />
      <TextField
        label={t('createToken.note')}
        optional={t('common.optional')}
        name="description"
        value={values.description}
        onChange={(description) => change({ description })}
        maxLength={500}
        error={errors.description}
      />
      <SelectField
        label={t('createToken.access')}
        name="access"
        value={values.access}
        onChange={(access) => change({ access })}
        choices={ACCESSES.map((value) => ({
          value,
          label: t(`createToken.accesses.${value}`),
          detail: t(`createToken.accessText.${value}`),
        }))}
        error={errors.access}
      />
      {values.access === 'custom' && (
        <ChoicesField
          label={t('createToken.rights')}
          name="permissions"
          value={values.rights}
          onChange={(rights) => change({ rights })}
          choices={RIGHTS.map((right) => ({ value: right, label: right }))}
          error={errors.permissions}
        />
      )}
      <SelectField<Expiry>
        label={t('createToken.expiry')}
        name="expiresInDays"
        value={values.expiry}
        onChange={(expiry) => change({ expiry })}
        choices={EXPIRIES.map((value) => ({ value, label: t(`createToken.expiries.${value}`) }))}
        error={errors.expiresInDays}
      />
      <TokenLimits values={values} onChange={change} errors={errors} />
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
