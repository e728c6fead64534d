import { useTranslation } from 'react-i18next'
import { useErrorText } from '../lib/use-error-text.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

/** Something could not be read or done: the cause, the next step, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation()
  const { title, next, incident } = useErrorText(error)
  return (
    <Notice
      tone="bad"
      title={title}
      actions={
        onRetry && (
          <Button size="small" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        )
      }
    >
      {next && <p>{next}</p>}
      {incident && <p className="mt-1 font-mono text-ink-3 text-xs">{t('error.incident', { incident })}</p>}
    </Notice>
  )
}
