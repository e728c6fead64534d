import type { TokenUsageReader, TokenUsageWriter } from '@local-mcp/core'
import { and, avg, count, desc, eq, gte, lt, min, sql } from 'drizzle-orm'
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
      return db
        .select(row)
        .from(uses)
        .where(and(eq(uses.tokenId, id), before === null ? undefined : lt(uses.id, before)))
        .orderBy(desc(uses.id))
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

/** In the order of the columns of `INSERT`. */
const FIELDS = [
  'tokenId',
  'userEmail',
  'at',
  'endpoint',
  'method',
  'address',
  'userAgent',
  'statusCode',
  'durationMs',
  'blocked',
  'blockReason',
] as const
const columns = sql.join(
  FIELDS.map((field) => sql.identifier(uses[field].name)),
  sql`, `,
)
const values = sql.join(
  FIELDS.map((field) => sql.raw(`json_extract(value, '$.${field}')`)),
  sql`, `,
)

export function createTokenUsageWriter(db: Db): TokenUsageWriter {
  return {
    ...createTokenUsageReader(db),
    async insert(rows) {
      // One statement for all of them: a row costs a tenth of what a statement of its own would.
      db.run(sql`INSERT INTO ${uses} (${columns}) SELECT ${values} FROM json_each(${JSON.stringify(rows)})`)
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
