import type { PoolWriter } from '@local-mcp/core'
import { and, eq, isNull, max } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { endpointPool as pool, servers } from '../schema/index.ts'
import type { Db } from './query.ts'

const slotOf = (url: string) => Number(url.slice(url.lastIndexOf('/') + 1))

export function createPoolWriter(db: Db): PoolWriter {
  return {
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
    async ensureGenerated(port, count) {
      const urlOf = (slot: number) => `http://127.0.0.1:${port}/s/${slot}`
      const generated = db.select({ url: pool.url }).from(pool).where(eq(pool.origin, 'generated')).all()
      let rewritten = 0
      for (const { url } of generated.filter((row) => row.url !== urlOf(slotOf(row.url)))) {
        const moved = urlOf(slotOf(url))
        db.update(pool).set({ url: moved }).where(eq(pool.url, url)).run()
        // A damaged server is not used and cannot be changed; the launch must not fail for it.
        rewritten += db
          .update(servers)
          .set({ endpoint: moved })
          .where(and(eq(servers.endpoint, url), intact(servers)))
          .run().changes
      }
      const present = new Set(generated.map((row) => slotOf(row.url)))
      let position =
        db
          .select({ last: max(pool.position) })
          .from(pool)
          .get()?.last ?? -1
      for (let slot = 1; slot <= count; slot += 1) {
        if (present.has(slot)) continue
        position += 1
        db.insert(pool)
          .values({ url: urlOf(slot), position, origin: 'generated' })
          .onConflictDoNothing()
          .run()
      }
      return rewritten
    },
  }
}
