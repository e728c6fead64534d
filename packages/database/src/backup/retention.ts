import type { Backup, BackupSettings } from '@local-mcp/contract'

const DAY = 24 * 60 * 60 * 1000
const WEEK = 7 * DAY
/** Until somebody sets others. */
export const DEFAULT_SETTINGS: BackupSettings = { keepDaily: 7, keepWeekly: 4 }
/** How long what was made before a change stays, so that the change can be undone; in ms. */
export const UNDO_MS = 30 * DAY

/** The newest of each period, for as many periods as are wanted. */
function newestPer(period: number, count: number, backups: readonly Backup[]): Set<string> {
  const kept = new Map<number, string>()
  for (const { id, createdAt } of backups) {
    const key = Math.floor(createdAt / period)
    if (!kept.has(key) && kept.size < count) kept.set(key, id)
  }
  return new Set(kept.values())
}

/**
 * What may go (BK-02): of the scheduled ones all but the newest of each of so many days and weeks; of those made
 * before a change what is older than 30 days. What somebody asked for stays, and so do the newest of all and the
 * newest that was verified.
 */
export function expiredBackups(backups: readonly Backup[], { keepDaily, keepWeekly }: BackupSettings, now: number): Backup[] {
  const present = backups.filter(({ missing }) => !missing).sort((a, b) => b.createdAt - a.createdAt)
  const scheduled = present.filter(({ kind }) => kind === 'scheduled')
  const kept = new Set([...newestPer(DAY, keepDaily, scheduled), ...newestPer(WEEK, keepWeekly, scheduled)])
  const isOver = ({ id, kind, createdAt }: Backup) =>
    kind === 'scheduled' ? !kept.has(id) : kind !== 'manual' && now - createdAt > UNDO_MS
  const good = present.find(({ verifiedAt }) => verifiedAt !== null)
  return present.slice(1).filter((backup) => backup !== good && isOver(backup))
}
