import type { OAuthConfig } from '@local-mcp/contract'
import type { AccountId, ServerId } from '@local-mcp/kernel'
import type { GrantTerms } from './oauth.records.ts'

/** What a server said when it refused a request for want of a (better) token: RFC 6750, RFC 9728. */
export interface Challenge {
  readonly status: 401 | 403
  readonly resourceMetadataUrl: string | null
  /** Scopes that it wants, separated by spaces. */
  readonly scope: string | null
  readonly error: string | null
}

/** What is signed in to. */
export interface SignInTarget {
  readonly url: string
  /** Whether targets on this computer and in the local network were agreed to. */
  readonly allowPrivateNetwork: boolean
  readonly config: OAuthConfig | null
  readonly challenge: Challenge | null
}

/** An authorization server, as it and the server describe it. */
export interface AuthorizationServer {
  readonly issuer: string
  /** All that the server names. */
  readonly issuers: readonly string[]
  /** The resource indicator to send; null: none. */
  readonly resource: string | null
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly registrationEndpoint: string | null
  readonly revocationEndpoint: string | null
  readonly authMethods: readonly string[] | null
  readonly namesIssuer: boolean
  /** It takes the address of a client id metadata document as client id. */
  readonly takesMetadataUrl: boolean
  /** Scopes that the server names for everything that it can do. */
  readonly scopes: readonly string[]
  /** What it asked for when it refused a request; null: nothing in particular. */
  readonly challengedScope: string | null
  /** It grants refresh tokens for the scope `offline_access`. */
  readonly offersOfflineAccess: boolean
}

/** The client that the gateway is, with its secret in the clear. */
export interface ClientIdentity {
  readonly clientId: string
  readonly clientSecret: string | null
}

export interface NewClient extends ClientIdentity {
  /** In ms UTC; null: never. */
  readonly secretExpiresAt: number | null
}

/** What an authorization server grants, in the clear. */
export interface Granted {
  readonly accessToken: string
  /** Null: none came. */
  readonly refreshToken: string | null
  readonly tokenType: string
  /** Lifetime in milliseconds; null: not said. */
  readonly lifetimeMs: number | null
  readonly scope: string | null
}

/** A renewal that goes on when this process dies, and whose answer is found by whoever comes after. */
export interface Journal {
  readonly id: string
  /** What the answer is sealed with where it waits: 32 bytes, hex. */
  readonly key: string
  /** The request was made in an earlier life: only its answer is looked for. */
  readonly replay: boolean
}

/** Why a grant could not be renewed. */
export type RenewalFailure = 'refused' | 'client_refused' | 'unreachable' | 'unknown'

export class RenewalError extends Error {
  override readonly name = 'RenewalError'
  readonly failure: RenewalFailure

  /** @param failure refused: the grant is worth nothing. client_refused: the client is not known there. unreachable: nothing is known and everything stays. unknown: the request of an earlier life left no answer */
  constructor(failure: RenewalFailure, message: string) {
    super(message)
    this.failure = failure
  }
}

/**
 * Speaks OAuth. Errors are AppErrors of the table: NO_AUTHORIZATION_SERVER, OAUTH_METADATA_INVALID, ISSUER_MISMATCH,
 * RESOURCE_MISMATCH, PKCE_UNSUPPORTED, ADDRESS_FORBIDDEN, OAUTH_UNREACHABLE, REGISTRATION_FAILED, TOKEN_EXCHANGE_FAILED.
 */
export interface AuthorizationClient {
  /** @param issuer which of several; absent: the first */
  discover(target: SignInTarget, issuer?: string): Promise<AuthorizationServer>
  register(target: SignInTarget, server: AuthorizationServer, metadata: Readonly<Record<string, unknown>>): Promise<NewClient>
  /** @returns the address for the browser, and the verifier to keep secret */
  begin(
    server: AuthorizationServer,
    client: ClientIdentity,
    request: { readonly redirectUri: string; readonly scope: string | null; readonly state: string },
  ): Promise<{ readonly url: string; readonly codeVerifier: string }>
  /** @throws AppError ISSUER_MISMATCH where an answer names another issuer, or none though it should */
  checkIssuer(terms: GrantTerms, iss: string | null): void
  exchange(
    target: Pick<SignInTarget, 'allowPrivateNetwork'>,
    terms: GrantTerms,
    client: ClientIdentity,
    answer: { readonly code: string; readonly codeVerifier: string; readonly redirectUri: string },
  ): Promise<Granted>
  /** @throws RenewalError */
  refresh(
    target: Pick<SignInTarget, 'allowPrivateNetwork'>,
    terms: GrantTerms,
    client: ClientIdentity,
    refreshToken: string,
    journal: Journal,
  ): Promise<Granted>
  /** Forgets the answer of a renewal; it was stored, or is not wanted. */
  settle(journal: Pick<Journal, 'id'>): Promise<void>
  /** @returns whether the authorization server was told */
  revoke(
    target: Pick<SignInTarget, 'allowPrivateNetwork'>,
    terms: GrantTerms,
    client: ClientIdentity,
    token: string,
    hint: 'access_token' | 'refresh_token',
  ): Promise<boolean>
}

/**
 * Access tokens for calls. Both may answer at once, from memory, or have to wait for a renewal.
 * Errors: AUTH_REQUIRED (only a person can help), OAUTH_UNREACHABLE, SECRETS_LOCKED, DATABASE_CORRUPT.
 */
export interface AccessSource {
  /** The account that is meant: the one that is named, or the default one; null: the server has none. */
  accountOf(server: ServerId, named: AccountId | null): AccountId | null
  /** Null: nobody is signed in, so the server is asked without. */
  current(server: ServerId, named: AccountId | null): string | null | Promise<string | null>
  /** The server refused the token (null: it got none). @returns another one to try; null: a person is needed */
  refused(server: ServerId, named: AccountId | null, token: string | null, challenge: Challenge): Promise<string | null>
}
