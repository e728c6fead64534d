import type { AccountId } from '@local-mcp/kernel'
import type { SecretPlace, Vault } from '../vault.ports.ts'
import type { Granted } from './oauth.ports.ts'
import type { Renewed } from './oauth.store.ts'

export const tokenPlace = (column: 'access_token' | 'refresh_token', id: AccountId): SecretPlace => ({
  table: 'oauth_tokens',
  column,
  rowId: id,
})

/**
 * What was granted, as it is stored.
 *
 * @param kept the refresh token so far, sealed: it stays where no new one came
 * @param keptScope a renewal that names no scope grants what was granted before (RFC 6749, 5.1)
 */
export async function sealGranted(
  vault: Vault,
  id: AccountId,
  { accessToken, refreshToken, tokenType, lifetimeMs, scope }: Granted,
  now: number,
  kept: string | null = null,
  keptScope: string | null = null,
): Promise<Renewed> {
  const sealed = await vault.seal(accessToken, tokenPlace('access_token', id))
  return {
    accessToken: sealed,
    refreshToken: refreshToken === null ? kept : await vault.seal(refreshToken, tokenPlace('refresh_token', id)),
    tokenType,
    expiresAt: lifetimeMs === null ? null : Math.round(now + lifetimeMs),
    scope: scope ?? keptScope,
  }
}
