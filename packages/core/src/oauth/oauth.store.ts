import type { OAuthConfig } from '@local-mcp/contract'
import type { AccountId, RegistrationId, ServerId } from '@local-mcp/kernel'
import type { AccountRecord, GrantRecord, GrantTerms, RegistrationRecord, SignInRecord } from './oauth.records.ts'

/** What a renewal changes. */
export type Renewed = Pick<GrantRecord, 'accessToken' | 'refreshToken' | 'tokenType' | 'expiresAt' | 'scope'>

export interface OAuthReader {
  /** By server, the default one first, then by name. */
  accounts(serverId?: ServerId): Promise<AccountRecord[]>
  /** @throws AppError DATABASE_CORRUPT where its row is damaged */
  account(id: AccountId): Promise<AccountRecord | null>
  /** Of an account. @throws AppError DATABASE_CORRUPT where its row is damaged */
  grant(id: AccountId): Promise<GrantRecord | null>
  grants(): Promise<GrantRecord[]>
  registrations(serverId: ServerId): Promise<RegistrationRecord[]>
  registration(id: RegistrationId): Promise<RegistrationRecord | null>
  signIn(stateHash: string): Promise<SignInRecord | null>
  /** What somebody said about the sign-in of a server; null: nothing. */
  config(serverId: ServerId): Promise<OAuthConfig | null>
}

export interface OAuthWriter extends OAuthReader {
  insertAccount(record: AccountRecord): Promise<void>
  renameAccount(id: AccountId, name: string, now: number): Promise<void>
  /** It takes the place of the one that was it. */
  makeDefault(record: Pick<AccountRecord, 'id' | 'serverId'>, now: number): Promise<void>
  /** With its grant; links that named it name none. */
  deleteAccount(id: AccountId): Promise<void>
  /** In place of whatever the account was granted before. */
  putGrant(record: GrantRecord, terms: GrantTerms): Promise<void>
  /** Notes that a renewal was begun. */
  beginRenewal(id: AccountId, renewal: string): Promise<void>
  /** Null: it came to nothing, and what is stored stays. */
  endRenewal(id: AccountId, renewed: Renewed | null, now: number): Promise<void>
  /** It is worth nothing any more. */
  failGrant(id: AccountId, error: string): Promise<void>
  deleteGrant(id: AccountId): Promise<void>
  /** In place of the one for the same server and issuer. */
  putRegistration(record: RegistrationRecord): Promise<void>
  deleteRegistration(id: RegistrationId): Promise<void>
  insertSignIn(record: SignInRecord): Promise<void>
  useSignIn(stateHash: string, now: number): Promise<void>
  /** Forgets those that ended before. */
  purgeSignIns(before: number): Promise<void>
  setConfig(serverId: ServerId, config: OAuthConfig | null, now: number): Promise<void>
}

/** Who holds a lease. */
export interface LeaseHolder {
  readonly pid: number
  /** One life of one process. */
  readonly id: string
}

/** Leases between processes that use the same database. */
export interface LeaseWriter {
  /**
   * Takes it where it is free, ended, or its holder is gone.
   * @param isAlive whether a process of that pid exists
   * @returns whether it was taken
   */
  take(name: string, holder: LeaseHolder, now: number, forMs: number, isAlive: (pid: number) => boolean): Promise<boolean>
  release(name: string, holder: LeaseHolder): Promise<void>
}
