import type { ServerConfig, ServerType, ToolNaming, Visibility } from '@local-mcp/contract'
import type { LinkId, ProfileId, ServerId, TeamId, TokenId, UserId } from '@local-mcp/kernel'

/** Who a row belongs to. A null team or owner is an orphan: only the local owner sees it. */
export interface Ownership {
  readonly teamId: TeamId | null
  readonly ownerEmail: string | null
  readonly visibility: Visibility
}

export interface ProfileRecord extends Ownership {
  readonly id: ProfileId
  readonly name: string
  readonly slug: string
  readonly description: string | null
  readonly toolNaming: ToolNaming
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

export type ToolPolicy = 'all' | 'allowlist'

export interface ServerRecord extends Ownership {
  readonly id: ServerId
  readonly name: string
  readonly slug: string
  readonly type: ServerType
  readonly config: ServerConfig
  readonly enabled: boolean
  readonly toolPolicy: ToolPolicy
  /** What a person agreed to run or connect to, as `consentTo` writes it; null before consent. */
  readonly approvedSha256: string | null
  readonly endpoint: string
  readonly timeoutMs: number
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

export interface LinkRecord {
  readonly id: LinkId
  readonly profileId: ProfileId
  readonly serverId: ServerId
  readonly order: number
  readonly isActive: boolean
  readonly toolPolicy: ToolPolicy
}

export interface TokenRecord {
  readonly id: TokenId
  readonly userId: UserId
  readonly name: string
  /** SHA-256 of the token, hex. The token itself is nowhere. */
  readonly tokenHash: string
  readonly prefix: string
  readonly profileIds: readonly ProfileId[] | null
  readonly permissions: readonly string[]
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
  readonly createdAt: number
}

/** One tool, resource, resource template or prompt as its server described it, byte for byte. */
export interface ToolRecord {
  readonly kind: 'tool' | 'resource' | 'template' | 'prompt'
  /** Name, URI or URI template. */
  readonly name: string
  /** Its JSON, untouched. */
  readonly definition: string
}

export interface UserRecord {
  readonly id: UserId
  readonly email: string
  readonly isLocalOwner: boolean
  readonly personalTeamId: TeamId
}
