import { SECRET_MASK, SOURCE_FIELDS, SOURCE_TYPES, type Source, type SourceField, type SourceType } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { newRow, toRecord } from '../../components/rows.ts'
import { RowsEditor } from '../../components/rows-editor.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { strayErrors } from '../../lib/field-errors.ts'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'

/** A new source, or one that exists. */
export function SourceDialog({ source, onClose }: { source: Source | 'new' | null; onClose: () => void }) {
  const { t } = useTranslation()
  const title = source === 'new' || source === null ? t('sources.add') : t('sources.editTitle', { name: source.name })
  return (
    <Dialog open={source !== null} onOpenChange={(open) => !open && onClose()} title={title} description={t('sources.dialogText')} stays>
      {source && <SourceForm source={source === 'new' ? null : source} onClose={onClose} />}
    </Dialog>
  )
}

function SourceForm({ source, onClose }: { source: Source | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const form = useRef<HTMLFormElement>(null)
  const [name, setName] = useState(source?.name ?? '')
  const [type, setType] = useState<SourceType>(source?.type ?? 'generic')
  const [values, setValues] = useState<Readonly<Record<string, string>>>(source?.metadata ?? {})
  const [rows, setRows] = useState(() =>
    source ? Object.entries(source.metadata).map(([key, value]) => ({ ...newRow(), name: key, value })) : [newRow()],
  )
  const done = (saved: Source, event: 'source.created' | 'source.updated') => {
    see({ type: event, source: saved })
    say(t('sources.saved', { name: saved.name }))
    onClose()
  }
  const create = useMutation(queries.sources.create.mutationOptions({ onSuccess: (saved) => done(saved, 'source.created') }))
  const update = useMutation(queries.sources.update.mutationOptions({ onSuccess: (saved) => done(saved, 'source.updated') }))
  const saving = source ? update : create
  const { errors, onInput } = useFormErrors(saving.error, form)
  const fields: readonly SourceField[] = SOURCE_FIELDS[type]
  const isGeneric = type === 'generic'
  const metadata = isGeneric ? toRecord(rows) : Object.fromEntries(fields.map(({ key }) => [key, values[key] ?? '']))
  const known = ['name', 'type', 'metadata', ...Object.keys(metadata).map((key) => `metadata.${key}`)]
  const stray = strayErrors(errors, known)

  const save = () => {
    if (saving.isPending) return
    if (source) update.mutate({ source: source.id, name, metadata, updatedAt: source.updatedAt })
    else create.mutate({ name, type, metadata })
  }

  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
      className="flex flex-col gap-4"
    >
      <TextField
        label={t('sources.name')}
        name="name"
        hint={t('sources.nameHint', { example: '{{source:name.key}}' })}
        value={name}
        onChange={setName}
        maxLength={100}
        error={errors.name}
        autoFocus
      />
      {!source && (
        <SelectField
          label={t('sources.type')}
          name="type"
          value={type}
          onChange={setType}
          choices={SOURCE_TYPES.map((value) => ({ value, label: t(`sources.types.${value}`) }))}
          error={errors.type}
        />
      )}
      {isGeneric ? (
        <RowsEditor
          name="metadata"
          label={t('sources.values')}
          hint={t('sources.valuesHint')}
          words={{
            add: t('sources.valueAdd'),
            name: (row) => t('sources.valueName', { row }),
            value: (row) => t('sources.valueValue', { row }),
            remove: (row) => t('sources.valueRemove', { row }),
          }}
          rows={rows}
          onChange={setRows}
          errors={errors}
        />
      ) : (
        fields.map(({ key, secret, choices }) => (
          <TextField
            key={key}
            label={key}
            name={`metadata.${key}`}
            {...(secret ? { hint: t('sources.secretHint') } : choices ? { hint: choices.join(', ') } : {})}
            {...(secret && !values[key]?.startsWith(SECRET_MASK) ? { type: 'password' } : {})}
            value={values[key] ?? ''}
            onChange={(value) => setValues({ ...values, [key]: value })}
            error={errors[`metadata.${key}`]}
            code
          />
        ))
      )}
      {stray.length > 0 && (
        <Notice tone="bad" title={t('error.fields')}>
          <ul>
            {stray.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Notice>
      )}
      {saving.isError && Object.keys(errors).length === 0 && <ErrorState error={saving.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button type="submit" variant="primary" busy={saving.isPending}>
          {source ? t('common.save') : t('sources.add')}
        </Button>
      </div>
    </form>
  )
}
