import { integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { checks, id, indexes, json, timestamps } from './columns.ts'
import { ownership } from './ownership.ts'

export const catalogs = sqliteTable(
  'catalogs',
  {
    id: id(),
    ref: text('ref').notNull().unique(),
    title: text('title').notNull(),
    sourceType: text('source_type', { enum: ['file', 'https'] }).notNull(),
    sourceUrl: text('source_url').notNull(),
    digest: text('digest'),
    lastUpdated: integer('last_updated'),
    ...ownership(),
    ...timestamps(),
  },
  (t) => [...checks(t), ...indexes(t.teamId, t.ownerEmail)],
)

export const catalogServers = sqliteTable(
  'catalog_servers',
  {
    id: id(),
    catalogId: text('catalog_id')
      .notNull()
      .references(() => catalogs.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    serverType: text('server_type').notNull(),
    snapshot: json<Record<string, unknown>>('snapshot').notNull(),
    tools: json<unknown[]>('tools'),
  },
  (t) => [...checks(t), unique().on(t.catalogId, t.name)],
)
