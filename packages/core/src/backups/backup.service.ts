import type { AppEvent, Backup, BackupKind, BackupSettings, Replacement, RestorePreview } from '@local-mcp/contract'
import { AppError, type Clock, type EventBus, type Logger, messageOf } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { BackupStore } from './backup.ports.ts'

const DAY = 24 * 60 * 60 * 1000
/** How often it is looked whether the daily backup is due, in ms: a computer that slept catches up soon. */
const LOOK_EVERY = 15 * 60 * 1000
/** The first look waits until the start is over, in ms. */
const FIRST_LOOK = 60 * 1000

/** Until the answer to whoever ordered a restart has left, in ms. */
const ANSWER_MS = 50

export interface BackupDependencies {
  readonly backups: BackupStore
  readonly events: EventBus<AppEvent>
  readonly clock: Clock
  readonly logger: Logger
  /** Takes the gateway down and builds it anew in the same process; null: what was ordered happens when the database is opened next. */
  readonly restart: (() => void) | null
}

/** Copies of everything: made by hand or daily, checked, and gone back to. */
export function createBackupService({ backups, events, clock, logger, restart }: BackupDependencies) {
  async function run(kind: BackupKind, folder?: string): Promise<Backup> {
    try {
      const backup = await backups.create(kind, {
        folder,
        onProgress: (progress) => events.emit({ type: 'backup.progress', kind, ...progress }),
      })
      events.emit({ type: 'backup.finished', backup })
      return backup
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'INTERNAL'
      const message = error instanceof AppError ? error.message : 'The backup failed'
      events.emit({ type: 'backup.failed', kind, code, message })
      throw error
    }
  }

  async function prune(): Promise<void> {
    for (const { id } of await backups.prune()) events.emit({ type: 'backup.deleted', backupId: id })
  }

  /** A backup of any kind counts: what was saved an hour ago need not be saved again. */
  async function runIfDue(): Promise<void> {
    try {
      const newest = (await backups.list()).find(({ missing }) => !missing)
      if (!newest || clock.now() - newest.createdAt >= DAY) await run('scheduled')
      await prune()
    } catch (error) {
      logger.error('The daily backup failed', { error: messageOf(error) })
    }
  }

  /** After the answer is on its way. */
  function restartSoon(): void {
    if (restart) setTimeout(restart, ANSWER_MS)
  }

  return {
    list: (): Promise<Backup[]> => backups.list(),

    /** @param to absolute folder, for the owner only. @throws AppError FORBIDDEN, BACKUP_UNWRITABLE, BACKUP_NO_SPACE */
    async run(context: Context, to?: string): Promise<Backup> {
      if (to !== undefined && context.principal.token !== null)
        throw new AppError('FORBIDDEN', 'A token cannot choose the folder of a backup')
      return run('manual', to)
    },

    /** @throws AppError BACKUP_NOT_FOUND, BACKUP_DAMAGED */
    async verify(ref: string): Promise<Backup> {
      const backup = await backups.verify(ref)
      events.emit({ type: 'backup.finished', backup })
      return backup
    },

    getSettings: (): Promise<BackupSettings> => backups.settings(),

    /** @param changes what is absent stays */
    async updateSettings(changes: { readonly [Key in keyof BackupSettings]?: number | undefined }): Promise<BackupSettings> {
      const { keepDaily, keepWeekly } = await backups.settings()
      const settings = { keepDaily: changes.keepDaily ?? keepDaily, keepWeekly: changes.keepWeekly ?? keepWeekly }
      await backups.saveSettings(settings)
      events.emit({ type: 'backup.settings.updated', settings })
      return settings
    },

    preview: (ref: string): Promise<RestorePreview> => backups.preview(ref),

    async delete(ref: string): Promise<void> {
      const { id } = await backups.delete(ref)
      events.emit({ type: 'backup.deleted', backupId: id })
    },

    async restore(ref: string): Promise<RestorePreview> {
      const preview = await backups.stageRestore(ref)
      restartSoon()
      return preview
    },

    async reset(): Promise<Backup | null> {
      const before = await backups.stageReset()
      restartSoon()
      return before
    },

    last: (): Promise<Replacement | null> => backups.lastReplacement(),

    /** Backs up daily and deletes what is past its time, for as long as the gateway serves. @returns how to stop */
    schedule(): () => void {
      const first = setTimeout(() => void runIfDue(), FIRST_LOOK).unref()
      const timer = setInterval(() => void runIfDue(), LOOK_EVERY).unref()
      return () => {
        clearTimeout(first)
        clearInterval(timer)
      }
    },
  }
}

export type BackupService = ReturnType<typeof createBackupService>
