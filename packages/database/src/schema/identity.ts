import type { TimeWindow, UsageLimits } from '@local-mcp/contract'
import type { ProfileId, ServerId, TeamId, TokenId, UserId } from '@local-mcp/kernel'
import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { checks, flag, id, indexes, json, nocase, rowChecksum, tags, timestamps } from './columns.ts'

export const users = sqliteTable(
  'email_users',
  {
    id: id<'user'>(),
    email: nocase('email').notNull().unique(),
    passwordHash: text('password_hash'),
    passwordHashType: text('password_hash_type', { enum: ['argon2id', 'bcrypt', 'none'] })
      .notNull()
      .default('none'),
    fullName: text('full_name'),
    isAdmin: flag('is_admin').default(false),
    isActive: flag('is_active').default(true),
    isLocalOwner: flag('is_local_owner').default(false),
    mustChangePassword: flag('must_change_password').default(false),
    emailVerifiedAt: integer('email_verified_at'),
    authProvider: text('auth_provider').notNull().default('local'),
    failedLoginAttempts: integer('failed_login_attempts').notNull().default(0),
    lockedUntil: integer('locked_until'),
    lastLogin: integer('last_login'),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [...checks(t), uniqueIndex('email_users_local_owner_idx').on(t.isLocalOwner).where(sql`is_local_owner = 1`)],
)

export const teams = sqliteTable(
  'email_teams',
  {
    id: id<'team'>(),
    name: text('name').notNull(),
    slug: text('slug').notNull().unique(),
    description: text('description'),
    createdBy: text('created_by')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'restrict' }),
    isPersonal: flag('is_personal').default(false),
    visibility: text('visibility', { enum: ['private', 'public'] })
      .notNull()
      .default('private'),
    maxMembers: integer('max_members'),
    isActive: flag('is_active').default(true),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [...checks(t), ...indexes(t.createdBy), uniqueIndex('email_teams_personal_idx').on(t.createdBy).where(sql`is_personal = 1`)],
)

export const teamMembers = sqliteTable(
  'email_team_members',
  {
    id: id<'member'>(),
    teamId: text('team_id')
      .$type<TeamId>()
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role', { enum: ['owner', 'member'] })
      .notNull()
      .default('member'),
    joinedAt: integer('joined_at').notNull(),
    invitedBy: text('invited_by')
      .$type<UserId>()
      .references(() => users.id, { onDelete: 'set null' }),
    isActive: flag('is_active').default(true),
    rowChecksum: rowChecksum(),
  },
  (t) => [...checks(t), unique().on(t.teamId, t.userId), ...indexes(t.userId, t.invitedBy)],
)

/** The row's id is the token's `jti` everywhere. */
export const apiTokens = sqliteTable(
  'email_api_tokens',
  {
    id: id<'token'>(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** SHA-256, hex. */
    tokenHash: text('token_hash').notNull().unique(),
    prefix: text('prefix').notNull(),
    /** Null: every server. */
    serverIds: json<readonly ServerId[]>('server_ids'),
    /** Null: every profile. */
    profileIds: json<readonly ProfileId[]>('profile_ids'),
    permissions: json<readonly string[]>('resource_scopes').notNull().default([]),
    /** Addresses and networks (CIDR) that it may come from; null: every one. */
    addresses: json<readonly string[]>('ip_restrictions'),
    timeWindow: json<TimeWindow>('time_restrictions'),
    usageLimits: json<UsageLimits>('usage_limits'),
    teamId: text('team_id')
      .$type<TeamId>()
      .references(() => teams.id, { onDelete: 'set null' }),
    description: text('description'),
    tags: tags(),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used'),
    /** Requests that it let in, ever. */
    usedCount: integer('used_count').notNull().default(0),
    isActive: flag('is_active').default(true),
    ...timestamps(),
    rowChecksum: rowChecksum(),
  },
  (t) => [
    ...checks(t),
    ...indexes(t.teamId),
    // A revoked token gives its name free; its row stays for the record.
    uniqueIndex('email_api_tokens_name_idx').on(t.userId, t.name).where(sql`is_active = 1`),
    // Also finds the revoked ones of a user.
    ...indexes(t.userId),
  ],
)

/** Without a foreign key: a revocation outlives its token. */
export const tokenRevocations = sqliteTable('token_revocations', {
  jti: text('jti').$type<TokenId>().primaryKey(),
  revokedAt: integer('revoked_at').notNull(),
  revokedBy: text('revoked_by').notNull(),
  reason: text('reason'),
  rowChecksum: rowChecksum(),
})
