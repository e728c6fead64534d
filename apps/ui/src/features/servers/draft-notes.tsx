import { useTranslation } from 'react-i18next'
import { Notice } from '../../components/notice.tsx'
import type { Candidate } from './draft-values.ts'

/** What the person should know of something that was read: what became of its secrets, what was left out. */
export function DraftNotes({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation()
  const { draft, variables, secrets, preset } = candidate
  const lines = [
    ...(preset?.caveat ? [preset.caveat] : []),
    ...draft.hints.map((hint) => t(`draft.hints.${hint}`)),
    ...(draft.ignored.length > 0 ? [t('draft.ignored', { names: draft.ignored.join(', ') })] : []),
  ]
  if (lines.length === 0 && variables.length === 0 && secrets.length === 0 && preset === null) return null
  return (
    <div className="flex flex-col gap-3">
      {secrets.length > 0 && (
        <Notice tone="info" title={t('draft.secrets', { count: secrets.length })}>
          {t('draft.secretsKept', { names: secrets.map(({ name }) => name).join(', ') })}
        </Notice>
      )}
      {variables.length > 0 && (
        <Notice tone="warn" title={t('draft.secrets', { count: variables.length })}>
          {t('draft.secretsText', { names: variables.join(', ') })}
        </Notice>
      )}
      {(lines.length > 0 || preset !== null) && (
        <Notice tone="info" title={lines[0] ?? preset?.purpose}>
          {lines.slice(1).map((line) => (
            <p key={line}>{line}</p>
          ))}
          {preset !== null && (
            <a href={preset.homepage} target="_blank" rel="noreferrer" className="text-accent-text underline">
              {t('presets.homepage', { title: preset.title })}
            </a>
          )}
        </Notice>
      )}
    </div>
  )
}

/** Parts of a snippet that were seen and not understood. */
export function SkippedNotes({ skipped }: Pick<Candidate, 'skipped'>) {
  const { t } = useTranslation()
  if (skipped.length === 0) return null
  return (
    <Notice tone="warn" title={t('draft.skipped', { count: skipped.length })}>
      <ul>
        {skipped.slice(0, 5).map(({ name, reason, line }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they have no name to be told apart by
          <li key={index}>
            {[name, line === null ? '' : t('draft.line', { line })].filter(Boolean).join(', ')}: {t(`draft.reasons.${reason}`)}
          </li>
        ))}
      </ul>
    </Notice>
  )
}
