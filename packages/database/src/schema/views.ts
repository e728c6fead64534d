import { sql } from 'drizzle-orm'
import { integer, sqliteView, text } from 'drizzle-orm/sqlite-core'

/*
 * Read-only names for what the tables hold, so that no fact is stored twice. A view cannot tell a damaged row, because
 * the checksum is a function of our connections and views are for other programs too.
 */

/** Accounts by the names of programs that expect a table `users`. */
export const usersView = sqliteView('users', {
  id: text('id').notNull(),
  email: text('email').notNull(),
  hashedPassword: text('hashed_password'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
}).as(sql`SELECT id, email, password_hash AS hashed_password, created_at, updated_at FROM email_users`)

/**
 * Servers that are not deleted, by the names of programs that expect a table `mcp_external_servers`. The URL of a server
 * that is a process is its address at the gateway; credentials are never given out.
 */
export const externalServersView = sqliteView('mcp_external_servers', {
  id: text('id').notNull(),
  name: text('name').notNull(),
  url: text('url').notNull(),
  transport: text('transport', { enum: ['stdio', 'http'] }).notNull(),
  authType: text('auth_type', { enum: ['none', 'api_key', 'oauth2', 'environment'] }).notNull(),
  credentials: text('credentials'),
  capabilities: text('capabilities'),
  metadata: text('metadata_').notNull(),
  status: text('status', { enum: ['registered', 'connected', 'disconnected', 'error'] }).notNull(),
  lastHealthCheck: integer('last_health_check'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
}).as(sql`SELECT id, name,
  CASE WHEN type IN ('remote_http', 'remote_sse') THEN json_extract(config, '$.url') ELSE endpoint END AS url,
  CASE WHEN type IN ('remote_http', 'remote_sse') THEN 'http' ELSE 'stdio' END AS transport,
  CASE
    WHEN oauth_config IS NOT NULL OR EXISTS (SELECT 1 FROM oauth_accounts WHERE mcp_server_id = mcp_servers.id) THEN 'oauth2'
    WHEN api_key_config IS NOT NULL THEN 'api_key'
    WHEN coalesce(json_extract(config, '$.env'), json_extract(config, '$.headers'), '{}') <> '{}' THEN 'environment'
    ELSE 'none'
  END AS auth_type,
  NULL AS credentials,
  capabilities,
  json_object('slug', slug, 'type', type, 'endpoint', endpoint, 'enabled', json(iif(enabled, 'true', 'false')), 'tags', json(tags)) AS metadata_,
  CASE
    WHEN status = 'connected' THEN 'connected'
    WHEN status IN ('error', 'auth_required') THEN 'error'
    WHEN status IN ('connecting', 'approval_required') OR tools_listed_at IS NULL THEN 'registered'
    ELSE 'disconnected'
  END AS status,
  last_health_check, created_at, updated_at
FROM mcp_servers WHERE deleted_at IS NULL`)

/**
 * The tools that a profile offers: the server is there and on, the link is active, and both allow the tool. `all` allows
 * what is not switched off, `allowlist` only what is switched on. A tool that is not as it was accepted is withheld unless
 * the setting says otherwise. The names are the server's own: naming rules and collisions are the catalogue's.
 */
export const effectiveProfileToolsView = sqliteView('effective_profile_tools', {
  profileId: text('profile_id').notNull(),
  linkId: text('profile_mcp_server_id').notNull(),
  serverId: text('mcp_server_id').notNull(),
  order: integer('order').notNull(),
  position: integer('position').notNull(),
  toolName: text('tool_name').notNull(),
  customName: text('custom_name'),
  customDescription: text('custom_description'),
  customInputSchema: text('custom_input_schema'),
  definition: text('definition').notNull(),
}).as(sql`SELECT link.profile_id, link.id AS profile_mcp_server_id, link.mcp_server_id, link."order", tool.position, tool.tool_name,
  chosen.custom_name, chosen.custom_description, chosen.custom_input_schema, tool.definition
FROM profile_mcp_servers AS link
JOIN mcp_servers AS server ON server.id = link.mcp_server_id
JOIN mcp_server_tools_cache AS tool ON tool.mcp_server_id = server.id AND tool.kind = 'tool' AND tool.removed_at IS NULL
LEFT JOIN mcp_server_tool_configs AS config ON config.mcp_server_id = server.id AND config.tool_name = tool.tool_name
LEFT JOIN profile_mcp_server_tools AS chosen ON chosen.profile_mcp_server_id = link.id AND chosen.tool_name = tool.tool_name
WHERE link.is_active AND server.enabled AND server.deleted_at IS NULL
  AND coalesce(config.is_enabled, server.tool_policy = 'all') AND coalesce(chosen.is_enabled, link.tool_policy = 'all')
  AND (tool.schema_hash = coalesce(tool.accepted_hash, tool.schema_hash)
    OR EXISTS (SELECT 1 FROM gateway_settings WHERE key = 'changed_tools' AND value = '"flag"'))`)
