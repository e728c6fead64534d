import type { Ask } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../components/field.tsx'
import type { Answers } from './draft-values.ts'

interface Props {
  asks: readonly Ask[]
  answers: Answers
  onChange: (answers: Answers) => void
  /** Errors by `<prefix>.<name>`. */
  prefix: string
  errors: Readonly<Record<string, string>>
}

/** One field for each value that a snippet or a preset leaves open. */
export function AskFields({ asks, answers, onChange, prefix, errors }: Props) {
  const { t } = useTranslation()
  return asks.map(({ name, text, href, secret, optional, suggestion }) => {
    const example = suggestion ?? `{{env:${name}}}`
    const hint = secret ? t('asks.secretHint', { example, stored: '{{secret:name}}' }) : text === null ? '' : name
    return (
      <TextField
        key={name}
        label={text ?? name}
        {...(optional && { optional: t('common.optional') })}
        name={`${prefix}.${name}`}
        hint={
          (hint !== '' || href !== null) && (
            <>
              {hint}
              {href !== null && (
                <>
                  {' '}
                  <a href={href} target="_blank" rel="noreferrer" className="text-accent-text underline">
                    {t('asks.get')}
                  </a>
                </>
              )}
            </>
          )
        }
        value={answers[name] ?? ''}
        onChange={(answer) => onChange({ ...answers, [name]: answer })}
        error={errors[`${prefix}.${name}`]}
        code
      />
    )
  })
}
