import type { OAuthConfig, ServerConfig } from '@local-mcp/contract'
import type { ApiKeyRecord } from '@local-mcp/core'
import type { ServerId } from '@local-mcp/kernel'
import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { catalogServers } from './catalogs.ts'
import { checks, createdAt, flag, id, indexes, json, rowChecksum, tags, timestamps } from './columns.ts'
import { ownership } from './ownership.ts'

export const toolPolicy = () =>
  text('tool_policy', { enum: ['all', 'allowlist'] })
    .notNull()
    .default('all')

export const servers = sqliteTable(
  'mcp_servers',
  {
    id: id<'server'>(),
    name: text('name').notNull(),
    /** Prefix of its tools where names collide. */
    slug: text('slug').notNull().unique(),
    type: text('type', { enum: ['remote_http', 'remote_sse', 'external', 'builtin', 'custom'] }).notNull(),
    config: json<ServerConfig>('config').notNull(),
    /** What somebody said about its sign-in. */
    oauthConfig: json<OAuthConfig>('oauth_config'),
    /** How the key is sent; the key itself is in `secrets`. */
    apiKeyConfig: json<ApiKeyRecord>('api_key_config'),
    endpoint: text('endpoint').notNull().unique(),
    enabled: flag('enabled').default(true),
    toolPolicy: toolPolicy(),
    status: text('status', {
      enum: ['connected', 'disconnected', 'connecting', 'error', 'auth_required', 'approval_required', 'disabled'],
    })
      .notNull()
      .default('disconnected'),
    statusError: text('status_error'),
    capabilities: json<Record<string, unknown>>('capabilities'),
    serverVersion: text('server_version'),
    lastHealthCheck: integer('last_health_check'),
    /** Null until the tools were listed for the first time: zero cached tools then means that there are none. */
    toolsListedAt: integer('tools_listed_at'),
    timeoutMs: integer('timeout_ms').notNull().default(30_000),
    retries: integer('retries').notNull().default(3),
    keepAlive: flag('keep_alive').default(false),
    approvedSha256: text('command_sha256_approved'),
    presetId: text('preset_id'),
    catalogServerId: text('catalog_server_id').references(() => catalogServers.id, { onDelete: 'set null' }),
    tags: tags(),
    version: integer('version').notNull().default(1),
    deletedAt: integer('deleted_at'),
    ...ownership(),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [
    ...checks(t),
    check('mcp_servers_timeout_ms_check', sql`timeout_ms between 1000 and 300000`),
    check('mcp_servers_retries_check', sql`retries between 0 and 10`),
    uniqueIndex('mcp_servers_name_idx').on(t.ownerEmail, sql`lower(name)`).where(sql`deleted_at is null`),
    ...indexes(t.type, t.deletedAt, t.catalogServerId, t.teamId, t.ownerEmail),
  ],
)

/** An entry is free when no server (deleted ones included) has its URL as endpoint and it is not retired. */
export const endpointPool = sqliteTable(
  'endpoint_pool',
  {
    url: text('url').primaryKey(),
    position: integer('position').notNull().unique(),
    origin: text('origin', { enum: ['env', 'generated'] }).notNull(),
    retiredAt: integer('retired_at'),
  },
  (t) => checks(t),
)

export const serverToolConfigs = sqliteTable(
  'mcp_server_tool_configs',
  {
    id: id<'tool-config'>(),
    serverId: text('mcp_server_id')
      .$type<ServerId>()
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    toolName: text('tool_name').notNull(),
    isEnabled: flag('is_enabled').default(true),
    approval: text('approval', { enum: ['allow', 'ask', 'deny'] })
      .notNull()
      .default('allow'),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [...checks(t), unique().on(t.serverId, t.toolName)],
)

/**
 * What a server listed last, and what of it was accepted. What a server no longer lists is kept, so that it cannot come
 * back as something else.
 */
export const serverToolsCache = sqliteTable(
  'mcp_server_tools_cache',
  {
    id: id<'cached-tool'>(),
    serverId: text('mcp_server_id')
      .$type<ServerId>()
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['tool', 'resource', 'template', 'prompt'] })
      .notNull()
      .default('tool'),
    toolName: text('tool_name').notNull(),
    /** Place in the server's own order. */
    position: integer('position').notNull(),
    /** The JSON as the server sent it; text and not JSON mode, so that not a byte of it changes. */
    definition: text('definition').notNull(),
    description: text('description'),
    inputSchema: json<unknown>('input_schema'),
    outputSchema: json<unknown>('output_schema'),
    annotations: json<unknown>('annotations'),
    /** SHA-256 of the canonical form of `definition`, hex. */
    schemaHash: text('schema_hash').notNull(),
    /** The same of what was accepted; null in rows of a version that knew no acceptance, for which `definition` counts. */
    acceptedHash: text('accepted_hash'),
    acceptedDefinition: text('accepted_definition'),
    /** When a person accepted it, or the server's first listing did; null for what came later and nobody looked at. */
    acceptedAt: integer('accepted_at'),
    /** Since when the server no longer lists it. */
    removedAt: integer('removed_at'),
    fetchedAt: integer('fetched_at').notNull(),
    createdAt: createdAt(),
    rowChecksum: rowChecksum(),
  },
  (t) => [
    ...checks(t),
    check('mcp_server_tools_cache_definition_check', sql`json_valid(definition)`),
    unique().on(t.serverId, t.kind, t.toolName),
    index('mcp_server_tools_cache_position_idx').on(t.serverId, t.kind, t.position),
  ],
)
