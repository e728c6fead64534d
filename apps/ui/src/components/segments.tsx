import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useId } from 'react'

interface Props<T> {
  label: string
  value: T
  onChange: (value: T) => void
  choices: readonly { readonly value: T; readonly label: string }[]
}

/** One of two or three, side by side, at once. */
export function Segments<T extends string>({ label, value, onChange, choices }: Props<T>) {
  const id = useId()
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1.5 py-2.5">
      <span id={id} className="font-medium">
        {label}
      </span>
      <RadioGroup
        aria-labelledby={id}
        value={value}
        onValueChange={(next) => onChange(next as T)}
        className="flex max-w-full flex-wrap rounded-md border border-line-strong/70 bg-sunken p-0.5"
      >
        {choices.map((choice) => (
          <Radio.Root
            key={choice.value}
            value={choice.value}
            aria-label={choice.label}
            className="flex min-h-7 items-center rounded-sm px-3 text-ink-2 text-sm transition-colors duration-(--quick) hover:text-ink data-checked:bg-surface data-checked:font-medium data-checked:text-ink data-checked:shadow-raised forced-colors:data-checked:bg-[Highlight] forced-colors:data-checked:text-[HighlightText]"
          >
            {choice.label}
          </Radio.Root>
        ))}
      </RadioGroup>
    </div>
  )
}
