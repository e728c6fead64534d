import { integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { checks, createdAt, id, indexes, rowChecksum, sealed, timestamps } from './columns.ts'
import { servers } from './servers.ts'

const serverId = () =>
  text('mcp_server_id')
    .notNull()
    .references(() => servers.id, { onDelete: 'cascade' })

export const oauthTokens = sqliteTable(
  'oauth_tokens',
  {
    id: id(),
    serverId: serverId().unique(),
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
  (t) => checks(t),
)

export const oauthClientRegistrations = sqliteTable(
  'oauth_client_registrations',
  {
    id: id(),
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
    codeVerifier: sealed('code_verifier').notNull(),
    redirectUri: text('redirect_uri').notNull(),
    issuer: text('issuer'),
    resource: text('resource'),
    scope: text('scope'),
    createdAt: createdAt(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (t) => [...checks(t), ...indexes(t.serverId)],
)
