import type { Account } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { TimeAgo } from '../../components/time-ago.tsx'

/** How long a sign-in lasts, when it was renewed, and what it covers. */
export function AccountFacts({ account }: { account: Account }) {
  const { t } = useTranslation()
  const { state, expiresAt, canRenew, lastRefreshAt, scopes, problem, issuer } = account
  return (
    <div className="text-ink-3 text-sm">
      {state === 'signed_in' && (
        <p className="wrap-anywhere">
          {canRenew ? (
            <>
              {t('accounts.renewed')}
              {expiresAt !== null && (
                <>
                  {' · '}
                  {t('accounts.presentEnds')} <TimeAgo at={expiresAt} />
                </>
              )}
            </>
          ) : expiresAt === null ? (
            t('accounts.noEnd')
          ) : (
            <>
              {t('accounts.ends')} <TimeAgo at={expiresAt} />
            </>
          )}
          {lastRefreshAt !== null && (
            <>
              {' · '}
              {t('accounts.lastRenewed')} <TimeAgo at={lastRefreshAt} />
            </>
          )}
        </p>
      )}
      {state === 'signed_in' && (
        <p className="wrap-anywhere">
          {scopes.length === 0 ? t('accounts.noScopes') : t('accounts.scopes', { scopes: scopes.join(', ') })}
          {issuer !== null && ` · ${t('accounts.at', { host: URL.parse(issuer)?.host ?? issuer })}`}
        </p>
      )}
      {problem && (
        <p className="wrap-anywhere text-ink-2">
          {problem.message}. {problem.next} <code className="text-ink-3 text-xs">{problem.code}</code>
        </p>
      )}
    </div>
  )
}
