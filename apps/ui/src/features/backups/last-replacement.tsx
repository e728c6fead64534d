import type { Replacement } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { Notice } from '../../components/notice.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'

/** News for so long, in ms; later it is only history. */
const NEWS_MS = 24 * 60 * 60 * 1000

/** How the last restore or reset ended: the window was away while it happened. */
export function LastReplacement({ replacement: { kind, at, keptIn, error } }: { replacement: Replacement }) {
  const { t } = useTranslation()
  if (Date.now() - at > NEWS_MS) return null
  const title = error ? t(`lastReplacement.${kind}Failed`) : t(`lastReplacement.${kind}`)
  return (
    <Notice tone={error ? 'bad' : 'ok'} title={title}>
      <p>
        <TimeAgo at={at} />
        {error && ` · ${error.message}`}
      </p>
      {keptIn && <p dir="auto">{t('lastReplacement.kept', { folder: keptIn })}</p>}
    </Notice>
  )
}
