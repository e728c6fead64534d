import { type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { readError } from '../connect.ts'
import { strayErrors } from '../lib/field-errors.ts'
import { useFormErrors } from '../lib/use-form-errors.ts'
import { ErrorState } from './error-state.tsx'
import { Notice } from './notice.tsx'

export type Errors = Readonly<Record<string, string>>

interface Props {
  /** Why it was not saved; of what is missing too. */
  error: unknown
  busy: boolean
  onSubmit: () => void
  className?: string
  /** Fields by their place in the input. What was refused elsewhere is told below them. */
  fields: readonly string[]
  children: (errors: Errors) => ReactNode
  /** Buttons, below what went wrong. */
  actions?: ReactNode
}

/**
 * What every form does: it asks no browser about its fields, submits once at a time, gives the focus to the first
 * field that was refused, keeps what was typed, and tells what no field stands for.
 */
export function Form({ error, busy, onSubmit, className = 'flex flex-col gap-4', fields, children, actions }: Props) {
  const { t } = useTranslation()
  const form = useRef<HTMLFormElement>(null)
  const { errors, onInput } = useFormErrors(error, form)
  const stray = strayErrors(errors, fields)
  const untold = error !== null && error !== undefined && readError(error).fields.length === 0
  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) onSubmit()
      }}
      className={className}
    >
      {children(errors)}
      {stray.length > 0 && (
        <Notice tone="bad" title={t('error.fields')}>
          <ul>
            {stray.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Notice>
      )}
      {untold && <ErrorState error={error} />}
      {actions}
    </form>
  )
}
