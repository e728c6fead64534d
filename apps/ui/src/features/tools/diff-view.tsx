import { lineDiff } from '@local-mcp/kernel'
import { useTranslation } from 'react-i18next'
import { scrolls } from '../../components/code-block.tsx'
import { shownText } from './server-text.tsx'

const LOOK = { same: 'text-ink-3', old: 'bg-bad-soft text-bad', new: 'bg-ok-soft text-ok' } as const
const MARK = { same: ' ', old: '−', new: '+' } as const

/** Two texts line by line. Not by colour alone: each line begins with its mark, which is read out as a word. */
export function DiffView({ label, before, after }: { label: string; before: string; after: string }) {
  const { t } = useTranslation()
  return (
    <pre
      {...scrolls(label)}
      dir="ltr"
      className="quiet-scroll max-h-96 overflow-auto rounded-md border border-line bg-sunken py-2 text-sm leading-relaxed"
    >
      {lineDiff(before, after).map(({ kind, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place of a line is all that it is
        <div key={index} className={`wrap-anywhere whitespace-pre-wrap px-3.5 ${LOOK[kind]}`}>
          <span aria-hidden>{`${MARK[kind]} `}</span>
          {kind !== 'same' && <span className="sr-only">{t(`diff.${kind}`)}</span>}
          {shownText(text)}
        </div>
      ))}
    </pre>
  )
}
