import { splitCommand, visibleText } from '@local-mcp/kernel'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import type { Row } from '../../components/rows.ts'
import { RowsEditor } from '../../components/rows-editor.tsx'
import { strayErrors } from '../../lib/field-errors.ts'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
import { ApiKeyField } from './api-key-field.tsx'
import { KindPicker } from './kind-picker.tsx'
import { ServerAdvanced } from './server-advanced.tsx'
import { asksForPrivateNetwork, asksForReservedEnv, type ServerFormValues, suggestedName } from './server-form-values.ts'
import { SourcePicker } from './source-picker.tsx'
import { StoreAsSecret } from './store-as-secret.tsx'

/** How a value refers to a stored secret. */
const REFERENCE = '{{secret:name}}'

/** A key that is pasted in the clear can be stored sealed on the spot. */
const offerToStore = (row: Row, change: (value: string) => void) => <StoreAsSecret row={row} onStored={change} />

interface Props {
  values: ServerFormValues
  onChange: (values: ServerFormValues) => void
  onSubmit: () => void
  submit: string
  /** A page, or what is done instead. */
  cancel: string | (() => void)
  busy: boolean
  error: unknown
  /** The type of a server is fixed once it exists. */
  fixedKind?: boolean
  children?: ReactNode
}

/** What a server runs or where it is, for a new one and for one that exists. */
export function ServerForm({ values, onChange, onSubmit, submit, cancel, busy, error, fixedKind = false, children }: Props) {
  const { t } = useTranslation()
  const form = useRef<HTMLFormElement>(null)
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const { errors, onInput } = useFormErrors(missing ?? error, form)
  const set = (part: Partial<ServerFormValues>) => onChange({ ...values, ...part })
  const { kind } = values

  const argErrors = Object.entries(errors).filter(([path]) => path === 'config.command' || path.startsWith('config.args'))
  const rowPaths = (kind === 'external' ? values.env : values.headers).map(
    (row) => `${kind === 'external' ? 'config.env' : 'config.headers'}.${row.name}`,
  )
  const known = [
    'name',
    'config.cwd',
    'config.url',
    'config.allowPrivateNetwork',
    ...(asksForReservedEnv(values) ? ['config.allowReservedEnv'] : []),
    'config.protocol',
    'config.postEndpoint',
    'config.env',
    'config.headers',
    'apiKey.value',
    'apiKey.headerName',
    'apiKey.template',
    ...rowPaths,
    ...argErrors.map(([path]) => path),
  ]
  const stray = strayErrors(errors, known)
  // A refusal that is told at its fields needs no second telling, unless a field is out of sight.
  const told = error && Object.keys(errors).length > 0 && stray.length === 0

  const submitForm = (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    const place = kind === 'external' ? { path: 'config.command', value: values.line } : { path: 'config.url', value: values.url }
    const empty = missingFields([
      { ...place, message: t(kind === 'external' ? 'serverForm.commandMissing' : 'serverForm.urlMissing') },
      { path: 'name', value: values.name ?? suggestedName(values), message: t('common.nameMissing') },
    ])
    setMissing(empty)
    if (empty === null) onSubmit()
  }

  const name = (
    <TextField
      label={t('serverForm.name')}
      name="name"
      hint={t('serverForm.nameHint')}
      value={values.name ?? suggestedName(values)}
      onChange={(name) => set({ name })}
      maxLength={255}
      error={errors.name}
    />
  )

  return (
    <form ref={form} noValidate onSubmit={submitForm} onInput={onInput} className="flex flex-col gap-5">
      {!fixedKind && <KindPicker value={kind} onChange={(next) => set({ kind: next })} />}
      {kind === 'external' ? (
        <>
          <div className="flex flex-col gap-2">
            <TextField
              label={t('serverForm.command')}
              name="config.command"
              hint={t('serverForm.commandHint')}
              placeholder="npx -y @modelcontextprotocol/server-everything"
              value={values.line}
              onChange={(line) => set({ line })}
              error={argErrors[0]?.[1]}
              code
              autoFocus={!fixedKind}
            />
            <CommandPreview line={values.line} />
          </div>
          {name}
          <RowsEditor
            name="config.env"
            label={t('serverForm.env')}
            hint={t('serverForm.envHint', { example: REFERENCE })}
            words={{
              add: t('serverForm.envAdd'),
              name: (row) => t('serverForm.envName', { row }),
              value: (row) => t('serverForm.envValue', { row }),
              remove: (row) => t('serverForm.envRemove', { row }),
            }}
            rows={values.env}
            onChange={(env) => set({ env })}
            errors={errors}
            below={offerToStore}
          />
          {asksForReservedEnv(values) && (
            <CheckboxField
              name="config.allowReservedEnv"
              label={t('serverForm.reserved')}
              hint={t('serverForm.reservedHint')}
              checked={values.allowReservedEnv}
              onChange={(allowReservedEnv) => set({ allowReservedEnv })}
              error={errors['config.allowReservedEnv']}
            />
          )}
          <TextField
            label={t('serverForm.cwd')}
            optional={t('common.optional')}
            name="config.cwd"
            hint={t('serverForm.cwdHint')}
            value={values.cwd}
            onChange={(cwd) => set({ cwd })}
            error={errors['config.cwd']}
            code
          />
        </>
      ) : (
        <>
          <TextField
            label={t('serverForm.url')}
            name="config.url"
            hint={t('serverForm.urlHint')}
            placeholder="https://mcp.example.com/mcp"
            inputMode="url"
            value={values.url}
            onChange={(url) => set({ url })}
            error={errors['config.url']}
            code
            autoFocus={!fixedKind}
          />
          {asksForPrivateNetwork(values, errors) && (
            <CheckboxField
              name="config.allowPrivateNetwork"
              label={t('serverForm.private')}
              hint={t('serverForm.privateHint')}
              checked={values.allowPrivateNetwork}
              onChange={(allowPrivateNetwork) => set({ allowPrivateNetwork })}
              error={errors['config.allowPrivateNetwork']}
            />
          )}
          {name}
          <ApiKeyField values={values} onChange={set} errors={errors} />
          <RowsEditor
            name="config.headers"
            label={t('serverForm.headers')}
            hint={t('serverForm.headersHint', { example: REFERENCE })}
            words={{
              add: t('serverForm.headerAdd'),
              name: (row) => t('serverForm.headerName', { row }),
              value: (row) => t('serverForm.headerValue', { row }),
              remove: (row) => t('serverForm.headerRemove', { row }),
            }}
            rows={values.headers}
            onChange={(headers) => set({ headers })}
            errors={errors}
            below={offerToStore}
          />
        </>
      )}
      <SourcePicker chosen={values.sourceIds} onChange={(sourceIds) => set({ sourceIds })} />
      <ServerAdvanced values={values} onChange={set} errors={errors} fixedKind={fixedKind} />
      {children}
      {stray.length > 0 && (
        <Notice tone="bad" title={t('error.fields')}>
          <ul>
            {stray.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Notice>
      )}
      {missing === null && error !== null && error !== undefined && !told && stray.length === 0 && <ErrorState error={error} />}
      <div className="flex flex-wrap gap-2 border-line border-t pt-4">
        <Button type="submit" variant="primary" busy={busy}>
          {submit}
        </Button>
        <Button {...(typeof cancel === 'string' ? { href: cancel } : { onClick: cancel })}>{t('common.cancel')}</Button>
      </div>
    </form>
  )
}

/** How the line is understood, word by word: quoting mistakes are seen before anything is saved. */
function CommandPreview({ line }: { line: string }) {
  const { t } = useTranslation()
  const { command, args, problem } = splitCommand(line)
  if (command === '') return null
  return (
    <div className="flex flex-col gap-2">
      {(args.length > 0 || problem) && (
        <ol aria-label={t('serverForm.preview')} dir="ltr" className="flex flex-wrap gap-1">
          {[command, ...args].map((word, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place of a word is all that it is
            <li key={index} className="wrap-anywhere max-w-full rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-ink-2 text-xs">
              {visibleText(word) || '""'}
            </li>
          ))}
        </ol>
      )}
      {problem && <Notice tone="warn" title={t(`serverForm.problem.${problem}`)} />}
    </div>
  )
}
