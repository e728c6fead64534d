import type { LogSettings } from '@local-mcp/contract'
import type { Connection } from '../file/connection.ts'

const DAY = 24 * 60 * 60_000
const MEGABYTE = 1024 * 1024
/** Rows of one transaction: more would keep other writers waiting. */
const BATCH = 200
const HISTORY_FOR = 30 * DAY

/** Keeps the log within its bounds, whichever is met first. */
export function createLogRetention(db: Connection) {
  const held = db.prepare<[], { rows: number; bytes: number }>(
    'SELECT count(*) AS rows, coalesce(sum(size_bytes), 0) AS bytes FROM debug_logs INDEXED BY debug_logs_created_at_idx',
  )
  const oldest = db.prepare<[], { id: string; created_at: number; size_bytes: number }>(
    `SELECT id, created_at, size_bytes FROM debug_logs INDEXED BY debug_logs_created_at_idx ORDER BY created_at, id LIMIT ${BATCH}`,
  )
  const remove = db.prepare('DELETE FROM debug_logs WHERE id = ?')
  const forget = db.prepare('DELETE FROM mcp_server_history WHERE at < ?')
  const first = db.prepare('SELECT 1 FROM mcp_server_history WHERE at < ? LIMIT 1')
  const last = db.prepare<[], number | null>('SELECT max(rowid) FROM debug_logs').pluck()
  const clear = db.prepare(`DELETE FROM debug_logs WHERE rowid IN (SELECT rowid FROM debug_logs WHERE rowid <= ? LIMIT ${BATCH})`)

  return {
    /** Removes some of the oldest rows where there is too much. @returns whether there may be more to remove */
    purge({ keepDays, keepRows, keepMegabytes }: LogSettings, now: number): boolean {
      let { rows, bytes } = held.get() ?? { rows: 0, bytes: 0 }
      const gone: string[] = []
      for (const { id, created_at, size_bytes } of oldest.all()) {
        if (created_at >= now - keepDays * DAY && rows <= keepRows && bytes <= keepMegabytes * MEGABYTE) break
        gone.push(id)
        rows--
        bytes -= size_bytes
      }
      if (gone.length > 0)
        db.transaction(() => {
          for (const id of gone) remove.run(id)
        }).immediate()
      return gone.length === BATCH
    },

    /** Writes nothing where there is nothing to forget: it would wait for whoever else writes. */
    forgetHistory(now: number): void {
      if (first.get(now - HISTORY_FOR)) forget.run(now - HISTORY_FOR)
    },

    /** The last row that there is now; what comes later is behind it. */
    end: () => last.get() ?? 0,
    /** Removes some rows up to that one. @returns how many; 0 when there is none left */
    clearTo: (end: number): number => clear.run(end).changes,
  }
}
