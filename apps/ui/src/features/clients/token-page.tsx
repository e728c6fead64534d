import type { ClientToken } from '@local-mcp/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { Facts } from '../../components/facts.tsx'
import { MissingPage } from '../../components/missing-page.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { PageSkeleton } from '../../components/skeleton.tsx'
import { useProfiles, useServers, useTokens } from '../../lib/use-nouns.ts'
import { activityPath } from '../activity/call-filters.ts'
import { namesOf } from './names-of.ts'
import { LIMIT_KEYS } from './token-form-values.ts'
import { RevokeDialog } from './token-list.tsx'
import { TokenUsageCard } from './token-usage-card.tsx'

/** One token: what it may do, and what was done with it. */
export function TokenPage({ token: id = '' }: { token?: string }) {
  const { t } = useTranslation()
  const tokens = useTokens()
  const [revoking, setRevoking] = useState<ClientToken | null>(null)
  const token = tokens.data?.find((one) => one.id === id)
  if (tokens.isError) return <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />
  if (tokens.data === undefined) return <PageSkeleton />
  if (!token) {
    return (
      <MissingPage
        title={t('token.goneTitle')}
        action={
          <Button href="/clients" variant="primary">
            {t('token.goneAction')}
          </Button>
        }
      >
        {t('token.goneText')}
      </MissingPage>
    )
  }
  return (
    <>
      <PageHeader
        title={token.name}
        description={token.description ?? undefined}
        back={{ href: '/clients', label: t('clients.title') }}
        actions={
          <>
            <Button href={activityPath({ token: token.id })}>{t('calls.allOfToken')}</Button>
            {token.revokedAt === null && (
              <Button aria-label={t('tokens.revokeLabel', { name: token.name })} onClick={() => setRevoking(token)}>
                {t('tokens.revoke')}
              </Button>
            )}
          </>
        }
      />
      <div className="flex flex-col gap-5">
        <Card title={t('token.about')}>
          <TokenFacts token={token} />
        </Card>
        <TokenUsageCard token={token} />
      </div>
      <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />
    </>
  )
}

function TokenFacts({ token }: { token: ClientToken }) {
  const { t, i18n } = useTranslation()
  const profiles = useProfiles()
  const servers = useServers()
  const { access, permissions, timeWindow, usageLimits, addresses, expiresAt, revokedAt } = token
  const date = (at: number) => new Date(at).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })
  const limits = LIMIT_KEYS.flatMap((key) => {
    const count = usageLimits?.[key]
    return count === undefined ? [] : [t(`token.limit.${key}`, { count })]
  })
  return (
    <Facts
      items={[
        [t('token.rights'), access === 'custom' ? permissions.join(', ') : t(`token.rightsOf.${access}`)],
        [t('token.profiles'), namesOf(token.profileIds, profiles.data, t('tokens.allProfiles'), t('tokens.goneProfile'))],
        [t('token.servers'), namesOf(token.serverIds, servers.data, t('token.allServers'), t('token.goneServer'))],
        [t('token.addresses'), addresses?.join(', ') ?? t('token.anywhere')],
        [
          t('token.times'),
          timeWindow
            ? t('token.window', {
                days: timeWindow.days?.map((day) => t(`createToken.day.${day}`)).join(', ') ?? t('token.everyDay'),
                from: timeWindow.from ?? '00:00',
                to: timeWindow.to ?? '24:00',
                zone: timeWindow.zone,
              })
            : t('token.always'),
        ],
        [t('token.limits'), limits.length === 0 ? t('token.unlimited') : limits.join(', ')],
        [t('token.used'), new Intl.NumberFormat(i18n.language).format(token.usedCount)],
        revokedAt === null
          ? [t('createToken.expiry'), expiresAt === null ? t('createToken.expiries.never') : date(expiresAt)]
          : [t('tokens.revoked'), date(revokedAt)],
        ...(token.variable === null ? [] : [[t('tokens.environment'), t('token.variable', { name: token.variable })] as const]),
      ]}
    />
  )
}
