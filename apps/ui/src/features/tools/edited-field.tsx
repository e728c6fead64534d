import { type ComponentProps, useDeferredValue } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { TextField } from '../../components/field.tsx'
import { DiffView } from './diff-view.tsx'
import { shownText } from './server-text.tsx'

type Props = Omit<ComponentProps<typeof TextField>, 'label'> & {
  label: string
  /** What the server says. */
  original: string
  /** What clients would see, where that is not what was typed. */
  after?: string
  /** Absent where there is nothing to take back. */
  onReset: (() => void) | undefined
}

/** A field beside what the server says in its place; as soon as they differ, the difference. */
export function EditedField({ original, after, onReset, ...field }: Props) {
  const { t } = useTranslation()
  const { label } = field
  const now = useDeferredValue(after ?? field.value)
  return (
    <div className="grid items-start gap-x-6 gap-y-2 lg:grid-cols-2">
      <TextField {...field} />
      <div className="flex min-w-0 flex-col gap-1">
        <div className="flex min-h-5 items-center justify-between gap-2">
          <p className="text-ink-3 text-sm">{t(now === original ? 'customize.server' : 'customize.differs')}</p>
          {onReset && (
            <Button
              size="small"
              variant="quiet"
              className="-my-1"
              aria-label={t('customize.resetFieldLabel', { field: label })}
              onClick={onReset}
            >
              {t('customize.resetField')}
            </Button>
          )}
        </div>
        {now === original ? (
          <CodeBlock label={t('customize.original', { field: label })} wrap>
            {original === '' ? t('customize.empty') : shownText(original)}
          </CodeBlock>
        ) : (
          <DiffView label={t('customize.diff', { field: label })} before={original} after={now} />
        )}
      </div>
    </div>
  )
}
