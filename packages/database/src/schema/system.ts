import { integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { checks, createdAt, flag, id, indexes, json, rowChecksum, timestamps, updatedAt } from './columns.ts'
import { profiles } from './profiles.ts'

export const gatewaySettings = sqliteTable(
  'gateway_settings',
  { key: text('key').primaryKey(), value: json<unknown>('value').notNull(), updatedAt: updatedAt(), rowChecksum: rowChecksum() },
  (t) => checks(t),
)

export const interceptors = sqliteTable(
  'interceptors',
  {
    id: id(),
    name: text('name').notNull().unique(),
    phase: text('phase', { enum: ['before', 'after'] }).notNull(),
    kind: text('kind', { enum: ['exec', 'http', 'builtin'] }).notNull(),
    target: text('target').notNull(),
    config: json<Record<string, unknown>>('config').notNull().default({}),
    position: integer('position').notNull(),
    timeoutMs: integer('timeout_ms').notNull(),
    enabled: flag('enabled').default(false),
    approvedSha256: text('approved_sha256'),
    ...timestamps(),
  },
  (t) => checks(t),
)

export const clientConnections = sqliteTable(
  'client_connections',
  {
    id: id(),
    client: text('client').notNull(),
    configPath: text('config_path').notNull(),
    entryName: text('entry_name').notNull(),
    profileId: text('profile_id').references(() => profiles.id, { onDelete: 'set null' }),
    mode: text('mode', { enum: ['stdio', 'http'] }).notNull(),
    tokenId: text('token_id'),
    backupPath: text('backup_path'),
    ...timestamps(),
  },
  (t) => [...checks(t), unique().on(t.client, t.configPath, t.entryName), ...indexes(t.profileId)],
)

export const backups = sqliteTable(
  'backups',
  {
    id: id(),
    path: text('path').notNull(),
    kind: text('kind').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text('sha256').notNull(),
    schemaVersion: integer('schema_version').notNull(),
    verifiedAt: integer('verified_at'),
    createdAt: createdAt(),
  },
  (t) => checks(t),
)

export const importRuns = sqliteTable(
  'import_runs',
  {
    id: id(),
    format: text('format').notNull(),
    mode: text('mode').notNull(),
    dryRun: flag('dry_run'),
    status: text('status', { enum: ['running', 'completed', 'failed'] }).notNull(),
    counts: json<Record<string, number>>('counts').notNull().default({}),
    errors: json<unknown[]>('errors').notNull().default([]),
    warnings: json<unknown[]>('warnings').notNull().default([]),
    backupId: text('backup_id').references(() => backups.id, { onDelete: 'set null' }),
    startedBy: text('started_by').notNull(),
    startedAt: integer('started_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (t) => [...checks(t), ...indexes(t.backupId)],
)

/** Leases between processes, e.g. one token refresh at a time. */
export const appLocks = sqliteTable('app_locks', {
  name: text('name').primaryKey(),
  holderPid: integer('holder_pid').notNull(),
  holderId: text('holder_id').notNull(),
  acquiredAt: integer('acquired_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
})
