import { useTranslation } from 'react-i18next'
import { scrolls } from './code-block.tsx'
import { CopyButton } from './copy-button.tsx'

/** A value to take along: one line that can be selected, and a button that copies it. */
export function CopyLine({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation()
  return (
    <div className="flex min-w-0 items-center gap-1 rounded-md border border-line bg-sunken ps-3 pe-0.5">
      <code
        {...scrolls(label)}
        dir="ltr"
        className="quiet-scroll min-w-0 flex-1 overflow-x-auto whitespace-nowrap py-1.5 text-ink [scrollbar-width:none]"
      >
        {value}
      </code>
      <CopyButton label={t('copy.label', { what: label })} value={value} />
    </div>
  )
}
