import type { ClientToken } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { Tag } from '../../components/tag.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useProfiles, useTokens } from '../../lib/use-nouns.ts'
import { namesOf } from './names-of.ts'

/** The tokens that clients use; the revoked ones on request. */
export function TokenList() {
  const { t } = useTranslation()
  const tokens = useTokens()
  const [withRevoked, setWithRevoked] = useState(false)
  const [revoking, setRevoking] = useState<ClientToken | null>(null)

  if (tokens.isError) {
    return (
      <div className="p-4">
        <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />
      </div>
    )
  }
  if (tokens.data === undefined) return <RowsSkeleton rows={2} />
  const newestFirst = tokens.data.toSorted((a, b) => b.createdAt - a.createdAt)
  const revoked = newestFirst.filter(({ revokedAt }) => revokedAt !== null)
  const valid = newestFirst.filter(({ revokedAt }) => revokedAt === null)
  return (
    <>
      {valid.length === 0 && (
        <EmptyState
          Icon={KeyRound}
          title={t('tokens.emptyTitle')}
          action={
            <Button variant="primary" href="/clients/connect">
              {t('clients.connect')}
            </Button>
          }
        >
          {t('tokens.emptyText')}
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {[...valid, ...(withRevoked ? revoked : [])].map((token) => (
          <TokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
        ))}
      </ul>
      {revoked.length > 0 && (
        <div className="border-line border-t px-2 py-2 sm:px-3">
          <Button variant="quiet" size="small" aria-expanded={withRevoked} onClick={() => setWithRevoked(!withRevoked)}>
            {withRevoked ? t('tokens.hideRevoked') : t('tokens.showRevoked', { count: revoked.length })}
          </Button>
        </div>
      )}
      <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />
    </>
  )
}

function TokenRow({ token, onRevoke }: { token: ClientToken; onRevoke: () => void }) {
  const { t } = useTranslation()
  const profiles = useProfiles()
  const expired = token.expiresAt !== null && token.expiresAt <= Date.now()
  const scope = namesOf(token.profileIds, profiles.data, t('tokens.allProfiles'), t('tokens.goneProfile'))
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link href={`/clients/tokens/${token.id}`} className="wrap-anywhere min-w-0 font-medium no-underline hover:underline">
            <span dir="auto">{token.name}</span>
          </Link>
          {token.variable === null ? (
            <code className="text-ink-3 text-xs">{token.prefix}…</code>
          ) : (
            <Tag tone="quiet">{t('tokens.environment')}</Tag>
          )}
          {token.access !== 'client' && <Tag>{t(token.access === 'admin' ? 'tokens.admin' : 'tokens.custom')}</Tag>}
          {isLimited(token) && <Tag tone="quiet">{t('tokens.limited')}</Tag>}
          {token.revokedAt !== null ? (
            <Tag tone="quiet">{t('tokens.revoked')}</Tag>
          ) : (
            expired && <Tag tone="bad">{t('tokens.expired')}</Tag>
          )}
        </div>
        <p dir="auto" className="wrap-anywhere text-ink-3 text-sm">
          {scope}
          {' · '}
          {token.lastUsedAt === null ? (
            t('tokens.neverUsed')
          ) : (
            <>
              {t('tokens.used')} <TimeAgo at={token.lastUsedAt} />
            </>
          )}
          {token.revokedAt === null && (
            <>
              {' · '}
              {token.expiresAt === null ? (
                t('tokens.noExpiry')
              ) : (
                <>
                  {expired ? t('tokens.expiredAt') : t('tokens.expires')} <TimeAgo at={token.expiresAt} />
                </>
              )}
            </>
          )}
        </p>
      </div>
      {token.revokedAt === null && (
        <Button size="small" aria-label={t('tokens.revokeLabel', { name: token.name })} onClick={onRevoke}>
          {t('tokens.revoke')}
        </Button>
      )}
    </li>
  )
}

const isLimited = ({ serverIds, addresses, timeWindow, usageLimits }: ClientToken) =>
  [serverIds, addresses, timeWindow, usageLimits].some((limit) => limit !== null)

export function RevokeDialog({ token, onClose }: { token: ClientToken | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const revoke = useMutation(
    queries.tokens.revoke.mutationOptions({
      onSuccess: (revoked) => {
        see({ type: 'token.revoked', token: revoked })
        say(t('tokens.revokedNow', { name: revoked.name }))
        onClose()
      },
    }),
  )
  return (
    <ConfirmDialog
      open={token !== null}
      onOpenChange={(open) => {
        if (open) return
        revoke.reset()
        onClose()
      }}
      title={t('tokens.revokeTitle', { name: token?.name ?? '' })}
      action={t('tokens.revokeAction')}
      onConfirm={() => token && revoke.mutate({ token: token.id })}
      busy={revoke.isPending}
      error={revoke.error}
    >
      {t('tokens.revokeText')}
    </ConfirmDialog>
  )
}
