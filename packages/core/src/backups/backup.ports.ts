import type { Backup, BackupKind, BackupSettings, Replacement, RestorePreview } from '@local-mcp/contract'

export interface BackupProgress {
  readonly doneBytes: number
  readonly totalBytes: number
}

/** Copies of the store: made, looked at, and put in its place. One piece of work at a time. */
export interface BackupStore {
  /** The newest first: every file in the folder of backups, and those that were put elsewhere. */
  list(): Promise<Backup[]>
  /**
   * Writes a copy of one committed state and reads it back. Other work goes on meanwhile.
   * @param options.folder absolute; absent: the folder of backups in the data directory
   * @throws AppError BACKUP_UNWRITABLE, BACKUP_NO_SPACE, DATABASE_CORRUPT; no part of a file is left then
   */
  create(
    kind: BackupKind,
    options?: { readonly folder?: string | undefined; readonly onProgress?: (progress: BackupProgress) => void },
  ): Promise<Backup>
  /** @throws AppError BACKUP_NOT_FOUND, BACKUP_DAMAGED, BACKUP_INVALID */
  verify(ref: string): Promise<Backup>
  /** @throws AppError BACKUP_NOT_FOUND, BACKUP_INVALID, BACKUP_DAMAGED, BACKUP_AHEAD */
  preview(ref: string): Promise<RestorePreview>
  /** @throws AppError BACKUP_NOT_FOUND */
  delete(ref: string): Promise<Backup>
  /** The defaults (7 days, 4 weeks) until somebody sets others. @throws AppError DATABASE_CORRUPT where they are damaged */
  settings(): Promise<BackupSettings>
  saveSettings(settings: BackupSettings): Promise<void>
  /** Deletes what is past its time by the settings (see `expiredBackups`). */
  prune(): Promise<Backup[]>
  /** Makes the file ready to take the database's place when it is opened next. @throws AppError as `preview`, DATABASE_IN_USE */
  stageRestore(ref: string): Promise<RestorePreview>
  /** The same with an empty database. @returns the backup of what is there; null where that cannot be read */
  stageReset(): Promise<Backup | null>
  /** How the last replacement ended; null if there was none. */
  lastReplacement(): Promise<Replacement | null>
}
