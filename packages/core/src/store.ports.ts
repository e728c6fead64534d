import type { Finding, HealthCheck, TokenUsage, TokenUse, ToolPolicy } from '@local-mcp/contract'
import type { AccountId, KeyId, LinkId, ProfileId, SecretId, ServerId, SourceId, TeamId, TokenId, UserId } from '@local-mcp/kernel'
import type { BackupStore } from './backups/backup.ports.ts'
import type { Principal } from './context.ts'
import type { LeaseWriter, OAuthReader, OAuthWriter } from './oauth/oauth.store.ts'
import type {
  DeletedServerRecord,
  KeyRecord,
  LinkRecord,
  NewTokenUse,
  PinRecord,
  ProfileRecord,
  SealedCell,
  SecretRecord,
  ServerRecord,
  SourceRecord,
  TokenRecord,
  ToolRecord,
  UserRecord,
} from './records.ts'
import type { ToolChoices, ToolCustom, ToolPins } from './tools/tool-rules.ts'
import type { SecretPlace } from './vault.ports.ts'

/**
 * What the services need of a store. Everything is asynchronous so that an engine that answers over a network
 * can stand behind the same ports. Lists and gets take the viewer and return only what it may see; a row that it
 * may not see is absent, never an error.
 */
export interface ProfileReader {
  /** By name, case-insensitively. */
  list(viewer: Principal): Promise<ProfileRecord[]>
  /** @param ref id or slug */
  get(viewer: Principal, ref: string): Promise<ProfileRecord | null>
  /** Every slug in use, whoever owns it, so that a new one can be made unique. */
  slugs(): Promise<string[]>
}
export interface ProfileWriter extends ProfileReader {
  insert(record: ProfileRecord): Promise<void>
  /** Writes the patch, raises `version`, sets `updatedAt`; null when the row is gone or `expectedVersion` no longer holds. */
  update(
    id: ProfileId,
    patch: Partial<Pick<ProfileRecord, 'name' | 'description' | 'toolNaming'>>,
    now: number,
    expectedVersion?: number,
  ): Promise<ProfileRecord | null>
  /** Removes the profile with its links, customisations and log rows. */
  delete(id: ProfileId): Promise<void>
}

export interface ServerReader {
  /** Live rows (not deleted), by name, case-insensitively. */
  list(viewer: Principal): Promise<ServerRecord[]>
  /** @param ref id, slug, or exact name (case-insensitive) of a live row */
  get(viewer: Principal, ref: string): Promise<ServerRecord | null>
  /** Deleted rows, the newest deletion first. */
  listDeleted(viewer: Principal): Promise<DeletedServerRecord[]>
  /** @param ref id, slug, or exact name (case-insensitive) of a deleted row; among equal names the one deleted last */
  getDeleted(viewer: Principal, ref: string): Promise<DeletedServerRecord | null>
  /** Every slug in use, deleted rows included. */
  slugs(): Promise<string[]>
  /** Whether a live row of this owner has the name (case-insensitive). */
  nameTaken(ownerEmail: string | null, name: string, except?: ServerId): Promise<boolean>
}
export interface ServerWriter extends ServerReader {
  /** Without its sources. */
  insert(record: ServerRecord): Promise<void>
  /** False when the row is gone or `expectedVersion` no longer holds. */
  update(
    id: ServerId,
    patch: Partial<
      Pick<ServerRecord, 'name' | 'config' | 'enabled' | 'timeoutMs' | 'keepAlive' | 'approvedSha256' | 'toolPolicy' | 'apiKey'>
    >,
    now: number,
    expectedVersion?: number,
  ): Promise<boolean>
  /** Gives it these sources and no others, in this order; what it lost earlier is forgotten. */
  setSources(id: ServerId, sourceIds: readonly SourceId[]): Promise<void>
  /** Notes that it had a source which was deleted. */
  loseSource(id: ServerId, name: string): Promise<void>
  /** Marks it deleted. It keeps its endpoint, slug and links until it is purged. */
  softDelete(id: ServerId, now: number): Promise<void>
  /** Takes the mark off again. */
  restore(id: ServerId, name: string, now: number): Promise<void>
  /** Removes a deleted row and all that belongs to it: links, tokens, secrets, what it listed. Its endpoint is free then. */
  purge(id: ServerId): Promise<void>
}

