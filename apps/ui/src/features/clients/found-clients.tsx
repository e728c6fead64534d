import type { FoundClient } from '@local-mcp/contract'
import { CircleCheck, CircleDashed, CircleDot, CirclePause, CircleX, RefreshCw, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { type StateLook, StatePill } from '../../components/state-pill.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useArrivals, useFoundClients, useProfiles, useTokens } from '../../lib/use-nouns.ts'
import { CLIENT_ICONS } from './client-icons.ts'
import { type FoundState, stateOfFound } from './state-of-found.ts'

const QUIET = 'bg-sunken text-ink-2'
const LOOKS: Record<FoundState, StateLook> = {
  connected: { Icon: CircleCheck, look: 'bg-ok-soft text-ok' },
  set_up: { Icon: CircleDot, look: 'bg-accent-soft text-accent-text' },
  not_connected: { Icon: CircleDashed, look: QUIET },
  absent: { Icon: CircleDashed, look: QUIET },
  off: { Icon: CirclePause, look: QUIET },
  bad_token: { Icon: CircleX, look: 'bg-bad-soft text-bad' },
  elsewhere: { Icon: TriangleAlert, look: 'bg-warn-soft text-warn' },
  unreadable: { Icon: TriangleAlert, look: 'bg-warn-soft text-warn' },
}

/** The clients on this computer, and how each is doing with us. */
export function FoundClients() {
  const { t } = useTranslation()
  const found = useFoundClients()
  const shown = found.data?.filter(({ installed, entries }) => installed || entries.length > 0)
  return (
    <Card
      title={t('found.title')}
      description={t('found.description')}
      body="list"
      actions={
        <Button
          size="small"
          icon={<RefreshCw aria-hidden className="size-3.5" />}
          busy={found.isFetching}
          onClick={() => void found.refetch()}
        >
          {t('found.again')}
        </Button>
      }
    >
      {found.isError ? (
        <div className="p-4">
          <ErrorState error={found.error} onRetry={() => void found.refetch()} />
        </div>
      ) : shown === undefined ? (
        <RowsSkeleton rows={2} />
      ) : shown.length === 0 ? (
        <p className="px-4 py-5 text-ink-3 sm:px-5">{t('found.none')}</p>
      ) : (
        <ul className="divide-y divide-line">
          {shown.map((one) => (
            <FoundRow key={one.client} found={one} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function FoundRow({ found }: { found: FoundClient }) {
  const { t } = useTranslation()
  const arrivals = useArrivals().data ?? []
  const tokens = useTokens().data ?? []
  const profiles = useProfiles().data ?? []
  const { client, problem } = found
  const { state, profileSlug, seenAt } = stateOfFound(found, arrivals, tokens)
  const name = t(`client.${client}`)
  const Icon = CLIENT_ICONS[client]
  const leads = !['not_connected', 'absent', 'unreadable'].includes(state)
  const profile = profiles.find(({ slug }) => slug === profileSlug)?.name ?? profileSlug
  const text =
    problem !== null
      ? t(`found.problem.${problem}`)
      : state === 'connected' || state === 'absent' || state === 'unreadable'
        ? null
        : t(`found.text.${state}`)
  const isFine = state === 'connected' || state === 'set_up' || state === 'off'
  return (
    <li aria-label={name} className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3.5 sm:px-5">
      <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-accent-text" />
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <h3 className="text-base">{name}</h3>
          <StatePill state={state} word={t(`found.state.${state}`)} {...LOOKS[state]} />
        </div>
        {leads && (
          <p dir="auto" className="wrap-anywhere text-ink-2">
            {profile === null ? t('found.single') : t('found.via', { profile })}
            {' · '}
            {seenAt === null ? (
              t('found.never')
            ) : (
              <>
                {t('found.seen')} <TimeAgo at={seenAt} />
              </>
            )}
          </p>
        )}
        {text && <p className="text-ink-2">{text}</p>}
        {(problem !== null || leads) && (
          <p dir="ltr" className="wrap-anywhere text-start font-mono text-ink-3 text-xs">
            {found.file}
          </p>
        )}
        <OtherServers found={found} />
      </div>
      {!isFine && (
        <Button
          href={`/clients/connect?client=${client}`}
          aria-label={t(leads ? 'found.reconnectLabel' : 'found.connectLabel', { client: name })}
        >
          {t(leads ? 'found.reconnect' : 'found.connect')}
        </Button>
      )}
    </li>
  )
}

const NAMED = 5

/** What else the client lists, and the way to have it here. */
function OtherServers({ found: { client, others } }: { found: FoundClient }) {
  const { t } = useTranslation()
  if (others.length === 0) return null
  return (
    <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1">
      <p dir="auto" className="wrap-anywhere line-clamp-2 text-ink-3 text-sm">
        {t('found.others', { count: others.length, names: namesShown(others) })}
      </p>
      <Button size="small" href={`/servers/new?client=${client}`} aria-label={t('found.bringLabel', { client: t(`client.${client}`) })}>
        {t('found.bring')}
      </Button>
    </div>
  )
}

/** The first few, each cut where it is longer than a name. */
export const namesShown = (names: readonly string[]): string =>
  [
    ...names.slice(0, NAMED).map((name) => (name.length > 40 ? `${name.slice(0, 39)}…` : name)),
    ...(names.length > NAMED ? ['…'] : []),
  ].join(', ')
