import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { scrolls } from '../../components/code-block.tsx'
import { type JsonPart, jsonLines } from '../../lib/json-lines.ts'
import { shownText } from '../tools/server-text.tsx'

/** What is longer is folded: a screenful at most, in characters and in lines. */
const LONG = 400
const SHOWN = 200
const MANY_LINES = 300

const LOOK: Record<JsonPart['kind'], string> = {
  key: 'text-accent-text',
  string: 'text-ink',
  number: 'text-ok',
  word: 'text-ink-2',
  mark: 'text-ink-3',
}

/** A message as it is written, laid out over lines. Whatever is in it is text. */
export function JsonView({ label, text }: { label: string; text: string }) {
  const { t, i18n } = useTranslation()
  const lines = useMemo(() => jsonLines(text), [text])
  const [all, setAll] = useState(false)
  const shown = all ? lines : lines.slice(0, MANY_LINES)
  return (
    <div>
      <pre
        {...scrolls(label)}
        dir="ltr"
        className="quiet-scroll max-h-112 overflow-auto rounded-md border border-line bg-sunken py-2.5 ps-3.5 pe-3 text-sm leading-relaxed"
      >
        {shown.map(({ depth, parts }, line) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: the place of a line is all that it is
            key={line}
            className="wrap-anywhere whitespace-pre-wrap"
            // What does not fit on the line goes on below where it began.
            style={{ paddingInlineStart: `${depth * 2 + 2}ch`, textIndent: '-2ch' }}
          >
            {parts.map((part, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same
              <Part key={index} part={part} />
            ))}
          </div>
        ))}
      </pre>
      {lines.length > shown.length && (
        <button type="button" onClick={() => setAll(true)} className="mt-1 rounded-sm font-medium text-accent-text text-sm hover:underline">
          {t('call.lines', { count: new Intl.NumberFormat(i18n.language).format(lines.length) as never })}
        </button>
      )}
    </div>
  )
}

function Part({ part: { kind, text } }: { part: JsonPart }) {
  const { t, i18n } = useTranslation()
  const [whole, setWhole] = useState(false)
  if (text.length <= LONG || whole) return <span className={LOOK[kind]}>{shownText(text)}</span>
  return (
    <span className={LOOK[kind]}>
      {shownText(text.slice(0, SHOWN))}…{' '}
      <button
        type="button"
        onClick={() => setWhole(true)}
        className="rounded-sm bg-accent-soft px-1.5 indent-0 font-sans text-accent-text text-xs hover:underline"
      >
        {t('call.long', { count: new Intl.NumberFormat(i18n.language).format(text.length) as never })}
      </button>
    </span>
  )
}
