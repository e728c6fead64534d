import type { PoolReader, PoolWriter } from '@local-mcp/core'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { endpointPool as pool, servers } from '../schema/index.ts'
import { type Db, visibleTo } from './query.ts'

const slotOf = (url: string) => Number(url.slice(url.lastIndexOf('/') + 1))

export function createPoolReader(db: Db): PoolReader {
  return {
    async list(viewer) {
      const rows = db
        .select({
          url: pool.url,
          position: pool.position,
          retiredAt: pool.retiredAt,
          id: servers.id,
          name: sql<string | null>`case when ${visibleTo(db, viewer, servers)} then ${servers.name} end`,
          deletedAt: servers.deletedAt,
        })
        .from(pool)
        .leftJoin(servers, eq(servers.endpoint, pool.url))
        .orderBy(pool.position)
        .all()
      return rows.map(({ id, name, deletedAt, ...row }) => ({ ...row, holder: id && { id, name, deletedAt } }))
    },
  }
}

export function createPoolWriter(db: Db): PoolWriter {
  const all = () => db.select().from(pool).orderBy(pool.position).all()
  const isHeld = (url: string) => db.select({ id: servers.id }).from(servers).where(eq(servers.endpoint, url)).get() !== undefined

  /** Gives the generated entries another port. */
  function move(urlOf: (slot: number) => string): number {
    let rewritten = 0
    const generated = all().filter(({ url, origin }) => origin === 'generated' && url !== urlOf(slotOf(url)))
    for (const { url } of generated) {
      const moved = urlOf(slotOf(url))
      const there = db.select().from(pool).where(eq(pool.url, moved)).get() !== undefined
      // Somebody wrote that very address down as an entry of its own: it stands for the slot, unless another has it.
      if (there && isHeld(moved)) continue
      if (there) db.delete(pool).where(eq(pool.url, url)).run()
      else db.update(pool).set({ url: moved }).where(eq(pool.url, url)).run()
      // A damaged server is not used and cannot be changed; the launch must not fail for it.
      rewritten += db
        .update(servers)
        .set({ endpoint: moved })
        .where(and(eq(servers.endpoint, url), intact(servers)))
        .run().changes
    }
    return rewritten
  }

  /** Puts the wanted entries first, in their order. */
  function reorder(wanted: readonly string[]): void {
    const present = all().map(({ url }) => url)
    const first = new Set(wanted)
    const order = [...wanted, ...present.filter((url) => !first.has(url))]
    if (order.every((url, position) => url === present[position])) return
    // Positions are unique at every moment.
    db.update(pool)
      .set({ position: sql`-1 - ${pool.position}` })
      .run()
    order.forEach((url, position) => {
      db.update(pool).set({ position }).where(eq(pool.url, url)).run()
    })
  }

  return {
    ...createPoolReader(db),
    async firstFree() {
      const free = db
        .select({ url: pool.url })
        .from(pool)
        .leftJoin(servers, eq(servers.endpoint, pool.url))
        .where(and(isNull(pool.retiredAt), isNull(servers.id)))
        .orderBy(pool.position)
        .limit(1)
        .get()
      return free?.url ?? null
    },
    async align({ port, entries, generated }, now) {
      const urlOf = (slot: number) => `http://127.0.0.1:${port}/s/${slot}`
      const rewritten = port === null ? 0 : move(urlOf)
      const wanted = entries ?? Array.from({ length: port === null ? 0 : generated }, (_, index) => urlOf(index + 1))
      const origin = entries ? ('env' as const) : ('generated' as const)
      const present = new Map(all().map((row) => [row.url, row]))
      let position = Math.max(-1, ...[...present.values()].map((row) => row.position))
      for (const url of wanted) {
        const row = present.get(url)
        if (!row) {
          position += 1
          db.insert(pool).values({ url, position, origin }).run()
        } else if (row.origin !== origin || row.retiredAt !== null) {
          db.update(pool).set({ origin, retiredAt: null }).where(eq(pool.url, url)).run()
        }
        present.delete(url)
      }
      for (const { url, origin: kind, retiredAt } of present.values()) {
        // What is generated can be generated again.
        if (kind === 'generated' && !isHeld(url)) db.delete(pool).where(eq(pool.url, url)).run()
        else if (retiredAt === null) db.update(pool).set({ retiredAt: now }).where(eq(pool.url, url)).run()
      }
      reorder(wanted)
      return rewritten
    },
  }
}
