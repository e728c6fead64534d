import { z } from 'zod'
import { timestamp } from './common.ts'

/** What may help with a database that does not open. Looking, trying again and quitting always may. */
const remedy = z.enum(['restore', 'salvage', 'clear_dirty', 'copy_files', 'reset'])
export type Remedy = z.infer<typeof remedy>

/** Why the gateway runs without its database. */
export const recoveryState = z.object({
  /** Key of the error table. */
  code: z.string(),
  message: z.string(),
  next: z.string(),
  path: z.string(),
  /** What is not as expected in the schema; empty where that is not the matter. */
  differences: z.array(z.string()),
  remedies: z.array(remedy),
  since: timestamp,
})
export type RecoveryState = z.infer<typeof recoveryState>

/** The database and its side files, copied byte for byte. */
export const filesCopy = z.object({
  folder: z.string(),
  files: z.array(z.object({ name: z.string(), sizeBytes: z.int().nonnegative() })),
})
export type FilesCopy = z.infer<typeof filesCopy>

export const salvageReport = z.object({
  /** Untouched copies of the database and its side files. */
  copies: z.array(z.string()),
  /** The new file; the database itself after a swap. */
  path: z.string(),
  swapped: z.boolean(),
  tables: z.array(
    z.object({
      table: z.string(),
      /** Rows in the new file: each is proven to be as it was written. */
      kept: z.int(),
      /** Rows that could be read but are not as they were written. */
      damaged: z.int(),
      /** Rows that the old file counts but that cannot be read; null where it can no longer count. */
      unreadable: z.int().nullable(),
      /** Rows left out because what they belong to is lost. */
      orphaned: z.int(),
    }),
  ),
  /** Tables that cannot be proven row by row (logs, caches) and start empty. */
  leftOut: z.array(z.string()),
})
export type SalvageReport = z.infer<typeof salvageReport>

export const clearedMark = z.object({
  /** The version that was marked as unfinished; null where none was. */
  version: z.int().nullable(),
  /** `done`: it had been applied in full. `again`: nothing of it had; the next start applies it. */
  outcome: z.enum(['nothing_to_do', 'done', 'again']),
  /** Path of the backup that was made before. */
  backup: z.string().nullable(),
})
export type ClearedMark = z.infer<typeof clearedMark>
