import { SECRET_MASK, SOURCE_FIELDS, SOURCE_TYPES, type Source, type SourceField, type SourceType } from '@local-mcp/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { useUnsaved } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { newRow, type Row, toRecord } from '../../components/rows.ts'
import { RowsEditor } from '../../components/rows-editor.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { StaleEditNotice } from '../../components/stale-edit.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useSources } from '../../lib/use-nouns.ts'
import { useStaleEdit } from '../../lib/use-stale-edit.ts'

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

interface Values {
  readonly name: string
  readonly type: SourceType
  /** Of a type that says what it has. */
  readonly values: Readonly<Record<string, string>>
  /** Of type `generic`. */
  readonly rows: readonly Row[]
}

const EMPTY: Values = { name: '', type: 'generic', values: {}, rows: [] }

function valuesOf(source: Source | null): Values {
  if (source === null) return EMPTY
  const { name, type, metadata } = source
  return { name, type, values: metadata, rows: Object.entries(metadata).map(([key, value]) => ({ ...newRow(), name: key, value })) }
}

function metadataOf({ type, values, rows }: Values): Record<string, string> {
  const fields: readonly SourceField[] = SOURCE_FIELDS[type]
  return type === 'generic' ? toRecord(rows) : Object.fromEntries(fields.map(({ key }) => [key, values[key] ?? '']))
}

/** What was typed into a new secret is not shown: whether there is one counts. */
const shownOf = (source: Source | null, metadata: Record<string, string>) =>
  Object.entries(metadata)
    .map(([key, value]) => `${key} = ${source?.secretKeys.includes(key) && !value.startsWith(SECRET_MASK) ? '•••' : value}`)
    .toSorted()
    .join('\n')

function SourceForm({ source, onClose }: { source: Source | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const cache = useQueryClient()
  const say = useSay()
  const see = useSee()
  const sources = useSources()
  const [typed, setTyped] = useState(() => ({ ...valuesOf(source), ...(source === null && { rows: [newRow()] }) }))
  const set = (part: Partial<Values>) => setTyped((before) => ({ ...before, ...part }))
  const { name, type, values, rows } = typed
  const done = (saved: Source, event: 'source.created' | 'source.updated') => {
    see({ type: event, source: saved })
    say(t('sources.saved', { name: saved.name }))
    onClose()
  }
  const create = useMutation(queries.sources.create.mutationOptions({ onSuccess: (saved) => done(saved, 'source.created') }))
  const update = useMutation(queries.sources.update.mutationOptions({ onSuccess: (saved) => done(saved, 'source.updated') }))
  const saving = source ? update : create
  const edit = useStaleEdit<Source | null, Values>({
    live: sources.data?.find(({ id }) => id === source?.id) ?? source,
    stampOf: (row) => row?.updatedAt ?? 0,
    valuesOf,
    fields: [
      { label: t('sources.name'), show: (one) => one.name, take: (into, from) => ({ ...into, name: from.name }) },
      {
        label: t('sources.values'),
        show: (one) => shownOf(source, metadataOf(one)),
        take: (into, from) => ({ ...into, values: from.values, rows: from.rows }),
      },
    ],
    values: typed,
    onChange: setTyped,
    save: saving,
    refresh: () => void cache.invalidateQueries({ queryKey: queries.sources.list.key() }),
  })
  useUnsaved(edit.isDirty)
  const fields: readonly SourceField[] = SOURCE_FIELDS[type]
  const metadata = metadataOf(typed)

  const save = () => {
    if (source) update.mutate({ source: source.id, name, metadata, updatedAt: edit.stamp })
    else create.mutate({ name, type, metadata })
  }

  return (
    <Form
      error={edit.error}
      busy={saving.isPending}
      onSubmit={save}
      fields={['name', 'type', 'metadata', ...Object.keys(metadata).map((key) => `metadata.${key}`)]}
      actions={
        <>
          <StaleEditNotice edit={edit} />
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button type="submit" variant="primary" busy={saving.isPending}>
              {source ? t('common.save') : t('sources.add')}
            </Button>
          </div>
        </>
      }
    >
      {(errors) => (
        <>
          <TextField
            label={t('sources.name')}
            name="name"
            hint={t('sources.nameHint', { example: '{{source:name.key}}' })}
            value={name}
            onChange={(next) => set({ name: next })}
            maxLength={100}
            error={errors.name}
            autoFocus
          />
          {!source && (
            <SelectField
              label={t('sources.type')}
              name="type"
              value={type}
              onChange={(next) => set({ type: next })}
              choices={SOURCE_TYPES.map((value) => ({ value, label: t(`sources.types.${value}`) }))}
              error={errors.type}
            />
          )}
          {type === 'generic' ? (
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
              onChange={(next) => set({ rows: next })}
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
                onChange={(value) => set({ values: { ...values, [key]: value } })}
                error={errors[`metadata.${key}`]}
                code
              />
            ))
          )}
        </>
      )}
    </Form>
  )
}
