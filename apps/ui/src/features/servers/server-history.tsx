import { PROBLEMS, type Server, type ServerMoment } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { formatMoment } from '../../lib/format-moment.ts'
import { ServerState } from './server-state.tsx'

/** What became of a server in the last days: each state with its cause and what to do about it. */
export function ServerHistory({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const history = useQuery(queries.servers.history.queryOptions({ input: { server: server.id } }))
  return (
    <Card title={t('history.title')} description={t('history.description')} body="list">
      {history.isError ? (
        <div className="p-4">
          <ErrorState error={history.error} onRetry={() => void history.refetch()} />
        </div>
      ) : history.data === undefined ? (
        <RowsSkeleton rows={3} />
      ) : history.data.length === 0 ? (
        <p className="px-5 py-6 text-ink-3">{t('history.empty')}</p>
      ) : (
        <ol className="divide-y divide-line">
          {history.data.map((moment) => (
            <Moment key={`${moment.at} ${moment.state} ${moment.code} ${moment.pid}`} moment={moment} />
          ))}
        </ol>
      )}
    </Card>
  )
}

function Moment({ moment: { at, state, code, message, pid } }: { moment: ServerMoment }) {
  const { t, i18n } = useTranslation()
  const known = code !== null && Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as keyof typeof PROBLEMS] : null
  return (
    <li className="arrive flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
      <time
        dateTime={new Date(at).toISOString()}
        title={new Date(at).toLocaleString(i18n.language)}
        className="w-30 shrink-0 pt-0.5 text-ink-3 tabular-nums"
      >
        {formatMoment(at, Date.now(), i18n.language)}
      </time>
      <span className="w-36 shrink-0">
        <ServerState state={state} past />
      </span>
      <div className="min-w-0 flex-1 basis-60 pt-0.5">
        <p dir="auto" className="wrap-anywhere">
          {message ?? known?.title ?? t(`history.means.${state}`)}
          {pid !== null && <span className="text-ink-3 tabular-nums"> · {t('history.pid', { pid })}</span>}
        </p>
        {known && <p className="text-ink-3">{known.next}</p>}
        {code !== null && <p className="font-mono text-ink-3 text-xs">{code}</p>}
      </div>
    </li>
  )
}
