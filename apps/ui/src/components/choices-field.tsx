import { CheckboxField } from './checkbox-field.tsx'
import { FormField } from './field.tsx'

interface Props<T> {
  label: string
  name: string
  value: readonly T[]
  onChange: (value: readonly T[]) => void
  choices: readonly { readonly value: T; readonly label: string }[]
  hint?: string
  error?: string | undefined
}

/** Any number of a few. */
export function ChoicesField<T extends string>({ label, name, value, onChange, choices, hint, error }: Props<T>) {
  return (
    <FormField label={label} name={name} {...(hint !== undefined && { hint })} error={error}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a grid in every browser */}
      <div role="group" aria-label={label} className="grid max-h-52 gap-x-4 gap-y-1.5 overflow-y-auto py-1 sm:grid-cols-2">
        {choices.map((choice) => (
          <CheckboxField
            key={choice.value}
            label={choice.label}
            checked={value.includes(choice.value)}
            onChange={(checked) => onChange(checked ? [...value, choice.value] : value.filter((one) => one !== choice.value))}
          />
        ))}
      </div>
    </FormField>
  )
}