export interface LinkReader {
  /** Links to live servers, by order. */
  listByProfile(profileId: ProfileId): Promise<LinkRecord[]>
  /** Links of that server, deleted or not. */
  listByServer(serverId: ServerId): Promise<LinkRecord[]>
  /** All links to live servers, by profile and order. */
  listAll(): Promise<LinkRecord[]>
}
export interface LinkWriter extends LinkReader {
  insert(record: LinkRecord, now: number): Promise<void>
  setActive(id: LinkId, isActive: boolean, now: number): Promise<void>
  setToolPolicy(id: LinkId, toolPolicy: ToolPolicy, now: number): Promise<void>
  setAccount(id: LinkId, accountId: AccountId | null, now: number): Promise<void>
  /** Gives the servers the orders 0, 1, 2 … in the sequence given. */
  setOrder(profileId: ProfileId, serverIds: readonly ServerId[], now: number): Promise<void>
  delete(id: LinkId): Promise<void>
}

export interface TokenReader {
  /** The viewer's own tokens, newest first, revoked ones included. */
  list(viewer: Principal): Promise<TokenRecord[]>
  /** @param ref id or name (the newest of that name) */
  get(viewer: Principal, ref: string): Promise<TokenRecord | null>
  /** Every token of everybody, the revoked and expired ones too; one with a damaged row is not among them. */
  listAll(): Promise<TokenRecord[]>
  /** When the token of that id was revoked, also where there is no such token (any more); null: it was not. */
  revokedAt(id: TokenId): Promise<number | null>
  nameTaken(userId: UserId, name: string): Promise<boolean>
}
export interface TokenWriter extends TokenReader {
  insert(record: TokenRecord): Promise<void>
  revoke(id: TokenId, by: string, reason: string | null, now: number): Promise<void>
  /** Writes when the tokens were last used, and adds to how often. */
  touch(uses: ReadonlyMap<TokenId, { readonly at: number; readonly count: number }>): Promise<void>
}

export interface TokenUsageReader {
  stats(id: TokenId): Promise<TokenUsage['stats']>
  /** The newest first. @param before the number of a row: only those that came before it */
  list(id: TokenId, limit: number, before: number | null): Promise<TokenUse[]>
  /** How many requests were let in since then (ms), and when the first of them came. */
  countSince(id: TokenId, since: number): Promise<{ readonly count: number; readonly firstAt: number | null }>
}
export interface TokenUsageWriter extends TokenUsageReader {
  insert(rows: readonly NewTokenUse[]): Promise<void>
  /**
   * Removes some of the oldest rows: those that came before `before` (ms), and what is more than `keep`.
   * @returns how many; there may be more where that is `limit`
   */
  purge(before: number, keep: number, limit: number): Promise<number>
}

export interface SecretReader {
  /** All of them, by name. */
  list(): Promise<SecretRecord[]>
  /** @param scopeId null for a global one */
  get(scope: SecretRecord['scope'], scopeId: string | null, name: string): Promise<SecretRecord | null>
}
export interface SecretWriter extends SecretReader {
  insert(record: SecretRecord): Promise<void>
  replace(id: SecretId, sealed: Pick<SecretRecord, 'value' | 'hint'>, now: number): Promise<void>
  delete(id: SecretId): Promise<void>
  /** Writes when they were last used. */
  touch(uses: ReadonlyMap<SecretId, number>): Promise<void>
}

