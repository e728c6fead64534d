import { basename, dirname, join } from 'node:path'
import type { Backup, BackupKind } from '@local-mcp/contract'

/** What a backup says about itself, in its side file. */
export type BackupFacts = Pick<Backup, 'id' | 'kind' | 'schemaVersion' | 'createdAt'> & {
  /** Rows that were not as they were written already in the database that it is a copy of: such a backup is not called verified. */
  readonly damagedRows: number
}

const KINDS: readonly BackupKind[] = ['manual', 'scheduled', 'pre_migration', 'pre_restore', 'pre_reset']

/** The folder of backups of a database. */
export const backupFolder = (databasePath: string): string => join(dirname(databasePath), 'backups')

/** `2026-11-21T01-08-41.123Z`: sorts by time and is a legal file name everywhere. */
export const utcStamp = (at: number): string => new Date(at).toISOString().replaceAll(':', '-')

/** @param turn 0 for the first file of this millisecond */
export const backupName = (at: number, turn = 0): string => `local-mcp-gateway-${utcStamp(at)}${turn > 0 ? `-${turn}` : ''}.db`

export const isBackupName = (name: string): boolean => /^local-mcp-gateway-[\dT.Z-]+\.db$/.test(name)

/** A file on its way, named after the process that writes it. */
export const partName = (name: string, pid: number): string => `.${name}.${pid}.part`

/** The process that writes this part of a file; null for other files. */
export function partOwner(name: string): number | null {
  const pid = /^\.(?:local-mcp-gateway-|restore|preview|last-replacement).*\.(\d+)\.part(?:\.sha256|-journal|-wal|-shm)?$/.exec(name)?.[1]
  return pid === undefined ? null : Number(pid)
}

export const sideFile = (path: string): string => `${path}.sha256`

/** A line that `sha256sum -c` understands, and a comment that says what the file is. */
export function formatSideFile(path: string, sha256: string, facts: BackupFacts): string {
  const { id, kind, schemaVersion, createdAt, damagedRows } = facts
  return `# ${JSON.stringify({ id, kind, schemaVersion, createdAt, damagedRows })}\n${sha256}  ${basename(path)}\n`
}

/** Null for a side file that this app did not write. */
export function parseSideFile(text: string): (BackupFacts & { readonly sha256: string }) | null {
  const [, json, sha256] = /^# (\{.*\})\n([0-9a-f]{64}) {2}/.exec(text) ?? []
  if (!json || !sha256) return null
  try {
    const { id, kind, schemaVersion, createdAt, damagedRows = 0 } = JSON.parse(json) as Partial<BackupFacts>
    if (typeof id !== 'string' || !kind || !KINDS.includes(kind)) return null
    if (!Number.isInteger(schemaVersion) || !Number.isInteger(createdAt)) return null
    return { id, kind, schemaVersion: schemaVersion as number, createdAt: createdAt as number, damagedRows, sha256 }
  } catch {
    return null
  }
}
