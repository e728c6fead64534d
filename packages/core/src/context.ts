import type { Permission } from '@local-mcp/contract'
import type { ProfileId, ServerId, TokenId, UserId } from '@local-mcp/kernel'

/** On whose behalf something is done. */
export interface Principal {
  readonly userId: UserId
  readonly email: string
  /** Sees rows that nobody owns, besides its own. */
  readonly isLocalOwner: boolean
  /** The token that was shown, or null in the window and on the command line. */
  readonly token: {
    readonly id: TokenId
    readonly name: string
    readonly profileIds: readonly ProfileId[] | null
    readonly serverIds: readonly ServerId[] | null
    /** In ms UTC; null: never. */
    readonly expiresAt: number | null
  } | null
  readonly permissions: readonly (Permission | '*')[]
}

/** Travels with every call of a service: who, from where, and how to give up. */
export interface Context {
  readonly principal: Principal
  readonly source: 'window' | 'cli' | 'rest' | 'mcp' | 'system'
  readonly signal: AbortSignal
}

/** Whether the principal may do it. The owner in the window may do everything. */
export function may(principal: Principal, permission: Permission): boolean {
  if (permission === 'open') return true
  if (permission === 'owner') return principal.token === null
  return principal.permissions.includes('*') || principal.permissions.includes(permission)
}

/** Whether the principal's token, if it has one, may be used for this profile; null stands for "not limited at all". */
export function allowsProfile({ token }: Principal, profileId: ProfileId | null): boolean {
  const limits = token?.profileIds
  return !limits || (profileId !== null && limits.includes(profileId))
}

/** Whether the principal's token, if it has one, may be used for this server, whatever profile it is in. */
export function allowsServer({ token }: Principal, serverId: ServerId): boolean {
  return token?.serverIds?.includes(serverId) ?? true
}
