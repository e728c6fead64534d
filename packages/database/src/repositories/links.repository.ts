import type { LinkReader, LinkWriter } from '@local-mcp/core'
import { and, eq, isNull, type SQL } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { profileServers as links, servers } from '../schema/index.ts'
import { type DamageReport, soundRows } from './damaged-rows.ts'
import { type Db, later } from './query.ts'

const record = {
  id: links.id,
  profileId: links.profileId,
  serverId: links.serverId,
  order: links.order,
  isActive: links.isActive,
  toolPolicy: links.toolPolicy,
  accountId: links.accountId,
  intact: intact(links),
}

const live = isNull(servers.deletedAt)

export function createLinkReader(db: Db, report: DamageReport): LinkReader {
  function list(where?: SQL) {
    const rows = db
      .select(record)
      .from(links)
      .innerJoin(servers, eq(servers.id, links.serverId))
      .where(where)
      .orderBy(links.profileId, links.order, links.id)
      .all()
    return soundRows('profile_mcp_servers', rows, report)
  }
  return {
    listByProfile: async (profileId) => list(and(live, eq(links.profileId, profileId))),
    listByServer: async (serverId) => list(eq(links.serverId, serverId)),
    listAll: async () => list(live),
  }
}

export function createLinkWriter(db: Db, report: DamageReport): LinkWriter {
  return {
    ...createLinkReader(db, report),
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
    async setToolPolicy(id, toolPolicy, now) {
      db.update(links)
        .set({ toolPolicy, updatedAt: later(links.updatedAt, now) })
        .where(eq(links.id, id))
        .run()
    },
    async setAccount(id, accountId, now) {
      db.update(links)
        .set({ accountId, updatedAt: later(links.updatedAt, now) })
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