export interface KeyReader {
  /** Every data key, the newest first, retired ones included. */
  list(): Promise<KeyRecord[]>
  /** Every ciphertext of the database, in whatever table. */
  sealed(): Promise<SealedCell[]>
  countSealed(): Promise<number>
}
export interface KeyWriter extends KeyReader {
  insert(record: KeyRecord): Promise<void>
  rewrap(id: KeyId, wrapped: Pick<KeyRecord, 'wrappedKey' | 'wrapMethod' | 'kdf'>): Promise<void>
  retire(id: KeyId, now: number): Promise<void>
  /** Of a retired one. */
  delete(id: KeyId): Promise<void>
  /** Puts another ciphertext in the place of one. */
  reseal(place: SecretPlace, ciphertext: string): Promise<void>
}

export interface SettingsReader {
  /** The parsed JSON value, or undefined. */
  get(key: string): Promise<unknown>
}
export interface SettingsWriter extends SettingsReader {
  set(key: string, value: unknown, now: number): Promise<void>
}

/** One entry of the pool with who has it. */
export interface PoolRow {
  readonly url: string
  /** Counted from 0; new servers take the first free one. */
  readonly position: number
  readonly retiredAt: number | null
  /** The name is null where the viewer may not see that server. */
  readonly holder: { readonly id: ServerId; readonly name: string | null; readonly deletedAt: number | null } | null
}
/** What the pool is to be. */
export interface PoolPlan {
  /** Null where it is not known, as in a single command: what is generated then stays where it is. */
  readonly port: number | null
  /** Entries as somebody wrote them, in order; null: generated ones. */
  readonly entries: readonly string[] | null
  /** How many to generate, as `http://127.0.0.1:<port>/s/1` and so on. */
  readonly generated: number
}
export interface SourceReader {
  /** By name, case-insensitively. */
  list(viewer: Principal): Promise<SourceRecord[]>
  /** @param ref id, or exact name (case-insensitive) */
  get(viewer: Principal, ref: string): Promise<SourceRecord | null>
  nameTaken(ownerEmail: string | null, name: string, except?: SourceId): Promise<boolean>
  /** The servers that use each, deleted ones included. */
  users(): Promise<{ readonly sourceId: SourceId; readonly serverId: ServerId; readonly serverName: string; readonly deleted: boolean }[]>
}
export interface SourceWriter extends SourceReader {
  insert(record: SourceRecord): Promise<void>
  /** Null when it was changed since. */
  update(
    id: SourceId,
    patch: Partial<Pick<SourceRecord, 'name' | 'metadata' | 'sealed'>>,
    now: number,
    expectedUpdatedAt: number,
  ): Promise<SourceRecord | null>
  /** Takes it off every server and removes it. */
  delete(id: SourceId): Promise<void>
}

export interface PoolReader {
  /** By position. */
  list(viewer: Principal): Promise<PoolRow[]>
}
export interface PoolWriter extends PoolReader {
  /** The URL of the first entry in order that no server (deleted ones included) holds; null when none is free. */
  firstFree(): Promise<string | null>
  /**
   * Makes the pool what the plan says; writes nothing where it is so already. Entries that are not in it any more are
   * retired. When the port changed, rewrites the generated entries and the endpoints of the servers that hold them.
   * @returns how many server endpoints were rewritten
   */
  align(plan: PoolPlan, now: number): Promise<number>
}

