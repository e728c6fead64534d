import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { Globe, SquareTerminal } from 'lucide-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { ServerKind } from './server-form-values.ts'

const KINDS = [
  { value: 'external', Icon: SquareTerminal, key: 'kindCommand' },
  { value: 'remote_http', Icon: Globe, key: 'kindUrl' },
] as const

/** A program on this computer, or an address. */
export function KindPicker({ value, onChange }: { value: ServerKind; onChange: (kind: ServerKind) => void }) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <div>
      <p id={id} className="mb-1 font-medium">
        {t('serverForm.kind')}
      </p>
      <RadioGroup aria-labelledby={id} value={value} onValueChange={(next) => onChange(next)} className="grid gap-2 sm:grid-cols-2">
        {KINDS.map(({ value: kind, Icon, key }) => (
          <Radio.Root
            key={kind}
            value={kind}
            aria-label={t(`serverForm.${key}`)}
            className="flex items-start gap-3 rounded-md border border-line-strong/70 bg-surface px-3.5 py-3 text-start transition-colors duration-(--quick) hover:bg-hover data-checked:border-accent data-checked:bg-accent-soft"
          >
            <Icon aria-hidden className="mt-0.5 size-4.5 shrink-0 text-ink-2" />
            <span className="min-w-0 flex-1">
              <span className="block font-medium">{t(`serverForm.${key}`)}</span>
              <span className="block text-ink-2 text-sm">{t(`serverForm.${key}Text`)}</span>
            </span>
            <span
              className={`mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full border ${kind === value ? 'border-accent' : 'border-line-strong'}`}
            >
              <Radio.Indicator className="size-2 rounded-full bg-accent forced-colors:bg-[Highlight]" />
            </span>
          </Radio.Root>
        ))}
      </RadioGroup>
    </div>
  )
}
