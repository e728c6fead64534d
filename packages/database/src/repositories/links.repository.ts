import type { LinkReader, LinkWriter } from '@local-mcp/core'
import { and, eq, isNull, type SQL } from 'drizzle-orm'
import { profileServers as links, servers } from '../schema/index.ts'
import { type Db, later } from './query.ts'

const record = {
  id: links.id,
  profileId: links.profileId,
  serverId: links.serverId,
  order: links.order,
  isActive: links.isActive,
  toolPolicy: links.toolPolicy,
}

export function createLinkReader(db: Db): LinkReader {
  /** Links to live servers. */
  const list = (where?: SQL) =>
    db
      .select(record)
      .from(links)
      .innerJoin(servers, eq(servers.id, links.serverId))
      .where(and(isNull(servers.deletedAt), where))
      .orderBy(links.profileId, links.order, links.id)
      .all()
  return {
    listByProfile: async (profileId) => list(eq(links.profileId, profileId)),
    listByServer: async (serverId) => list(eq(links.serverId, serverId)),
    listAll: async () => list(),
  }
}

export function createLinkWriter(db: Db): LinkWriter {
  return {
    ...createLinkReader(db),
    async insert(row, now) {
      db.insert(links)
        .values({ ...row, createdAt: now, updatedAt: now })
        .run()
    },
    async setActive(id, isActive, now) {
      db.update(links)
        .set({ isActive, updatedAt: later(links.updatedAt, now) })
        .where(eq(links.id, id))
        .run()
    },
    async setOrder(profileId, serverIds, now) {
      serverIds.forEach((serverId, order) => {
        db.update(links)
          .set({ order, updatedAt: later(links.updatedAt, now) })
          .where(and(eq(links.profileId, profileId), eq(links.serverId, serverId)))
          .run()
      })
    },
    async delete(id) {
      db.delete(links).where(eq(links.id, id)).run()
    },
  }
}
