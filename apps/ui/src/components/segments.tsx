import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'

interface Props<T> {
  label: string
  value: T
  onChange: (value: T) => void
  choices: readonly { readonly value: T; readonly label: string }[]
}

/** One of two or three, all of them in sight. */
export function Segments<T extends string>({ label, value, onChange, choices }: Props<T>) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next)}
      className="inline-flex shrink-0 gap-0.5 rounded-md bg-sunken p-0.5"
    >
      {choices.map((choice) => (
        <Radio.Root
          key={choice.value}
          value={choice.value}
          aria-label={choice.label}
          className="h-6.5 whitespace-nowrap rounded-sm px-2.5 text-ink-2 text-sm transition-colors duration-(--quick) hover:text-ink data-checked:bg-surface data-checked:font-medium data-checked:text-ink data-checked:shadow-raised forced-colors:data-checked:outline"
        >
          {choice.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  )
}
