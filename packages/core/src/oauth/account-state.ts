import type { Account, AccountState } from '@local-mcp/contract'
import type { ProfileId } from '@local-mcp/kernel'
import type { AccountRecord, GrantRecord } from './oauth.records.ts'
import { scopesOf } from './scopes.ts'

const PROBLEMS: Readonly<Record<Exclude<AccountState, 'signed_in' | 'signed_out'>, { message: string; next: string }>> = {
  expired: {
    message: 'The sign-in has ended, and its authorization server gave no way to renew it',
    next: 'Sign in again.',
  },
  refused: {
    message: 'The authorization server does not renew the sign-in any more',
    next: 'Sign in again.',
  },
  unreadable: {
    message: 'What is stored of the sign-in cannot be opened',
    next: 'Sign in again.',
  },
}

/** How a grant is doing. @param grant undefined: its row is damaged */
export function stateOf(grant: GrantRecord | null | undefined, now: number): AccountState {
  if (grant === undefined) return 'unreadable'
  if (grant === null) return 'signed_out'
  if (grant.lastError !== null) return grant.lastError === 'unreadable' ? 'unreadable' : 'refused'
  return grant.refreshToken === null && grant.expiresAt !== null && grant.expiresAt <= now ? 'expired' : 'signed_in'
}

/** The account as it is shown: never with a token. */
export function toAccount(
  { id, serverId, name, isDefault }: AccountRecord,
  grant: GrantRecord | null | undefined,
  profileIds: readonly ProfileId[],
  now: number,
): Account {
  const state = stateOf(grant, now)
  return {
    id,
    serverId,
    name,
    isDefault,
    state,
    hasToken: state !== 'signed_out',
    isValid: state === 'signed_in',
    canRenew: state === 'signed_in' && grant?.refreshToken != null,
    expiresAt: grant?.expiresAt ?? null,
    scopes: scopesOf(grant?.scope),
    issuer: grant?.issuer ?? null,
    signedInAt: grant?.createdAt ?? null,
    lastRefreshAt: grant?.lastRefreshAt ?? null,
    problem: state === 'signed_in' || state === 'signed_out' ? null : { code: state.toUpperCase(), ...PROBLEMS[state] },
    profileIds: [...profileIds],
  }
}
