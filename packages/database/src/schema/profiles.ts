import type { AccountId, LinkId, ProfileId, ServerId } from '@local-mcp/kernel'
import { index, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { checks, flag, id, indexes, json, rowChecksum, tags, timestamps } from './columns.ts'
import { oauthAccounts } from './oauth.ts'
import { ownership } from './ownership.ts'
import { servers, toolPolicy } from './servers.ts'

export const profiles = sqliteTable(
  'profiles',
  {
    id: id<'profile'>(),
    name: text('name').notNull(),
    slug: text('slug').notNull().unique(),
    description: text('description'),
    toolNaming: text('tool_naming', { enum: ['first_wins', 'always_prefix', 'reject'] })
      .notNull()
      .default('first_wins'),
    dynamicTools: flag('dynamic_tools').default(false),
    codeMode: flag('code_mode').default(false),
    blockSecrets: flag('block_secrets').default(false),
    tags: tags(),
    version: integer('version').notNull().default(1),
    ...ownership(),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [...checks(t), ...indexes(t.teamId, t.ownerEmail)],
)

export const profileSlugHistory = sqliteTable(
  'profile_slug_history',
  {
    slug: text('slug').primaryKey(),
    profileId: text('profile_id')
      .$type<ProfileId>()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    retiredAt: integer('retired_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => indexes(t.profileId),
)

export const profileServers = sqliteTable(
  'profile_mcp_servers',
  {
    id: id<'link'>(),
    profileId: text('profile_id')
      .$type<ProfileId>()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    serverId: text('mcp_server_id')
      .$type<ServerId>()
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    order: integer('order').notNull(),
    isActive: flag('is_active').default(true),
    toolPolicy: toolPolicy(),
    /** Who its calls are made as; null: the server's default account. */
    accountId: text('account_id')
      .$type<AccountId>()
      .references(() => oauthAccounts.id, { onDelete: 'set null' }),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [
    ...checks(t),
    unique().on(t.profileId, t.serverId),
    index('profile_mcp_servers_order_idx').on(t.profileId, t.order),
    ...indexes(t.serverId, t.accountId),
  ],
)

export const profileServerTools = sqliteTable(
  'profile_mcp_server_tools',
  {
    id: id<'link-tool'>(),
    linkId: text('profile_mcp_server_id')
      .$type<LinkId>()
      .notNull()
      .references(() => profileServers.id, { onDelete: 'cascade' }),
    toolName: text('tool_name').notNull(),
    isEnabled: flag('is_enabled').default(true),
    customName: text('custom_name'),
    customDescription: text('custom_description'),
    customInputSchema: json<unknown>('custom_input_schema'),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [...checks(t), unique().on(t.linkId, t.toolName)],
)
