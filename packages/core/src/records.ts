import type {
  ApiKey,
  KeyPlace,
  ServerConfig,
  ServerType,
  SourceType,
  TimeWindow,
  TokenUse,
  ToolNaming,
  ToolPolicy,
  UsageLimits,
  Visibility,
} from '@local-mcp/contract'
import type { AccountId, KeyId, LinkId, ProfileId, SecretId, ServerId, SourceId, TeamId, TokenId, UserId } from '@local-mcp/kernel'
import type { SecretPlace } from './vault.ports.ts'

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

/** A source as a server sees it; another `updatedAt` means other values. */
export interface LinkedSource {
  readonly id: SourceId
  readonly name: string
  readonly updatedAt: number
}

export interface SourceRecord extends Ownership {
  readonly id: SourceId
  readonly name: string
  readonly type: SourceType
  /** Secret values only as what is shown of them. */
  readonly metadata: Readonly<Record<string, string>>
  /** Ciphertext of a JSON object with the secret values; null where there are none. */
  readonly sealed: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

export interface ServerRecord extends Ownership {
  readonly id: ServerId
  readonly name: string
  readonly slug: string
  readonly type: ServerType
  readonly config: ServerConfig
  /** How its key is sent; the key is a secret of the scope of this server. Null: it has none. */
  readonly apiKey: ApiKeyRecord | null
  readonly enabled: boolean
  readonly toolPolicy: ToolPolicy
  /** What a person agreed to run or connect to, as `consentTo` writes it; null before consent. */
  readonly approvedSha256: string | null
  readonly endpoint: string
  /** Sources that it may refer to, in order. */
  readonly sources: readonly LinkedSource[]
  /** Names of sources that it had when they were deleted. */
  readonly lostSources: readonly string[]
  readonly timeoutMs: number
  readonly keepAlive: boolean
  /** The preset that it was filled in from. */
  readonly presetId: string | null
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

export type ApiKeyRecord = Omit<ApiKey, 'hint'>

export interface SecretRecord {
  readonly id: SecretId
  readonly name: string
  readonly scope: 'global' | 'server' | 'source'
  /** Null for a global one. */
  readonly scopeId: string | null
  /** Ciphertext. */
  readonly value: string
  readonly hint: string | null
  readonly lastUsedAt: number | null
  readonly createdAt: number
}

/** A data key, wrapped by a master key that is outside the database. */
export interface KeyRecord {
  readonly id: KeyId
  /** Ciphertext. */
  readonly wrappedKey: string
  readonly wrapMethod: KeyPlace
  /** How the master key is found: its id, and what its place needs to know. */
  readonly kdf: Readonly<Record<string, unknown>> | null
  readonly createdAt: number
  /** Kept after a rotation, for rows of older backups; null: values are sealed with it. */
  readonly retiredAt: number | null
}

/** One ciphertext of the database and where it is. */
export interface SealedCell {
  readonly place: SecretPlace
  readonly ciphertext: string
}

export interface DeletedServerRecord extends ServerRecord {
  readonly deletedAt: number
}

export interface LinkRecord {
  readonly id: LinkId
  readonly profileId: ProfileId
  readonly serverId: ServerId
  readonly order: number
  readonly isActive: boolean
  readonly toolPolicy: ToolPolicy
  /** Who its calls are made as; null: the server's default account. */
  readonly accountId: AccountId | null
}

export interface TokenRecord {
  readonly id: TokenId
  readonly userId: UserId
  readonly name: string
  /** SHA-256 of the token, hex. The token itself is nowhere. */
  readonly tokenHash: string
  readonly prefix: string
  readonly description: string | null
  /** Null: every one, as with the next two. */
  readonly profileIds: readonly ProfileId[] | null
  readonly serverIds: readonly ServerId[] | null
  /** Addresses and networks (CIDR) that it may come from. */
  readonly addresses: readonly string[] | null
  readonly timeWindow: TimeWindow | null
  readonly usageLimits: UsageLimits | null
  /** Rights; `*` is all of them. */
  readonly permissions: readonly string[]
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  /** Requests that it let in, ever. */
  readonly usedCount: number
  readonly revokedAt: number | null
  readonly createdAt: number
}

/** One request that showed a token, before it has a number. */
export interface NewTokenUse extends Omit<TokenUse, 'id'> {
  readonly tokenId: TokenId
  readonly userEmail: string
}

/** One tool, resource, resource template or prompt as its server described it, byte for byte. */
export interface ToolRecord {
  readonly kind: 'tool' | 'resource' | 'template' | 'prompt'
  /** Name, URI or URI template. */
  readonly name: string
  /** Its JSON, untouched. */
  readonly definition: string
}

/** A tool or prompt beside what was accepted of it. */
export interface PinRecord extends ToolRecord {
  /** Of `definition`. */
  readonly hash: string
  /** Null where what was accepted cannot be read. */
  readonly acceptedDefinition: string | null
  readonly change: 'added' | 'modified' | 'removed'
}

export interface UserRecord {
  readonly id: UserId
  readonly email: string
  readonly isLocalOwner: boolean
  readonly personalTeamId: TeamId
}
