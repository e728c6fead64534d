import type { LinkedSource, ServerReader, ServerWriter } from '@local-mcp/core'
import { and, desc, eq, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { secrets, serverSources, servers } from '../schema/index.ts'
import { type DamageReport, soundRow, soundRows } from './damaged-rows.ts'
import { byText, type Db, jsonOf, later, ownershipOf, sameText, visibleTo } from './query.ts'

/** Begins `status_error` where a source that the server had was deleted; the names follow as a JSON array. */
const LOST = 'missing source: '

function lostFrom(text: string): string[] {
  try {
    return text.startsWith(LOST) ? JSON.parse(text.slice(LOST.length)) : []
  } catch {
    return []
  }
}

/** Named in full, because drizzle leaves the name of the table out where a statement reads one table. */
const LINKED_SOURCES = sql`(
  select json_group_array(json_object('id', linked.id, 'name', linked.name, 'updatedAt', linked.updated_at)) from (
    select s.id, s.name, s.updated_at from mcp_server_sources as l join sources as s on s.id = l.source_id
    where l.mcp_server_id = mcp_servers.id order by l.position
  ) as linked)`

const record = {
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
  keepAlive: servers.keepAlive,
  presetId: servers.presetId,
  version: servers.version,
  createdAt: servers.createdAt,
  updatedAt: servers.updatedAt,
  ...ownershipOf(servers),
  sources: LINKED_SOURCES.mapWith((text: string): LinkedSource[] => JSON.parse(text)),
  lostSources: sql`coalesce(${servers.statusError}, '')`.mapWith(lostFrom) as unknown as SQL<readonly string[]>,
  intact: intact(servers),
}

const live = isNull(servers.deletedAt)
const deleted = isNotNull(servers.deletedAt)
const deletedRecord = { ...record, deletedAt: sql<number>`${servers.deletedAt}` }

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
    async listDeleted(viewer) {
      const rows = db
        .select(deletedRecord)
        .from(servers)
        .where(and(deleted, visibleTo(db, viewer, servers)))
        .orderBy(desc(servers.deletedAt), servers.id)
        .all()
      return soundRows('mcp_servers', rows, report)
    },
    async getDeleted(viewer, ref) {
      const named = or(sql`${servers.id} = ${ref}`, eq(servers.slug, ref), sameText(servers.name, ref))
      const rank = sql`case when ${servers.id} = ${ref} then 0 when ${servers.slug} = ${ref} then 1 else 2 end`
      const row = db
        .select(deletedRecord)
        .from(servers)
        .where(and(deleted, named, visibleTo(db, viewer, servers)))
        .orderBy(rank, desc(servers.deletedAt), servers.id)
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
    async insert({ apiKey, sources: _linked, lostSources: _lost, ...row }) {
      db.insert(servers)
        .values({ ...row, apiKeyConfig: apiKey })
        .run()
    },
    async update(id, { apiKey, ...patch }, now, expectedVersion) {
      const unchanged = expectedVersion === undefined ? undefined : eq(servers.version, expectedVersion)
      const { changes } = db
        .update(servers)
        .set({
          ...patch,
          ...(apiKey === undefined ? {} : { apiKeyConfig: apiKey }),
          version: sql`${servers.version} + 1`,
          updatedAt: later(servers.updatedAt, now),
        })
        .where(and(live, eq(servers.id, id), unchanged))
        .run()
      return changes > 0
    },
    async setSources(id, sourceIds) {
      db.delete(serverSources).where(eq(serverSources.serverId, id)).run()
      sourceIds.forEach((sourceId, position) => {
        db.insert(serverSources).values({ serverId: id, sourceId, position }).run()
      })
      db.update(servers)
        .set({ status: 'disconnected', statusError: null })
        .where(and(eq(servers.id, id), isNotNull(servers.statusError)))
        .run()
    },
    async loseSource(id, name) {
      const [row] = db.select({ lost: record.lostSources }).from(servers).where(eq(servers.id, id)).all()
      db.update(servers)
        .set({ status: 'error', statusError: LOST + JSON.stringify([...(row?.lost ?? []), name]) })
        .where(eq(servers.id, id))
        .run()
    },
    async softDelete(id, now) {
      db.update(servers)
        .set({ deletedAt: now, version: sql`${servers.version} + 1`, updatedAt: later(servers.updatedAt, now) })
        .where(and(live, eq(servers.id, id)))
        .run()
    },
    async restore(id, name, now) {
      db.update(servers)
        .set({ deletedAt: null, name, version: sql`${servers.version} + 1`, updatedAt: later(servers.updatedAt, now) })
        .where(and(deleted, eq(servers.id, id)))
        .run()
    },
    async purge(id) {
      const gone = db
        .delete(servers)
        .where(and(deleted, eq(servers.id, id)))
        .run().changes
      // A secret names its owner by id alone; everything else goes with the row by its keys.
      if (gone > 0)
        db.delete(secrets)
          .where(and(eq(secrets.scope, 'server'), eq(secrets.scopeId, id)))
          .run()
    },
  }
}
