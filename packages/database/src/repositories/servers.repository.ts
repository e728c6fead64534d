import type { ServerReader, ServerWriter } from '@local-mcp/core'
import { and, eq, isNull, ne, or, sql } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { servers } from '../schema/index.ts'
import { type DamageReport, soundRow, soundRows } from './damaged-rows.ts'
import { byText, type Db, jsonOf, later, ownershipOf, sameText, visibleTo } from './query.ts'

const written = {
  id: servers.id,
  name: servers.name,
  slug: servers.slug,
  type: servers.type,
  config: jsonOf(servers.config),
  apiKey: jsonOf(servers.apiKeyConfig),
  enabled: servers.enabled,
  toolPolicy: servers.toolPolicy,
  approvedSha256: servers.approvedSha256,
  endpoint: servers.endpoint,
  timeoutMs: servers.timeoutMs,
  version: servers.version,
  createdAt: servers.createdAt,
  updatedAt: servers.updatedAt,
  ...ownershipOf(servers),
}

/** For rows that are read, not for what a statement returns, which runs before the checksum is written. */
const record = { ...written, intact: intact(servers) }

const live = isNull(servers.deletedAt)

export function createServerReader(db: Db, report: DamageReport): ServerReader {
  return {
    async list(viewer) {
      const rows = db
        .select(record)
        .from(servers)
        .where(and(live, visibleTo(db, viewer, servers)))
        .orderBy(byText(servers.name), servers.id)
        .all()
      return soundRows('mcp_servers', rows, report)
    },
    async get(viewer, ref) {
      const named = or(sql`${servers.id} = ${ref}`, eq(servers.slug, ref), sameText(servers.name, ref))
      // An id beats a slug beats a name; among equal names the viewer's own server wins.
      const rank = sql`case when ${servers.id} = ${ref} then 0 when ${servers.slug} = ${ref} then 1 when ${servers.ownerEmail} = ${viewer.email} then 2 else 3 end`
      const row = db
        .select(record)
        .from(servers)
        .where(and(live, named, visibleTo(db, viewer, servers)))
        .orderBy(rank, servers.createdAt, servers.id)
        .limit(1)
        .get()
      return soundRow('mcp_servers', row)
    },
    async slugs() {
      return db
        .select({ slug: servers.slug })
        .from(servers)
        .all()
        .map((row) => row.slug)
    },
    async nameTaken(ownerEmail, name, except) {
      const owner = ownerEmail === null ? isNull(servers.ownerEmail) : eq(servers.ownerEmail, ownerEmail)
      const other = except === undefined ? undefined : ne(servers.id, except)
      const found = db
        .select({ id: servers.id })
        .from(servers)
        .where(and(live, owner, sameText(servers.name, name), other))
        .limit(1)
        .get()
      return found !== undefined
    },
  }
}

export function createServerWriter(db: Db, report: DamageReport): ServerWriter {
  return {
    ...createServerReader(db, report),
    async insert({ apiKey, ...row }) {
      db.insert(servers)
        .values({ ...row, apiKeyConfig: apiKey })
        .run()
    },
    async update(id, { apiKey, ...patch }, now, expectedVersion) {
      const unchanged = expectedVersion === undefined ? undefined : eq(servers.version, expectedVersion)
      const row = db
        .update(servers)
        .set({
          ...patch,
          ...(apiKey === undefined ? {} : { apiKeyConfig: apiKey }),
          version: sql`${servers.version} + 1`,
          updatedAt: later(servers.updatedAt, now),
        })
        .where(and(live, eq(servers.id, id), unchanged))
        .returning(written)
        .get()
      return row ?? null
    },
    async softDelete(id, now) {
      db.update(servers)
        .set({ deletedAt: now, version: sql`${servers.version} + 1`, updatedAt: later(servers.updatedAt, now) })
        .where(and(live, eq(servers.id, id)))
        .run()
    },
  }
}
