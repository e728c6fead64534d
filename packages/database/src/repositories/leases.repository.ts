import type { LeaseWriter } from '@local-mcp/core'
import { and, eq } from 'drizzle-orm'
import { appLocks } from '../schema/index.ts'
import type { Db } from './query.ts'

export function createLeaseWriter(db: Db): LeaseWriter {
  return {
    async take(name, { pid, id }, now, forMs, isAlive) {
      const held = db.select().from(appLocks).where(eq(appLocks.name, name)).get()
      // One from the future was taken before the clock was set back.
      const holds = held && held.holderId !== id && held.expiresAt > now && held.acquiredAt <= now && isAlive(held.holderPid)
      if (holds) return false
      const row = { holderPid: pid, holderId: id, acquiredAt: now, expiresAt: now + forMs }
      db.insert(appLocks)
        .values({ name, ...row })
        .onConflictDoUpdate({ target: appLocks.name, set: row })
        .run()
      return true
    },
    async release(name, { id }) {
      db.delete(appLocks)
        .where(and(eq(appLocks.name, name), eq(appLocks.holderId, id)))
        .run()
    },
  }
}
