import { useTranslation } from 'react-i18next'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { TextField } from '../../components/field.tsx'
import { AskFields } from './ask-fields.tsx'
import { Words } from './consent-panel.tsx'
import { DraftNotes } from './draft-notes.tsx'
import { type Answers, type Candidate, shownOfDraft } from './draft-values.ts'
import { isPrivateUrl } from './private-host.ts'

/** What the person decided about one of several servers. */
export interface Choice {
  readonly chosen: boolean
  readonly name: string
  readonly answers: Answers
  readonly allowPrivateNetwork: boolean
}

interface Props {
  candidate: Candidate
  choice: Choice
  onChange: (part: Partial<Choice>) => void
  errors: Readonly<Record<string, string>>
}

/** One server out of a snippet: the whole of what it runs, and what it asks for. */
export function DraftCard({ candidate, choice, onChange, errors }: Props) {
  const { t } = useTranslation()
  const { id, draft } = candidate
  const { chosen, name, answers, allowPrivateNetwork } = choice
  const { words, settings } = shownOfDraft(draft, answers)
  const isUrl = 'url' in draft.config
  return (
    <li className="rounded-lg border border-line bg-surface px-4 py-4 shadow-raised sm:px-5">
      <CheckboxField
        label={<span className="font-medium">{draft.name || words[0]}</span>}
        checked={chosen}
        onChange={(next) => onChange({ chosen: next })}
      />
      <div className={`mt-3 flex flex-col gap-4 ${chosen ? '' : 'opacity-60'}`}>
        <Words words={words} label={t(isUrl ? 'consent.url' : 'asks.runs')} />
        {settings.length > 0 && (
          <div>
            <p className="mb-1 text-ink-3 text-sm">{t(isUrl ? 'consent.headers' : 'consent.env')}</p>
            <Words words={settings} label={t(isUrl ? 'consent.headers' : 'consent.env')} />
          </div>
        )}
        {chosen && (
          <>
            <DraftNotes candidate={candidate} />
            <TextField
              label={t('serverForm.name')}
              name={`${id}.name`}
              value={name}
              onChange={(next) => onChange({ name: next })}
              maxLength={255}
              error={errors[`${id}.name`]}
            />
            <AskFields
              asks={draft.asks}
              answers={answers}
              onChange={(next) => onChange({ answers: next })}
              prefix={`${id}`}
              errors={errors}
            />
            {isUrl && isPrivateUrl(words[0] ?? '') && (
              <CheckboxField
                label={t('serverForm.private')}
                hint={t('serverForm.privateHint')}
                checked={allowPrivateNetwork}
                onChange={(next) => onChange({ allowPrivateNetwork: next })}
              />
            )}
          </>
        )}
      </div>
    </li>
  )
}
