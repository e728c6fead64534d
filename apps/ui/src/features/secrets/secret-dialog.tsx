import type { Secret } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useNameOf } from './use-name-of.ts'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** The one whose value is replaced; null: a new one. */
  replaced: Secret | null
}

/** Stores a value. It is shown to nobody afterwards. */
export function SecretDialog({ open, onOpenChange, replaced }: Props) {
  const { t } = useTranslation()
  const nameOf = useNameOf()
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={replaced ? t('secrets.replaceTitle', { name: nameOf(replaced) }) : t('secrets.addTitle')}
      description={t('secrets.addText')}
    >
      <SecretForm replaced={replaced} onDone={() => onOpenChange(false)} />
    </Dialog>
  )
}

function SecretForm({ replaced, onDone }: { replaced: Secret | null; onDone: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const [lines, setLines] = useState(false)
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const done = {
    // What was typed must not lie about in memory.
    gcTime: 0,
    onSuccess: () => {
      see({ type: 'secrets.changed' })
      say(t('secrets.storedNow'))
      onDone()
    },
  }
  const create = useMutation(queries.secrets.create.mutationOptions(done))
  const replace = useMutation(queries.secrets.replace.mutationOptions(done))
  const { error, isPending } = replaced ? replace : create
  const submit = () => {
    const empty = missingFields([
      ...(replaced ? [] : [{ path: 'name', value: name, message: t('common.nameMissing') }]),
      { path: 'value', value, message: t('secrets.valueMissing') },
    ])
    setMissing(empty)
    if (empty) return
    if (replaced) replace.mutate({ secret: replaced.id, value })
    else create.mutate({ name, value })
  }
  return (
    <Form
      error={missing ?? error}
      busy={isPending}
      onSubmit={submit}
      fields={['name', 'value']}
      actions={
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onDone}>{t('common.cancel')}</Button>
          <Button type="submit" variant="primary" busy={isPending}>
            {t('secrets.store')}
          </Button>
        </div>
      }
    >
      {(errors) => (
        <>
          {!replaced && (
            <TextField
              label={t('secrets.name')}
              name="name"
              hint={t('secrets.nameHint', { example: `{{secret:${name.trim() || 'name'}}}` })}
              value={name}
              onChange={setName}
              maxLength={64}
              error={errors.name}
              code
              autoFocus
            />
          )}
          <TextField
            label={t('secrets.value')}
            name="value"
            value={value}
            onChange={setValue}
            error={errors.value}
            code
            {...(lines ? { rows: 6 } : { type: 'password', autoComplete: 'new-password' })}
          />
          <CheckboxField name="lines" label={t('secrets.lines')} hint={t('secrets.linesHint')} checked={lines} onChange={setLines} />
        </>
      )}
    </Form>
  )
}
