import { Field } from '@base-ui/react/field'
import type { ComponentProps, ReactNode } from 'react'

export const controlLook =
  'w-full min-w-0 rounded-md border border-line-strong/70 bg-surface px-2.5 text-ink transition-colors duration-(--quick) hover:border-line-strong focus-visible:border-accent-text focus-visible:outline-offset-0 data-invalid:border-bad aria-invalid:border-bad'

interface FieldProps {
  label: ReactNode
  /** Place of the value in the operation's input: server errors find the field by it. */
  name: string
  hint?: ReactNode
  error?: string | undefined
  optional?: string
  children: ReactNode
}

/** Label, hint and error around one control. */
export function FormField({ label, name, hint, error, optional, children }: FieldProps) {
  return (
    <Field.Root name={name} invalid={error !== undefined} className="flex flex-col gap-1">
      <Field.Label className="font-medium">
        {label}
        {optional && <span className="ms-1.5 font-normal text-ink-3">{optional}</span>}
      </Field.Label>
      {children}
      {hint && <Field.Description className="text-ink-3 text-sm">{hint}</Field.Description>}
      <Field.Error match={error !== undefined} className="text-bad text-sm">
        {error}
      </Field.Error>
    </Field.Root>
  )
}

type TextFieldProps = Omit<FieldProps, 'children'> &
  Pick<ComponentProps<'input'>, 'placeholder' | 'autoFocus' | 'maxLength' | 'type' | 'inputMode' | 'autoComplete' | 'required'> & {
    value: string
    onChange: (value: string) => void
    code?: boolean
    rows?: number
  }

/** One line of text, or several with `rows`. */
export function TextField({ value, onChange, code = false, rows, label, name, hint, error, optional, ...input }: TextFieldProps) {
  return (
    <FormField label={label} name={name} {...(hint !== undefined && { hint })} error={error} {...(optional !== undefined && { optional })}>
      <Field.Control
        dir="auto"
        value={value}
        onValueChange={onChange}
        spellCheck={code ? false : undefined}
        autoCapitalize={code ? 'none' : undefined}
        autoComplete="off"
        className={`${controlLook} ${rows ? 'py-2' : 'h-9'} ${code ? 'font-mono text-sm' : ''}`}
        {...(rows !== undefined && { render: <textarea rows={rows} /> })}
        {...input}
      />
    </FormField>
  )
}
