import type { SourceType } from '@local-mcp/contract'
import { sql } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { checks, createdAt, id, indexes, json, rowChecksum, sealed, timestamps } from './columns.ts'
import { ownership } from './ownership.ts'
import { servers } from './servers.ts'

export const sources = sqliteTable(
  'sources',
  {
    id: id<'source'>(),
    name: text('name').notNull(),
    type: text('type').$type<SourceType>().notNull(),
    /** Nothing secret: of a secret only what is shown of it. */
    sourceMetadata: json<Readonly<Record<string, string>>>('source_metadata').notNull().default({}),
    secretMetadata: sealed('secret_metadata'),
    ...ownership(),
    ...timestamps(),
  },
  (t) => [...checks(t), ...indexes(t.teamId, t.ownerEmail)],
)

export const serverSources = sqliteTable(
  'mcp_server_sources',
  {
    serverId: text('mcp_server_id')
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    sourceId: text('source_id')
      .notNull()
      .references(() => sources.id, { onDelete: 'restrict' }),
    position: integer('position').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serverId, t.sourceId] }), ...indexes(t.sourceId)],
)

export const secrets = sqliteTable(
  'secrets',
  {
    id: id<'secret'>(),
    name: text('name').notNull(),
    scope: text('scope', { enum: ['global', 'server', 'source'] }).notNull(),
    scopeId: text('scope_id'),
    value: sealed('value').notNull(),
    /** Last four characters, for display. */
    hint: text('hint'),
    lastUsedAt: integer('last_used_at'),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [
    ...checks(t),
    unique().on(t.scope, t.scopeId, t.name),
    // NULLs never collide in a unique index, and a global secret has no scope id.
    uniqueIndex('secrets_global_name_idx').on(t.name).where(sql`scope_id is null`),
  ],
)

export const encryptionKeys = sqliteTable(
  'encryption_keys',
  {
    id: id<'key'>(),
    wrappedKey: text('wrapped_key').notNull(),
    wrapMethod: text('wrap_method', { enum: ['os', 'passphrase', 'file', 'env'] }).notNull(),
    kdf: json<Record<string, unknown>>('kdf'),
    createdAt: createdAt(),
    retiredAt: integer('retired_at'),
    rowChecksum: rowChecksum(),
  },
  (t) => checks(t),
)
