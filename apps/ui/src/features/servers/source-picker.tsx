import { useTranslation } from 'react-i18next'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { useSources } from '../../lib/use-nouns.ts'

interface Props {
  chosen: readonly string[]
  onChange: (ids: string[]) => void
}

/** Sources that the server may refer to; nothing where there are none. */
export function SourcePicker({ chosen, onChange }: Props) {
  const { t } = useTranslation()
  const sources = useSources()
  if (!sources.data || sources.data.length === 0) return null
  return (
    <fieldset className="min-w-0">
      <legend className="font-medium">{t('serverForm.sources')}</legend>
      <p className="mb-2 text-ink-3 text-sm">{t('serverForm.sourcesHint')}</p>
      <div className="flex flex-col gap-2">
        {sources.data.map(({ id, name, metadata }) => (
          <CheckboxField
            key={id}
            label={name}
            checked={chosen.includes(id)}
            onChange={(on) => onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id))}
            {...(chosen.includes(id) && {
              hint: (
                <code dir="ltr" className="wrap-anywhere">
                  {Object.keys(metadata)
                    .map((key) => `{{source:${name}.${key}}}`)
                    .join(' ')}
                </code>
              ),
            })}
          />
        ))}
      </div>
    </fieldset>
  )
}
