import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'

interface Props<T> {
  label: string
  value: T
  onChange: (value: T) => void
  choices: readonly { readonly value: T; readonly label: string }[]
}

/** One of two or three, all of them in sight, at once. */
export function Segments<T extends string>({ label, value, onChange, choices }: Props<T>) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next)}
      className="inline-flex min-w-0 max-w-full flex-wrap gap-0.5 rounded-md bg-sunken p-0.5"
    >
      {choices.map((choice) => (
        <Radio.Root
          key={choice.value}
          value={choice.value}
          aria-label={choice.label}
          className="flex min-h-6.5 items-center whitespace-nowrap rounded-sm px-2.5 text-ink-2 text-sm transition-colors duration-(--quick) hover:text-ink data-checked:bg-surface data-checked:font-medium data-checked:text-ink data-checked:shadow-raised forced-colors:data-checked:bg-[Highlight] forced-colors:data-checked:text-[HighlightText]"
        >
          {choice.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  )
}
