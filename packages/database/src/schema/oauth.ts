import type { GrantTerms } from '@local-mcp/core'
import type { AccountId, ServerId } from '@local-mcp/kernel'
import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { checks, createdAt, flag, id, indexes, json, rowChecksum, sealed, timestamps } from './columns.ts'
import { servers } from './servers.ts'

const serverId = () =>
  text('mcp_server_id')
    .$type<ServerId>()
    .notNull()
    .references(() => servers.id, { onDelete: 'cascade' })

/** Who somebody is at a server that wants a sign-in. It outlives a sign-out, so that profiles keep naming it. */
export const oauthAccounts = sqliteTable(
  'oauth_accounts',
  {
    id: id<'account'>(),
    serverId: serverId(),
    name: text('name').notNull(),
    /** The one that is used where a profile names none. */
    isDefault: flag('is_default').default(false),
    /** Where and as whom its grant is renewed, as it was when it was granted: what a server says of itself later sends no secret elsewhere. */
    terms: json<GrantTerms>('terms'),
    /** A renewal that was begun and whose answer is not here yet: what its answer is sealed with, and when it began. */
    renewal: sealed('renewal'),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [
    ...checks(t),
    unique().on(t.serverId, t.name),
    uniqueIndex('oauth_accounts_default_idx').on(t.serverId).where(sql`is_default = 1`),
  ],
)

/** At most one for each account: its id is that of the account. */
export const oauthTokens = sqliteTable(
  'oauth_tokens',
  {
    id: id<'account'>(),
    serverId: serverId(),
    accessToken: sealed('access_token').notNull(),
    refreshToken: sealed('refresh_token'),
    tokenType: text('token_type').notNull().default('Bearer'),
    expiresAt: integer('expires_at'),
    scope: text('scope'),
    issuer: text('issuer'),
    lastRefreshAt: integer('last_refresh_at'),
    lastError: text('last_error'),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [...checks(t), ...indexes(t.serverId)],
)

export const oauthClientRegistrations = sqliteTable(
  'oauth_client_registrations',
  {
    id: id<'registration'>(),
    serverId: serverId(),
    authorizationServerUrl: text('authorization_server_url').notNull(),
    clientId: text('client_id').notNull(),
    clientSecret: sealed('client_secret'),
    registrationAccessToken: sealed('registration_access_token'),
    registrationClientUri: text('registration_client_uri'),
    redirectUri: text('redirect_uri').notNull(),
    clientSecretExpiresAt: integer('client_secret_expires_at'),
    origin: text('origin', { enum: ['dcr', 'manual', 'metadata'] }).notNull(),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [...checks(t), unique().on(t.serverId, t.authorizationServerUrl)],
)

export const oauthSessions = sqliteTable(
  'oauth_sessions',
  {
    stateHash: text('state_hash').primaryKey(),
    serverId: serverId(),
    accountId: text('account_id')
      .$type<AccountId>()
      .references(() => oauthAccounts.id, { onDelete: 'cascade' }),
    /** With the terms of what it is to grant. */
    codeVerifier: sealed('code_verifier').notNull(),
    redirectUri: text('redirect_uri').notNull(),
    issuer: text('issuer'),
    resource: text('resource'),
    scope: text('scope'),
    createdAt: createdAt(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (t) => [...checks(t), ...indexes(t.serverId, t.accountId)],
)
