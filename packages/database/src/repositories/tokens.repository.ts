import type { TokenReader, TokenWriter } from '@local-mcp/core'
import { and, desc, eq, or, sql } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { tokenRevocations as revocations, apiTokens as tokens } from '../schema/index.ts'
import { type DamageReport, soundRow, soundRows } from './damaged-rows.ts'
import { type Db, jsonOf, later } from './query.ts'

const record = {
  id: tokens.id,
  userId: tokens.userId,
  name: tokens.name,
  tokenHash: tokens.tokenHash,
  prefix: tokens.prefix,
  description: tokens.description,
  profileIds: jsonOf(tokens.profileIds),
  serverIds: jsonOf(tokens.serverIds),
  addresses: jsonOf(tokens.addresses),
  timeWindow: jsonOf(tokens.timeWindow),
  usageLimits: jsonOf(tokens.usageLimits),
  permissions: jsonOf(tokens.permissions),
  expiresAt: tokens.expiresAt,
  lastUsedAt: tokens.lastUsedAt,
  usedCount: tokens.usedCount,
  // A row that is shut without a record of it is as good as revoked.
  revokedAt: sql<number | null>`coalesce(${revocations.revokedAt}, iif(${tokens.isActive}, null, ${tokens.updatedAt}))`,
  createdAt: tokens.createdAt,
  intact: intact(tokens),
}
const TABLE = 'email_api_tokens'

export function createTokenReader(db: Db, report: DamageReport): TokenReader {
  const select = () => db.select(record).from(tokens).leftJoin(revocations, eq(revocations.jti, tokens.id))
  return {
    async list(viewer) {
      const rows = select()
        .where(eq(tokens.userId, viewer.userId))
        .orderBy(desc(tokens.createdAt), desc(sql`${tokens}.rowid`))
        .all()
      return soundRows(TABLE, rows, report)
    },
    async get(viewer, ref) {
      const named = or(sql`${tokens.id} = ${ref}`, eq(tokens.name, ref))
      const row = select()
        .where(and(eq(tokens.userId, viewer.userId), named))
        .orderBy(sql`${tokens.id} = ${ref} desc`, desc(tokens.createdAt), desc(sql`${tokens}.rowid`))
        .limit(1)
        .get()
      return soundRow(TABLE, row)
    },
    async listAll() {
      return soundRows(TABLE, select().orderBy(tokens.createdAt, tokens.id).all(), report)
    },
    async revokedAt(id) {
      // A damaged revocation revokes as well: it counts that there is one.
      const row = db.select({ at: revocations.revokedAt }).from(revocations).where(eq(revocations.jti, id)).get()
      return row?.at ?? null
    },
    async nameTaken(userId, name) {
      const found = db
        .select({ id: tokens.id })
        .from(tokens)
        .where(and(eq(tokens.userId, userId), eq(tokens.name, name), eq(tokens.isActive, true)))
        .limit(1)
        .get()
      return found !== undefined
    },
  }
}

export function createTokenWriter(db: Db, report: DamageReport): TokenWriter {
  return {
    ...createTokenReader(db, report),
    async insert({ revokedAt: _new, ...row }) {
      db.insert(tokens)
        .values({ ...row, updatedAt: row.createdAt })
        .run()
    },
    async revoke(id, by, reason, now) {
      db.insert(revocations).values({ jti: id, revokedAt: now, revokedBy: by, reason }).onConflictDoNothing().run()
      db.update(tokens)
        .set({ isActive: false, updatedAt: later(tokens.updatedAt, now) })
        .where(eq(tokens.id, id))
        .run()
    },
    async touch(uses) {
      for (const [id, { at, count }] of uses) {
        db.update(tokens)
          .set({ lastUsedAt: sql`max(coalesce(${tokens.lastUsedAt}, 0), ${at})`, usedCount: sql`${tokens.usedCount} + ${count}` })
          .where(eq(tokens.id, id))
          .run()
      }
    },
  }
}
