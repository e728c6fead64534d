import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
import { AskFields } from './ask-fields.tsx'
import { Words } from './consent-panel.tsx'
import { DraftNotes, SkippedNotes } from './draft-notes.tsx'
import { type Answers, type Candidate, openAsks, shownOfDraft, suggestedAnswers } from './draft-values.ts'

/** Asks for what one server leaves open, before the form is filled with it. */
export function DraftNeeds({
  candidate,
  onAnswered,
  onBack,
}: {
  candidate: Candidate
  onAnswered: (answers: Answers) => void
  onBack: () => void
}) {
  const { t } = useTranslation()
  const { draft } = candidate
  const form = useRef<HTMLFormElement>(null)
  const [answers, setAnswers] = useState(() => suggestedAnswers(draft))
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const { errors, onInput } = useFormErrors(missing, form)

  return (
    <Card title={t('asks.title', { name: draft.name })} description={t('asks.description')}>
      <form
        ref={form}
        noValidate
        onInput={onInput}
        onSubmit={(event) => {
          event.preventDefault()
          const open = missingFields(
            openAsks(draft, answers).map(({ name }) => ({ path: `ask.${name}`, value: '', message: t('asks.missing') })),
          )
          setMissing(open)
          if (open === null) onAnswered(answers)
        }}
        className="flex flex-col gap-5"
      >
        <SkippedNotes skipped={candidate.skipped} />
        <DraftNotes candidate={candidate} />
        <Words words={shownOfDraft(draft, answers).words} label={t('url' in draft.config ? 'consent.url' : 'asks.runs')} />
        <AskFields asks={draft.asks} answers={answers} onChange={setAnswers} prefix="ask" errors={errors} />
        <div className="flex flex-wrap gap-2 border-line border-t pt-4">
          <Button type="submit" variant="primary">
            {t('asks.submit')}
          </Button>
          <Button onClick={onBack}>{t('addServer.back')}</Button>
        </div>
      </form>
    </Card>
  )
}
