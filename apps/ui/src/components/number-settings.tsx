import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { typedNumber } from '../lib/typed-number.ts'
import { Button } from './button.tsx'
import { TextField } from './field.tsx'
import { Form } from './form.tsx'

interface Props<Name extends string> {
  saved: Readonly<Record<Name, number>>
  fields: readonly { readonly name: Name; readonly label: string }[]
  /** The mutation that saves them. */
  save: {
    readonly error: unknown
    readonly isPending: boolean
    readonly mutate: (values: Record<Name, number>, options: { onSuccess: () => void }) => void
  }
}

/** A few numbers that are saved together. What was typed stays while somebody else changes the rest. */
export function NumberSettings<Name extends string>({ saved, fields, save }: Props<Name>) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const textOf = (name: Name) => typed[name] ?? String(saved[name])
  const same = fields.every(({ name }) => textOf(name) === String(saved[name]))
  const submit = () => {
    const numbers = fields.map(({ name }) => [name, typedNumber(textOf(name))])
    if (!same) save.mutate(Object.fromEntries(numbers) as Record<Name, number>, { onSuccess: () => setTyped({}) })
  }
  return (
    <Form
      error={save.error}
      busy={save.isPending}
      onSubmit={submit}
      fields={fields.map(({ name }) => name)}
      actions={
        <Button type="submit" className="self-start" disabled={same} busy={save.isPending}>
          {t('common.save')}
        </Button>
      }
    >
      {(errors) => (
        <div className="flex flex-wrap gap-4">
          {fields.map(({ name, label }) => (
            <div key={name} className="min-w-0 flex-1 basis-48 sm:max-w-64">
              <TextField
                label={label}
                name={name}
                inputMode="numeric"
                value={textOf(name)}
                onChange={(value) => setTyped((before) => ({ ...before, [name]: value }))}
                error={errors[name]}
              />
            </div>
          ))}
        </div>
      )}
    </Form>
  )
}
