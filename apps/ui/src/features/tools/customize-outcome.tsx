import type { ToolCheck } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { useFormatCount } from '../../lib/use-format-count.ts'

/** What clients would see, and what it would cost them. */
export function CustomizeOutcome({ check }: { check: ToolCheck | undefined }) {
  const { t } = useTranslation()
  const format = useFormatCount()
  if (check === undefined) return null
  const cost = { before: format(check.tokensOriginal), after: format(check.tokens) }
  const tone = check.tokens < check.tokensOriginal ? 'text-ok' : 'text-ink-2'
  return (
    <p className="flex min-w-0 flex-wrap items-baseline gap-x-3 gap-y-0.5 text-sm">
      {check.problems.some(({ path }) => path[0] === 'name') ? null : check.exposedName === null ? (
        <span className="text-warn">{t('customize.notSeen')}</span>
      ) : (
        <span className="text-ink-2">
          {t('customize.seenAs')}{' '}
          <code dir="ltr" className="wrap-anywhere font-semibold text-ink">
            {check.exposedName}
          </code>
        </span>
      )}
      <span className={`tabular-nums ${tone}`}>
        <span aria-hidden>{t('customize.cost', cost)}</span>
        <span className="sr-only">{t('customize.costLabel', cost)}</span>
      </span>
    </p>
  )
}
