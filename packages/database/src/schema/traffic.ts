import type { TokenId } from '@local-mcp/kernel'
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { checks, createdAt, flag, id, json } from './columns.ts'
import { profiles } from './profiles.ts'
import { servers } from './servers.ts'

export const debugLogs = sqliteTable(
  'debug_logs',
  {
    id: id(),
    profileId: text('profile_id').references(() => profiles.id, { onDelete: 'cascade' }),
    serverId: text('mcp_server_id').references(() => servers.id, { onDelete: 'set null' }),
    tokenId: text('token_id'),
    requestType: text('request_type').notNull(),
    toolName: text('tool_name'),
    requestPayload: text('request_payload'),
    responsePayload: text('response_payload'),
    truncated: flag('truncated').default(false),
    status: text('status', { enum: ['pending', 'success', 'error', 'timeout'] }).notNull(),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    durationMs: integer('duration_ms'),
    createdAt: createdAt(),
  },
  (t) => [
    ...checks(t),
    index('debug_logs_created_at_idx').on(t.createdAt),
    index('debug_logs_profile_id_idx').on(t.profileId, t.createdAt),
    index('debug_logs_mcp_server_id_idx').on(t.serverId, t.createdAt),
    index('debug_logs_status_idx').on(t.status, t.createdAt),
  ],
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
