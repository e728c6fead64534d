import { type CallDetail, ERRORS, isErrorCode } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { Facts } from '../../components/facts.tsx'
import { MissingPage } from '../../components/missing-page.tsx'
import { Notice } from '../../components/notice.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { readError } from '../../connect.ts'
import { formatBytes } from '../../lib/format-bytes.ts'
import { formatDuration } from '../../lib/format-duration.ts'
import { useProfiles, useServers, useTokens } from '../../lib/use-nouns.ts'
import { shownText } from '../tools/server-text.tsx'
import { UUID } from './call-filters.ts'
import { CallHops } from './call-hops.tsx'
import { CallStatus } from './call-status.tsx'
import { curlCommand } from './curl-command.ts'
import { lastList } from './last-place.ts'
import { ReplayCall, useNotReplayable } from './replay-dialog.tsx'

/** One call, whole: who, what, how long, and what went over both sides. */
export function CallPage({ call: id = '' }: { call?: string }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const valid = UUID.test(id)
  const call = useQuery(queries.logs.get.queryOptions({ input: { log: id }, enabled: valid }))
  if (call.data) return <CallWhole call={call.data} />
  if (!valid || (call.isError && readError(call.error).code.endsWith('NOT_FOUND'))) return <Gone />
  return (
    <>
      <PageHeader title={t('call.title')} back={{ href: lastList(), label: t('activity.title') }} />
      {call.isError ? <ErrorState error={call.error} onRetry={() => void call.refetch()} /> : <RowsSkeleton />}
    </>
  )
}

function Gone() {
  const { t } = useTranslation()
  return (
    <MissingPage
      title={t('call.goneTitle')}
      action={
        <Button href="/activity" variant="primary">
          {t('call.goneAction')}
        </Button>
      }
    >
      {t('call.goneText')}
    </MissingPage>
  )
}

function CallWhole({ call }: { call: CallDetail }) {
  const { t } = useTranslation()
  const endpoint = useEndpoint(call)
  const notReplayable = useNotReplayable(call)
  const curl = call.client.request === null || endpoint === null ? null : curlCommand(endpoint, call.client.request)
  return (
    <>
      <PageHeader
        title={call.tool}
        back={{ href: lastList(), label: t('activity.title') }}
        description={<CallStatus call={call} />}
        actions={
          <>
            <CopyButton wide label={t('call.copyJson')} value={JSON.stringify(call, null, 2)} />
            {curl !== null && <CopyButton wide label={t('call.copyCurl')} value={curl} />}
            <ReplayCall call={call} />
          </>
        }
      />
      <div className="flex flex-col gap-5">
        <p className="-mt-2 text-ink-3 text-sm">
          {[curl !== null && t('call.curlText'), curl !== null && call.redacted && t('call.curlHidden'), notReplayable]
            .filter(Boolean)
            .join(' ')}
        </p>
        <Failure call={call} />
        {call.status === 'pending' && <Notice tone="info" title={t('call.running')} />}
        <Card title={t('call.facts')}>
          <CallFacts call={call} />
        </Card>
        <CallHops call={call} />
      </div>
    </>
  )
}

/** What went wrong, and what to do about it where that is known. */
function Failure({ call }: { call: CallDetail }) {
  const { t } = useTranslation()
  const { errorCode: code, errorMessage: message } = call
  if (code === null && message === null) return null
  const fromTool = { title: t('call.toolError'), next: t('call.toolErrorNext') }
  const known = code === 'TOOL_ERROR' ? fromTool : code !== null && isErrorCode(code) ? ERRORS[code] : null
  return (
    <Notice tone="bad" title={known?.title ?? t('call.wrong')}>
      {message !== null && message !== known?.title && (
        <p dir="auto" className="line-clamp-6 whitespace-pre-wrap text-ink">
          {shownText(message)}
        </p>
      )}
      {known && <p>{known.next}</p>}
      {code !== null && <p className="mt-1 font-mono text-ink-3 text-xs">{code}</p>}
    </Notice>
  )
}

function CallFacts({ call }: { call: CallDetail }) {
  const { t, i18n } = useTranslation()
  const servers = useServers()
  const profiles = useProfiles()
  const tokens = useTokens()
  const server = servers.data?.find(({ id }) => id === call.serverId)
  const profile = profiles.data?.find(({ slug }) => slug === call.profileSlug)
  const token = tokens.data?.find(({ id }) => id === call.tokenId)
  const bytes = (size: number | null) => (size === null ? '–' : formatBytes(size, i18n.language))
  const link = (href: string, text: string) => (
    <Link href={href} className="underline decoration-line-strong underline-offset-2 hover:decoration-current">
      {text}
    </Link>
  )
  const items: (readonly [string, ReactNode] | false)[] = [
    [t('call.method'), <code key="method">{call.method}</code>],
    call.serverId !== null && [t('call.server'), server ? link(`/servers/${server.id}`, server.name) : servers.data && t('calls.gone')],
    [t('call.profile'), profile ? link(`/profiles/${profile.slug}`, profile.name) : call.profileSlug],
    [t('call.client'), call.clientName ?? t('calls.noClient')],
    call.tokenName !== null && [t('call.token'), token ? link(`/clients/tokens/${token.id}`, call.tokenName) : call.tokenName],
    call.accountName !== null && [t('call.account'), call.accountName],
    [t('call.began'), new Date(call.at).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'medium' })],
    call.durationMs !== null && [t('call.took'), formatDuration(call.durationMs, i18n.language)],
    (call.requestBytes !== null || call.responseBytes !== null) && [
      t('call.size'),
      t('call.sizes', { request: bytes(call.requestBytes), response: bytes(call.responseBytes) }),
    ],
  ]
  const shown = items.filter((item) => item !== false)
  const half = Math.ceil(shown.length / 2)
  return (
    <div className="grid gap-x-8 gap-y-2.5 lg:grid-cols-2">
      <Facts items={shown.slice(0, half)} />
      <Facts items={shown.slice(half)} />
    </div>
  )
}

/** Where the client sent it: a profile, or one server directly; null while that is not known. */
function useEndpoint(call: CallDetail): string | null {
  const profiles = useProfiles()
  const servers = useServers()
  const isOf = ({ slug }: { slug: string }) => slug === call.profileSlug
  return (profiles.data?.find(isOf) ?? servers.data?.find(isOf))?.endpoint ?? null
}
