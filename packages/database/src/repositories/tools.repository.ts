import { createHash } from 'node:crypto'
import { definitionHash, PINNED_KINDS, type PinRecord, pinKey, type ToolReader, type ToolRecord, type ToolWriter } from '@local-mcp/core'
import { newId, type ServerId } from '@local-mcp/kernel'
import { and, asc, count, eq, inArray, isNotNull, isNull, not, or, sql } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { serverToolsCache as cache, servers } from '../schema/index.ts'
import type { DamageReport } from './damaged-rows.ts'
import type { Db } from './query.ts'

const pinned = inArray(cache.kind, [...PINNED_KINDS])
/** Rows of a version that knew no acceptance hold what was there then, and that counts as accepted. */
const isNew = and(isNotNull(cache.acceptedHash), isNull(cache.acceptedAt))
const differs = and(isNotNull(cache.acceptedHash), sql`${cache.acceptedHash} <> ${cache.schemaHash}`)
const changed = or(isNew, differs, isNotNull(cache.removedAt))

export function createToolReader(db: Db, report: DamageReport): ToolReader {
  /** A listed server that has nothing gives one row with nulls; a server that was never listed gives none. */
  const select = () =>
    db
      .select({ serverId: servers.id, kind: cache.kind, name: cache.toolName, definition: cache.definition })
      .from(servers)
      .leftJoin(cache, and(eq(cache.serverId, servers.id), isNull(cache.removedAt)))
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
    async pins(of) {
      const rows = db
        .select({
          id: cache.id,
          serverId: cache.serverId,
          kind: cache.kind,
          name: cache.toolName,
          hash: cache.acceptedHash,
          // Read only where there is no hash of it yet.
          definition: sql<string | null>`iif(${cache.acceptedHash} is null, ${cache.definition}, null)`,
          intact: intact(cache),
        })
        .from(cache)
        .where(and(pinned, of === undefined ? undefined : eq(cache.serverId, of)))
        .all()
      const pins = new Map<ServerId, { hashes: Map<string, string>; unreadable: boolean }>()
      for (const row of rows) {
        const server = pins.get(row.serverId) ?? { hashes: new Map(), unreadable: false }
        pins.set(row.serverId, server)
        if (row.intact) server.hashes.set(pinKey(row.kind, row.name), row.hash ?? definitionHash(row.definition ?? ''))
        else {
          server.unreadable = true
          report('mcp_server_tools_cache', row.id)
        }
      }
      return pins
    },
    async changes(serverId) {
      const rows = db
        .select({ row: cache, intact: intact(cache) })
        .from(cache)
        .where(and(eq(cache.serverId, serverId), pinned, or(changed, not(intact(cache)))))
        .orderBy(asc(cache.kind), asc(cache.position), asc(cache.toolName))
        .all()
      return rows.map(({ row, intact }): PinRecord => {
        const { kind, toolName: name, definition, schemaHash: hash, removedAt, acceptedHash, acceptedAt } = row
        const differs = !intact || (acceptedHash !== null && acceptedHash !== hash)
        const change = removedAt !== null ? 'removed' : !differs && acceptedAt === null ? 'added' : 'modified'
        return { kind, name, definition, hash, change, acceptedDefinition: intact ? row.acceptedDefinition : null }
      })
    },
    async countChanges() {
      const rows = db
        .select({ serverId: cache.serverId, changes: count() })
        .from(cache)
        .where(and(pinned, changed))
        .groupBy(cache.serverId)
        .all()
      return new Map(rows.map(({ serverId, changes }) => [serverId, changes]))
    },
  }
}

export function createToolWriter(db: Db, report: DamageReport): ToolWriter {
  const accepted = (definition: string, acceptedAt: number | null) => ({
    acceptedHash: definitionHash(definition),
    acceptedDefinition: definition,
    acceptedAt,
  })

  function replaceKind(
    serverId: ServerId,
    kind: ToolRecord['kind'],
    tools: readonly ToolRecord[],
    now: number,
    first: boolean,
    trusted: boolean,
  ) {
    const ofKind = and(eq(cache.serverId, serverId), eq(cache.kind, kind))
    const before = db
      .select({ row: cache, intact: intact(cache) })
      .from(cache)
      .where(ofKind)
      .all()
    const known = new Map(before.map((entry) => [entry.row.toolName, entry]))
    const isPinned = PINNED_KINDS.includes(kind)
    const unreadable = before.some((entry) => !entry.intact)
    // A name given twice is the server's mistake; the first one counts.
    const listed = new Map([...tools].reverse().map((tool) => [tool.name, tool]))
    for (const { row } of before) {
      if (listed.has(row.toolName)) continue
      // Nobody has accepted it, so nothing is lost with it; and a server that goes on changing its names does not fill the file.
      const forget = !isPinned || trusted || (row.acceptedHash !== null && row.acceptedAt === null)
      if (forget) db.delete(cache).where(eq(cache.id, row.id)).run()
      else if (row.removedAt === null) db.update(cache).set({ removedAt: now }).where(eq(cache.id, row.id)).run()
    }
    const kept = tools.filter((tool) => listed.get(tool.name) === tool)
    kept.forEach(({ name, definition }, position) => {
      const schemaHash = isPinned ? definitionHash(definition) : createHash('sha256').update(definition).digest('hex')
      const seen = { position, definition, schemaHash, fetchedAt: now, removedAt: null }
      const entry = known.get(name)
      if (!entry) {
        const pin = unreadable
          ? { acceptedHash: '', acceptedDefinition: null, acceptedAt: null }
          : accepted(definition, first || trusted ? now : null)
        db.insert(cache)
          .values({ id: newId<'cached-tool'>(), serverId, kind, toolName: name, createdAt: now, ...seen, ...(isPinned ? pin : {}) })
          .run()
        return
      }
      const { row } = entry
      const pin = trusted
        ? row.acceptedHash !== schemaHash && accepted(definition, now)
        : row.acceptedHash === null && accepted(row.definition, now)
      db.update(cache)
        .set({ ...seen, ...(isPinned && entry.intact && pin ? pin : {}) })
        .where(eq(cache.id, row.id))
        .run()
    })
  }

  return {
    ...createToolReader(db, report),
    async replace(serverId, tools, now, trusted = false) {
      const server = db.select({ listedAt: servers.toolsListedAt }).from(servers).where(eq(servers.id, serverId)).get()
      if (!server) return
      for (const kind of cache.kind.enumValues) {
        replaceKind(
          serverId,
          kind,
          tools.filter((tool) => tool.kind === kind),
          now,
          server.listedAt === null,
          trusted,
        )
      }
      db.update(servers).set({ toolsListedAt: now }).where(eq(servers.id, serverId)).run()
    },
    async accept(serverId, { kind, name }, now) {
      const which = and(eq(cache.serverId, serverId), eq(cache.kind, kind), eq(cache.toolName, name))
      const entry = db
        .select({ row: cache, intact: intact(cache) })
        .from(cache)
        .where(which)
        .get()
      if (!entry) return
      const { row } = entry
      const pin = accepted(row.definition, now)
      if (entry.intact && row.removedAt === null) db.update(cache).set(pin).where(which).run()
      else db.delete(cache).where(which).run()
      if (entry.intact || row.removedAt !== null) return
      const { rowChecksum: _damaged, ...rest } = row
      db.insert(cache)
        .values({ ...rest, ...pin, id: newId<'cached-tool'>(), createdAt: now })
        .run()
    },
  }
}
