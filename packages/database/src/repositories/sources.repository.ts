import type { SourceReader, SourceRecord, SourceWriter } from '@local-mcp/core'
import type { SourceId } from '@local-mcp/kernel'
import { and, eq, isNotNull, isNull, ne, or, sql } from 'drizzle-orm'
import { serverSources as links, servers, sources } from '../schema/index.ts'
import { byText, type Db, later, ownershipOf, sameText, visibleTo } from './query.ts'

const record = {
  id: sources.id,
  name: sources.name,
  type: sources.type,
  metadata: sources.sourceMetadata,
  sealed: sources.secretMetadata,
  createdAt: sources.createdAt,
  updatedAt: sources.updatedAt,
  ...ownershipOf(sources),
}

const columnsOf = ({ metadata, sealed, ...rest }: Partial<SourceRecord>) => ({
  ...rest,
  ...(metadata === undefined ? {} : { sourceMetadata: metadata }),
  ...(sealed === undefined ? {} : { secretMetadata: sealed }),
})

export function createSourceReader(db: Db): SourceReader {
  return {
    async list(viewer) {
      return db
        .select(record)
        .from(sources)
        .where(visibleTo(db, viewer, sources))
        .orderBy(byText(sources.name), sources.id)
        .all()
    },
    async get(viewer, ref) {
      const named = or(sql`${sources.id} = ${ref}`, sameText(sources.name, ref))
      // An id beats a name; among equal names the viewer's own source wins.
      const rank = sql`case when ${sources.id} = ${ref} then 0 when ${sources.ownerEmail} = ${viewer.email} then 1 else 2 end`
      const row = db
        .select(record)
        .from(sources)
        .where(and(named, visibleTo(db, viewer, sources)))
        .orderBy(rank, sources.createdAt, sources.id)
        .limit(1)
        .get()
      return row ?? null
    },
    async nameTaken(ownerEmail, name, except) {
      const owner = ownerEmail === null ? isNull(sources.ownerEmail) : eq(sources.ownerEmail, ownerEmail)
      const other = except === undefined ? undefined : ne(sources.id, except)
      const found = db
        .select({ id: sources.id })
        .from(sources)
        .where(and(owner, sameText(sources.name, name), other))
        .limit(1)
        .get()
      return found !== undefined
    },
    async users() {
      return db
        .select({
          sourceId: sql<SourceId>`${links.sourceId}`,
          serverId: servers.id,
          serverName: servers.name,
          deleted: sql<number>`${isNotNull(servers.deletedAt)}`.mapWith(Boolean),
        })
        .from(links)
        .innerJoin(servers, eq(servers.id, links.serverId))
        .orderBy(byText(servers.name), servers.id)
        .all()
    },
  }
}

export function createSourceWriter(db: Db): SourceWriter {
  return {
    ...createSourceReader(db),
    async insert(row) {
      db.insert(sources)
        .values({ ...row, ...columnsOf(row) })
        .run()
    },
    async update(id, patch, now, expectedUpdatedAt) {
      const row = db
        .update(sources)
        .set({ ...columnsOf(patch), updatedAt: later(sources.updatedAt, now) })
        .where(and(eq(sources.id, id), eq(sources.updatedAt, expectedUpdatedAt)))
        .returning(record)
        .get()
      return row ?? null
    },
    async delete(id) {
      db.delete(links).where(eq(links.sourceId, id)).run()
      db.delete(sources).where(eq(sources.id, id)).run()
    },
  }
}
