import { z } from 'zod'
import { timestamp } from './common.ts'

/** `manual`: asked for. `scheduled`: the daily one. `pre_…`: made by itself before something that could lose data. */
export const backupKind = z.enum(['manual', 'scheduled', 'pre_migration', 'pre_restore', 'pre_reset'])
export type BackupKind = z.infer<typeof backupKind>

export const backup = z.object({
  id: z.uuid(),
  name: z.string().describe('File name: local-mcp-gateway-<UTC>.db'),
  path: z.string(),
  kind: backupKind,
  sizeBytes: z.int().nonnegative(),
  sha256: z.string(),
  schemaVersion: z.int().nonnegative(),
  createdAt: timestamp,
  /** When it was last read whole and found good. */
  verifiedAt: timestamp.nullable(),
  /** The file is no longer where it was put. */
  missing: z.boolean(),
})
export type Backup = z.infer<typeof backup>

/** What is kept of the scheduled backups. Those that somebody asked for are always kept. */
export const backupSettings = z.strictObject({
  keepDaily: z.int().min(1).max(366).describe('Days of which the newest backup is kept'),
  keepWeekly: z.int().min(0).max(520).describe('Weeks of which the newest backup is kept'),
})
export type BackupSettings = z.infer<typeof backupSettings>

const counts = z.object({ profiles: z.int(), servers: z.int(), tokens: z.int() })
export type BackupCounts = z.infer<typeof counts>

/** What a restore would bring, read from the file, beside what is there now. */
export const restorePreview = z.object({
  path: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  createdAt: timestamp,
  schemaVersion: z.int(),
  /** Version of the app that brought it to this schema. */
  appVersion: z.string(),
  holds: counts,
  /** Null where the present database cannot be read. */
  now: counts.nullable(),
  /** Servers that start a program: each waits for approval again afterwards. */
  toApprove: z.int(),
})
export type RestorePreview = z.infer<typeof restorePreview>

/** How the last restore or reset ended. */
export const replacement = z.object({
  kind: z.enum(['restore', 'reset']),
  at: timestamp,
  /** The file that was restored. */
  source: z.string().nullable(),
  /** Folder that holds the database that was there before. */
  keptIn: z.string().nullable(),
  /** Why nothing was changed; null when it was done. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
export type Replacement = z.infer<typeof replacement>
