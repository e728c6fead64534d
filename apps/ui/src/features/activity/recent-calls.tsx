import type { Call } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { formatDuration } from '../../lib/format-duration.ts'
import { useCalls, useServers } from '../../lib/use-nouns.ts'
import { activityPath } from './call-filters.ts'
import { CallStatus } from './call-status.tsx'
import { useLogSettings } from './use-log-settings.ts'

const SHOWN = 12

/** The newest calls, as they happen. */
export function RecentCalls({ serverId }: { serverId?: string }) {
  const { t } = useTranslation()
  const calls = useCalls()
  const rows = calls.data?.filter((call) => serverId === undefined || call.serverId === serverId)

  return (
    <Card title={t('calls.title')} description={<WhatIsKept />} body="list">
      {calls.isError ? (
        <div className="p-4">
          <ErrorState error={calls.error} onRetry={() => void calls.refetch()} />
        </div>
      ) : rows === undefined ? (
        <RowsSkeleton rows={2} />
      ) : rows.length === 0 ? (
        <p className="px-5 py-6 text-ink-3">{serverId === undefined ? t('calls.empty') : t('calls.emptyServer')}</p>
      ) : (
        <table className="w-full table-fixed text-start">
          <caption className="sr-only">{t('calls.title')}</caption>
          <thead className="text-ink-3 text-sm">
            <tr className="border-line border-b *:py-2 *:text-start *:font-medium">
              <th className="w-30 ps-4 sm:w-32 sm:ps-5">{t('calls.status')}</th>
              <th className="pe-3">{t('calls.tool')}</th>
              <th className="hidden w-40 pe-3 lg:table-cell">{t('calls.client')}</th>
              <th className="w-22 pe-4 text-end! lg:pe-3">{t('calls.duration')}</th>
              <th className="hidden w-36 pe-5 text-end! lg:table-cell">{t('calls.when')}</th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {rows.slice(0, SHOWN).map((call) => (
              <CallRow key={call.id} call={call} />
            ))}
          </tbody>
        </table>
      )}
      <div className="border-line border-t px-2 py-2 sm:px-3">
        <Button variant="quiet" size="small" href={activityPath(serverId === undefined ? {} : { server: serverId })}>
          {serverId === undefined ? t('calls.all') : t('calls.allOfServer')}
        </Button>
      </div>
    </Card>
  )
}

/** What is recorded of the calls, and the way to change that. */
function WhatIsKept() {
  const { t } = useTranslation()
  const settings = useLogSettings().data
  if (!settings) return t('calls.description')
  const { level, keepDays } = settings
  const kept = level === 'off' ? t('calls.keptNothing') : level === 'minimal' ? t('calls.keptNames') : t('calls.kept', { count: keepDays })
  return (
    <>
      {t('calls.description')} {kept}{' '}
      <Link href="/activity?settings" className="underline decoration-line-strong underline-offset-2 hover:decoration-current">
        {t('calls.settings')}
      </Link>
    </>
  )
}

function CallRow({ call }: { call: Call }) {
  const { t, i18n } = useTranslation()
  const servers = useServers()
  const server = servers.data?.find(({ id }) => id === call.serverId)
  const client = call.clientName ?? call.tokenName
  return (
    <tr className="arrive align-top *:py-2.5 hover:bg-hover">
      <td className="ps-4 sm:ps-5">
        <CallStatus call={call} />
      </td>
      <td className="pe-3">
        <Link
          href={`/activity/${call.id}`}
          dir="auto"
          className="wrap-anywhere line-clamp-3 font-mono text-sm leading-6 no-underline hover:underline"
        >
          {call.tool}
        </Link>
        <span dir="auto" className="wrap-anywhere block text-ink-3 text-sm">
          {server ? (
            <Link href={`/servers/${server.id}`} className="inline-block leading-6 no-underline hover:underline">
              {server.name}
            </Link>
          ) : (
            servers.data && call.serverId !== null && t('calls.gone')
          )}
          {call.accountName !== null && <span> · {t('calls.as', { account: call.accountName })}</span>}
          {client && <span className="lg:hidden"> · {client}</span>}
          <span className="lg:hidden">
            {' · '}
            <TimeAgo at={call.at} />
          </span>
          {call.errorCode && <span className="text-bad"> · {call.errorCode}</span>}
        </span>
      </td>
      <td dir="auto" className="hidden pe-3 lg:table-cell">
        <span className="line-clamp-2 wrap-anywhere">{client ?? t('calls.noClient')}</span>
        {call.clientName && call.tokenName && <span className="block truncate text-ink-3 text-sm">{call.tokenName}</span>}
      </td>
      <td className="whitespace-nowrap pe-4 text-end tabular-nums lg:pe-3">
        {call.durationMs === null ? '–' : formatDuration(call.durationMs, i18n.language)}
      </td>
      <td className="hidden whitespace-nowrap pe-5 text-end text-ink-3 lg:table-cell">
        <TimeAgo at={call.at} />
      </td>
    </tr>
  )
}
