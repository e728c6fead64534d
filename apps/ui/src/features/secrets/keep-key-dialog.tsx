import type { KeyPlace } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'

/** A variable is set where the gateway is started, not here. */
const PLACES = ['os', 'passphrase', 'file'] as const satisfies readonly KeyPlace[]
type Place = (typeof PLACES)[number]

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
  present: KeyPlace | null
}

/** Chooses where the key is kept. One that exists moves, and everything stays readable. */
export function KeepKeyDialog({ open, onOpenChange, present }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('keepKey.title')} description={t('keepKey.description')}>
      <KeepKeyForm present={present} onDone={() => onOpenChange(false)} />
    </Dialog>
  )
}

function KeepKeyForm({ present, onDone }: { present: KeyPlace | null; onDone: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const form = useRef<HTMLFormElement>(null)
  const [place, setPlace] = useState<Place>(present === 'os' || present === null ? 'passphrase' : 'os')
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const [keyFile, setKeyFile] = useState('')
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const keep = useMutation(
    queries.secrets.keep.mutationOptions({
      gcTime: 0,
      onSuccess: () => {
        see({ type: 'secrets.changed' })
        say(t('keepKey.done'))
        onDone()
      },
    }),
  )
  const { errors, onInput } = useFormErrors(missing ?? keep.error, form)
  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (keep.isPending) return
        const same = place !== 'passphrase' || passphrase === again
        const empty = missingFields([{ path: 'again', value: same ? 'same' : '', message: t('keepKey.different') }])
        setMissing(empty)
        if (empty) return
        const file = keyFile.trim()
        keep.mutate({ place, ...(place === 'passphrase' && { passphrase }), ...(place === 'file' && file !== '' && { keyFile: file }) })
      }}
      className="flex flex-col gap-4"
    >
      <SelectField<Place>
        label={t('keepKey.place')}
        name="place"
        value={place}
        onChange={setPlace}
        choices={PLACES.map((value) => ({ value, label: t(`keepKey.places.${value}`), detail: t(`keepKey.details.${value}`) }))}
        error={errors.place}
      />
      {place === 'passphrase' && (
        <>
          <TextField
            label={t('keepKey.passphrase')}
            name="passphrase"
            hint={t('keepKey.passphraseHint')}
            type="password"
            autoComplete="new-password"
            value={passphrase}
            onChange={setPassphrase}
            error={errors.passphrase}
          />
          <TextField
            label={t('keepKey.again')}
            name="again"
            type="password"
            autoComplete="new-password"
            value={again}
            onChange={setAgain}
            error={errors.again}
          />
        </>
      )}
      {place === 'file' && (
        <>
          <TextField
            label={t('keepKey.file')}
            optional={t('common.optional')}
            name="keyFile"
            hint={t('keepKey.fileHint')}
            value={keyFile}
            onChange={setKeyFile}
            error={errors.keyFile}
            code
          />
          <Notice tone="warn" title={t('keepKey.weaker')}>
            {t('keepKey.weakerText')}
          </Notice>
        </>
      )}
      {missing === null && keep.isError && Object.keys(errors).length === 0 && <ErrorState error={keep.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>{t('common.cancel')}</Button>
        <Button type="submit" variant="primary" busy={keep.isPending}>
          {t('keepKey.submit')}
        </Button>
      </div>
    </form>
  )
}
