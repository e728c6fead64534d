import type { OAuthClient } from '@local-mcp/contract'
import type { AccountId, RegistrationId, ServerId } from '@local-mcp/kernel'

/** Who somebody is at a server. It outlives a sign-out, so that profiles keep naming it. */
export interface AccountRecord {
  readonly id: AccountId
  readonly serverId: ServerId
  readonly name: string
  readonly isDefault: boolean
  /** Of its grant; null: it has none that can be renewed. */
  readonly terms: GrantTerms | null
  /** Ciphertext about a renewal whose answer was not stored yet. */
  readonly renewal: string | null
  readonly createdAt: number
}

/** Where and as whom a grant is renewed and given back: as it was agreed to, whatever the server says of itself later. */
export interface GrantTerms {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly revocationEndpoint: string | null
  /** How the token endpoint takes the client's secret; null: it did not say. */
  readonly authMethods: readonly string[] | null
  /** Answers of the authorization server name it (RFC 9207). */
  readonly namesIssuer: boolean
  /** The resource indicator (RFC 8707), as it was sent; null: none was. */
  readonly resource: string | null
  readonly registrationId: RegistrationId
}

/** What an authorization server granted an account. The texts are ciphertext. */
export interface GrantRecord {
  /** That of its account. */
  readonly id: AccountId
  readonly serverId: ServerId
  readonly accessToken: string
  /** Null: it ends and cannot be renewed. */
  readonly refreshToken: string | null
  readonly tokenType: string
  readonly expiresAt: number | null
  /** Granted scopes, separated by spaces. */
  readonly scope: string | null
  readonly issuer: string | null
  readonly lastRefreshAt: number | null
  /** An error code; the grant is worth nothing any more. Null: it is sound. */
  readonly lastError: string | null
  readonly createdAt: number
}

/** The client that the gateway is at an authorization server, for one server. The secret is ciphertext. */
export interface RegistrationRecord {
  readonly id: RegistrationId
  readonly serverId: ServerId
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | null
  readonly redirectUri: string
  readonly secretExpiresAt: number | null
  readonly origin: OAuthClient['origin']
  readonly createdAt: number
}

/** A sign-in that was begun. */
export interface SignInRecord {
  /** SHA-256 of the state, hex. */
  readonly stateHash: string
  readonly serverId: ServerId
  readonly accountId: AccountId | null
  /** Ciphertext of a JSON object: the verifier, and the terms of what it is to grant. */
  readonly codeVerifier: string
  readonly redirectUri: string
  readonly scope: string | null
  readonly issuer: string | null
  readonly resource: string | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly usedAt: number | null
}
