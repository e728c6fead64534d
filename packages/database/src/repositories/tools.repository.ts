import { createHash } from 'node:crypto'
import type { ToolReader, ToolRecord, ToolWriter } from '@local-mcp/core'
import { newId, type ServerId } from '@local-mcp/kernel'
import { and, asc, eq, isNotNull, isNull, notInArray } from 'drizzle-orm'
import { serverToolsCache as cache, servers } from '../schema/index.ts'
import type { Db } from './query.ts'

export function createToolReader(db: Db): ToolReader {
  /** A listed server that has nothing gives one row with nulls; a server that was never listed gives none. */
  const select = () =>
    db
      .select({ serverId: servers.id, kind: cache.kind, name: cache.toolName, definition: cache.definition })
      .from(servers)
      .leftJoin(cache, eq(cache.serverId, servers.id))
  const group = (rows: ReturnType<ReturnType<typeof select>['all']>) => {
    const tools = new Map<ServerId, ToolRecord[]>()
    for (const { serverId, kind, name, definition } of rows) {
      const list = tools.get(serverId) ?? []
      tools.set(serverId, list)
      if (kind !== null && name !== null && definition !== null) list.push({ kind, name, definition })
    }
    return tools
  }
  return {
    async list(serverId) {
      const rows = select()
        .where(and(eq(servers.id, serverId), isNotNull(servers.toolsListedAt)))
        .orderBy(asc(cache.kind), asc(cache.position))
        .all()
      return group(rows).get(serverId) ?? null
    },
    async listAll() {
      const listed = and(isNull(servers.deletedAt), isNotNull(servers.toolsListedAt))
      return group(select().where(listed).orderBy(asc(servers.id), asc(cache.kind), asc(cache.position)).all())
    },
  }
}

export function createToolWriter(db: Db): ToolWriter {
  return {
    ...createToolReader(db),
    async replace(serverId, tools, now) {
      for (const kind of cache.kind.enumValues) {
        const ofKind = tools.filter((tool) => tool.kind === kind)
        // A name given twice is the server's mistake; the first one counts.
        const byName = new Map([...ofKind].reverse().map((tool) => [tool.name, tool]))
        const kept = ofKind.filter((tool) => byName.get(tool.name) === tool)
        const names = kept.map((tool) => tool.name)
        db.delete(cache)
          .where(and(eq(cache.serverId, serverId), eq(cache.kind, kind), notInArray(cache.toolName, names)))
          .run()
        kept.forEach(({ name, definition }, position) => {
          const seen = { position, definition, schemaHash: createHash('sha256').update(definition).digest('hex'), fetchedAt: now }
          // Updated in place, so that what was accepted stays known.
          db.insert(cache)
            .values({ id: newId<'cached-tool'>(), serverId, kind, toolName: name, createdAt: now, ...seen })
            .onConflictDoUpdate({ target: [cache.serverId, cache.kind, cache.toolName], set: seen })
            .run()
        })
      }
      db.update(servers).set({ toolsListedAt: now }).where(eq(servers.id, serverId)).run()
    },
  }
}
