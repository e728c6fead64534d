import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { StaleEdit } from '../lib/use-stale-edit.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

/** What was changed elsewhere while a form is open: a quiet word, and both values beside each other to choose from. */
export function StaleEditNotice({ edit }: { edit: StaleEdit }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const { changes, refused } = edit
  if (changes.length === 0)
    return refused ? (
      <Notice tone="warn" title={t('stale.refused')}>
        {t('stale.elsewhere')}
      </Notice>
    ) : null
  if (!refused && !isOpen) {
    return (
      <Notice
        tone="info"
        title={t('stale.meanwhile')}
        actions={
          <Button size="small" onClick={() => setOpen(true)}>
            {t('stale.compare')}
          </Button>
        }
      >
        {t('stale.fields', { names: changes.map(({ label }) => label).join(', ') })}
      </Notice>
    )
  }
  return <Merge edit={edit} onDone={() => setOpen(false)} />
}

function Merge({ edit, onDone }: { edit: StaleEdit; onDone: () => void }) {
  const { t } = useTranslation()
  const box = useRef<HTMLElement>(null)
  const [chosen, setChosen] = useState<Readonly<Record<string, 'mine' | 'theirs'>>>({})
  // Nothing that was typed goes unless it was chosen so.
  const choiceOf = (label: string, touched: boolean) => chosen[label] ?? (touched ? 'mine' : 'theirs')
  useEffect(() => box.current?.focus(), [])
  return (
    <section
      ref={box}
      tabIndex={-1}
      aria-label={t('stale.title')}
      className="arrive rounded-md border border-warn/30 bg-warn-soft px-3.5 py-3 outline-none"
    >
      <p className="font-medium">{t('stale.title')}</p>
      <p className="text-ink-2 text-sm">{t('stale.text')}</p>
      <div className="mt-3 flex flex-col gap-3">
        {edit.changes.map(({ label, mine, theirs, touched }) => (
          <fieldset key={label} className="min-w-0">
            <legend className="mb-1 font-medium text-sm">{label}</legend>
            <div className="grid gap-2 sm:grid-cols-2">
              {(['mine', 'theirs'] as const).map((side) => (
                <label
                  key={side}
                  className="flex min-w-0 items-start gap-2 rounded-md border border-line-strong/70 bg-surface px-2.5 py-2 has-checked:border-accent-text"
                >
                  <input
                    type="radio"
                    name={`stale ${label}`}
                    checked={choiceOf(label, touched) === side}
                    onChange={() => setChosen({ ...chosen, [label]: side })}
                    className="mt-1 accent-(--accent)"
                  />
                  <span className="min-w-0">
                    <span className="block text-ink-3 text-xs">
                      {side === 'theirs' ? t('stale.theirs') : touched ? t('stale.mine') : t('stale.before')}
                    </span>
                    <span dir="auto" className="wrap-anywhere block max-h-32 overflow-y-auto whitespace-pre-wrap">
                      {(side === 'mine' ? mine : theirs) || t('stale.empty')}
                    </span>
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
        ))}
      </div>
      <Button
        className="mt-3"
        onClick={() => {
          edit.resolve((label) => {
            const change = edit.changes.find((one) => one.label === label)
            return choiceOf(label, change?.touched ?? true) === 'theirs'
          })
          onDone()
        }}
      >
        {t('stale.take')}
      </Button>
    </section>
  )
}
