import type { TokenUsageReader, TokenUsageWriter } from '@local-mcp/core'
import type { Statement } from 'better-sqlite3'
import { and, avg, count, desc, eq, getTableName, gte, min, sql } from 'drizzle-orm'
import type { Connection } from '../file/connection.ts'
import { tokenUsageLogs as uses } from '../schema/index.ts'
import type { Db } from './query.ts'

const row = {
  id: uses.id,
  at: uses.at,
  method: uses.method,
  endpoint: uses.endpoint,
  address: uses.address,
  userAgent: uses.userAgent,
  statusCode: uses.statusCode,
  durationMs: uses.durationMs,
  blocked: uses.blocked,
  blockReason: uses.blockReason,
}
const TOP = 5

export function createTokenUsageReader(db: Db): TokenUsageReader {
  return {
    async stats(id) {
      const of = eq(uses.tokenId, id)
      const summary = db
        .select({
          since: min(uses.at),
          total: count(),
          ok: sql<number>`count(*) filter (where not ${uses.blocked} and ${uses.statusCode} < 400)`,
          blocked: sql<number>`count(*) filter (where ${uses.blocked})`,
          averageMs: avg(uses.durationMs).mapWith(Number),
        })
        .from(uses)
        .where(of)
        .get()
      const topEndpoints = db
        .select({ endpoint: uses.endpoint, count: count() })
        .from(uses)
        .where(of)
        .groupBy(uses.endpoint)
        .orderBy(desc(count()), uses.endpoint)
        .limit(TOP)
        .all()
      return { ...(summary ?? { since: null, total: 0, ok: 0, blocked: 0, averageMs: null }), topEndpoints }
    },
    async list(id, limit, before) {
      // By when they came, as the index has them: sorting all rows of a busy token by number would take long.
      const older = sql`(${uses.at}, ${uses.id}) < (SELECT timestamp, id FROM ${uses} WHERE id = ${before})`
      return db
        .select(row)
        .from(uses)
        .where(and(eq(uses.tokenId, id), before === null ? undefined : older))
        .orderBy(desc(uses.at), desc(uses.id))
        .limit(limit)
        .all()
    },
    async countSince(id, since) {
      const found = db
        .select({ count: count(), firstAt: min(uses.at) })
        .from(uses)
        .where(and(eq(uses.tokenId, id), gte(uses.at, since), eq(uses.blocked, false)))
        .get()
      return found ?? { count: 0, firstAt: null }
    },
  }
}

export function createTokenUsageWriter(db: Db, connection: Connection): TokenUsageWriter {
  // Prepared once and run for each row: rows come by the thousand, and a builder of queries would cost more than the row.
  const names = [
    uses.tokenId,
    uses.userEmail,
    uses.at,
    uses.endpoint,
    uses.method,
    uses.address,
    uses.userAgent,
    uses.statusCode,
    uses.durationMs,
    uses.blocked,
    uses.blockReason,
  ].map((column) => column.name)
  let insert: Statement | null = null
  return {
    ...createTokenUsageReader(db),
    async insert(rows) {
      insert ??= connection.prepare(`INSERT INTO ${getTableName(uses)} (${names}) VALUES (${names.map(() => '?')})`)
      for (const one of rows) {
        insert.run(
          one.tokenId,
          one.userEmail,
          one.at,
          one.endpoint,
          one.method,
          one.address,
          one.userAgent,
          one.statusCode,
          one.durationMs,
          one.blocked ? 1 : 0,
          one.blockReason,
        )
      }
    },
    async purge(before, keep, limit) {
      // Rows are numbered as they are written, so only the oldest have to be looked at.
      const oldest = sql`SELECT ${uses.id}, ${uses.at} FROM ${uses} ORDER BY ${uses.id} LIMIT ${limit}`
      const tooMany = sql`(SELECT max(${uses.id}) FROM ${uses}) - ${keep}`
      return db.run(
        sql`DELETE FROM ${uses} WHERE ${uses.id} IN (SELECT id FROM (${oldest}) WHERE timestamp < ${before} OR id <= ${tooMany})`,
      ).changes
    },
  }
}