export interface ToolReader {
  /** What the server listed last, each kind in its order; null if it was never listed. */
  list(serverId: ServerId): Promise<ToolRecord[] | null>
  /** The same for every server that was ever listed. */
  listAll(): Promise<Map<ServerId, ToolRecord[]>>
  /** What of each server, or of one, was accepted. */
  pins(of?: ServerId): Promise<Map<ServerId, ToolPins>>
  /** Its tools and prompts that are new, gone, or not as they were accepted. */
  changes(serverId: ServerId): Promise<PinRecord[]>
  /** How many those are, for servers that have any; rows that are damaged are not among them. */
  countChanges(): Promise<Map<ServerId, number>>
}
export interface ToolWriter extends ToolReader {
  /**
   * What a server lists for the first time is accepted by that, and so is whatever a trusted one lists.
   */
  replace(serverId: ServerId, tools: readonly ToolRecord[], now: number, trusted?: boolean): Promise<void>
  /** Accepts it as it is now; one that is gone is forgotten. */
  accept(serverId: ServerId, pin: Pick<PinRecord, 'kind' | 'name'>, now: number): Promise<void>
}

/** What was chosen for single tools. */
export interface StoredChoices extends Pick<ToolChoices, 'switched' | 'custom'> {
  /** A row was damaged and left out, so a tool that somebody switched off may not be among them. */
  readonly damaged: boolean
}
export interface ToolChoiceReader {
  /** Of servers and links that have any. */
  ofServers(): Promise<Map<ServerId, StoredChoices>>
  ofLinks(): Promise<Map<LinkId, StoredChoices>>
}
export interface ToolChoiceWriter extends ToolChoiceReader {
  switchAtServer(serverId: ServerId, tool: string, isEnabled: boolean, now: number): Promise<void>
  /** Leaves what it is called and says. */
  switchAtLink(linkId: LinkId, tool: string, isEnabled: boolean, now: number): Promise<void>
  /** @param isEnabled what holds if nobody switched it yet */
  customize(linkId: LinkId, tool: string, custom: ToolCustom, isEnabled: boolean, now: number): Promise<void>
}

export interface IdentityReader {
  localOwner(): Promise<UserRecord | null>
}
export interface IdentityWriter extends IdentityReader {
  createLocalOwner(
    user: { id: UserId; email: string; fullName: string | null },
    team: { id: TeamId; name: string; slug: string },
    now: number,
  ): Promise<UserRecord>
}

/** Reads see the last committed state. */
export interface StoreReader {
  readonly profiles: ProfileReader
  readonly servers: ServerReader
  readonly links: LinkReader
  readonly tokens: TokenReader
  readonly tokenUsage: TokenUsageReader
  readonly secrets: SecretReader
  readonly keys: KeyReader
  readonly settings: SettingsReader
  readonly pool: PoolReader
  readonly sources: SourceReader
  readonly tools: ToolReader
  readonly toolChoices: ToolChoiceReader
  readonly oauth: OAuthReader
  readonly identity: IdentityReader
}

/** Valid only inside the transaction that handed it out. */
export interface StoreWriter {
  readonly profiles: ProfileWriter
  readonly servers: ServerWriter
  readonly links: LinkWriter
  readonly tokens: TokenWriter
  readonly tokenUsage: TokenUsageWriter
  readonly secrets: SecretWriter
  readonly keys: KeyWriter
  readonly settings: SettingsWriter
  readonly pool: PoolWriter
  readonly sources: SourceWriter
  readonly tools: ToolWriter
  readonly toolChoices: ToolChoiceWriter
  readonly oauth: OAuthWriter
  readonly leases: LeaseWriter
  readonly identity: IdentityWriter
}

export interface Store {
  readonly read: StoreReader
  /**
   * Runs `work` in one write transaction: all of it is committed when it resolves, none of it when it throws.
   * Transactions run one after another.
   * @throws AppError DB_BUSY when another process holds the write lock for too long
   */
  transaction<Result>(work: (tx: StoreWriter) => Promise<Result>): Promise<Result>
  readonly backups: BackupStore
  /** Proves that the store can do its work now: schema, migrations, query path, write probe, WAL, foreign keys, disk. */
  check(): Promise<HealthCheck[]>
  /** The doctor's look at file, rights, pragmas, integrity. Slower than `check`. Changes nothing. */
  doctor(): Promise<Finding[]>
  close(): Promise<void>
}
