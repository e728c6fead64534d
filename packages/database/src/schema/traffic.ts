import type { TokenId } from '@local-mcp/kernel'
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { checks, createdAt, flag, id, json } from './columns.ts'
import { profiles } from './profiles.ts'
import { servers } from './servers.ts'

/**
 * The traffic log: one row for each request of a client that went to a server. What is long comes last, so that lists
 * and sums never read it.
 */
export const debugLogs = sqliteTable(
  'debug_logs',
  {
    id: id(),
    profileId: text('profile_id').references(() => profiles.id, { onDelete: 'cascade' }),
    serverId: text('mcp_server_id').references(() => servers.id, { onDelete: 'set null' }),
    tokenId: text('token_id'),
    requestType: text('request_type').notNull(),
    toolName: text('tool_name'),
    status: text('status', { enum: ['pending', 'success', 'error', 'timeout', 'cancelled'] }).notNull(),
    errorCode: text('error_code'),
    durationMs: real('duration_ms'),
    createdAt: createdAt(),
    /** Of the profile, or of the server whose own endpoint was asked, at that time. */
    endpointSlug: text('endpoint_slug'),
    accountName: text('account_name'),
    tokenName: text('token_name'),
    clientName: text('client_name'),
    clientVersion: text('client_version'),
    serverVersion: text('server_version'),
    /** As they came, before anything was cut. */
    requestBytes: integer('request_bytes'),
    responseBytes: integer('response_bytes'),
    /** What the row takes, about. */
    sizeBytes: integer('size_bytes').notNull().default(0),
    truncated: flag('truncated').default(false),
    redacted: flag('redacted').default(false),
    /** The request is kept as it came: nothing is cut or hidden. */
    requestWhole: flag('request_whole').default(false),
    errorMessage: text('error_message'),
    requestPayload: text('request_payload'),
    responsePayload: text('response_payload'),
    /** What went to the server; empty where it is the same but for the id, null where nothing was sent or recorded. */
    serverRequest: text('server_request'),
    /** The same of what came back. */
    serverResponse: text('server_response'),
  },
  (t) => [
    ...checks(t),
    // The size is in it so that what the log takes is known without reading the log.
    index('debug_logs_created_at_idx').on(t.createdAt, t.id, t.sizeBytes),
    index('debug_logs_profile_id_idx').on(t.profileId, t.createdAt, t.id),
    index('debug_logs_mcp_server_id_idx').on(t.serverId, t.createdAt, t.id),
    index('debug_logs_token_id_idx').on(t.tokenId, t.createdAt, t.id),
    index('debug_logs_status_idx').on(t.status, t.createdAt, t.id),
  ],
)

/** What became of a server and when, in the order in which it happened. */
export const serverHistory = sqliteTable(
  'mcp_server_history',
  {
    id: integer('id').primaryKey(),
    serverId: text('mcp_server_id')
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    at: integer('at').notNull(),
    state: text('state').notNull(),
    code: text('code'),
    message: text('message'),
    pid: integer('pid'),
  },
  (t) => [...checks(t), index('mcp_server_history_server_idx').on(t.serverId, t.id)],
)

/** Without foreign keys: the numbers outlive what they count. */
export const toolMetrics = sqliteTable(
  'tool_metrics',
  {
    /** Start of the hour, ms. */
    hour: integer('hour').notNull(),
    profileId: text('profile_id').notNull(),
    serverId: text('mcp_server_id').notNull(),
    toolName: text('tool_name').notNull(),
    calls: integer('calls').notNull().default(0),
    errors: integer('errors').notNull().default(0),
    totalMs: integer('total_ms').notNull().default(0),
    maxMs: integer('max_ms').notNull().default(0),
    histogram: json<number[]>('histogram').notNull().default([]),
  },
  (t) => [...checks(t), primaryKey({ columns: [t.hour, t.profileId, t.serverId, t.toolName] })],
)

/**
 * Each request that showed a token. Without foreign keys: a row outlives its token. The number is given in the order in
 * which rows are written, so the oldest are found without looking at times.
 */
export const tokenUsageLogs = sqliteTable(
  'token_usage_logs',
  {
    id: integer('id').primaryKey(),
    tokenId: text('token_jti').$type<TokenId>().notNull(),
    userEmail: text('user_email').notNull(),
    /** When it came, ms. */
    at: integer('timestamp').notNull(),
    /** Its path without the query, cut. */
    endpoint: text('endpoint').notNull(),
    method: text('method').notNull(),
    address: text('ip_address'),
    userAgent: text('user_agent'),
    statusCode: integer('status_code').notNull(),
    /** Null for what stays open to hear of news. */
    durationMs: real('response_time_ms'),
    blocked: flag('blocked'),
    blockReason: text('block_reason'),
  },
  (t) => [...checks(t), index('token_usage_logs_token_jti_idx').on(t.tokenId, t.at)],
)
