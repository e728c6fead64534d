import { Checkbox } from '@base-ui/react/checkbox'
import { Field } from '@base-ui/react/field'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

interface Props {
  label: ReactNode
  /** A fact beside the label that is not part of its name. */
  tag?: ReactNode
  hint?: ReactNode
  name?: string
  checked: boolean
  onChange: (checked: boolean) => void
  error?: string | undefined
}

export function CheckboxField({ label, tag, hint, name, checked, onChange, error }: Props) {
  return (
    <Field.Root {...(name !== undefined && { name })} invalid={error !== undefined}>
      <div className="flex items-start gap-2">
        <Field.Label className="flex min-w-0 items-start gap-2.5">
          <Checkbox.Root
            checked={checked}
            onCheckedChange={onChange}
            className="mt-0.5 flex size-4.5 shrink-0 items-center justify-center rounded-sm border border-line-strong bg-surface transition-colors duration-(--quick) data-checked:border-accent data-checked:bg-accent data-invalid:border-bad"
          >
            <Checkbox.Indicator>
              <Check aria-hidden className="size-3.5 text-accent-ink" strokeWidth={3} />
            </Checkbox.Indicator>
          </Checkbox.Root>
          <span dir="auto" className="wrap-anywhere min-w-0">
            {label}
          </span>
        </Field.Label>
        {tag}
      </div>
      {hint && <Field.Description className="mt-0.5 ps-7 text-ink-3 text-sm">{hint}</Field.Description>}
      <Field.Error match={error !== undefined} className="ps-7 text-bad text-sm">
        {error}
      </Field.Error>
    </Field.Root>
  )
}
