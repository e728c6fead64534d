import { existsSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Replacement } from '@local-mcp/contract'
import { AppError, type Clock, type Logger, messageOf } from '@local-mcp/kernel'
import type { Connection } from '../file/connection.ts'
import { createFolder } from '../file/database-file.ts'
import { withMigrationLock } from '../migrate/migration-lock.ts'
import { carryOver } from './carry-over.ts'
import { openStranger } from './check-database.ts'
import { holdAlone } from './hold-alone.ts'
import { syncFile, syncFolder } from './private-files.ts'
import { closeOrder, hasOrder, type Order, orderPath, pendingPath, readOrder, SIDE_FILES } from './replacement-files.ts'

/** How long another process may keep the database open before the order is given up, in ms. */
const IN_USE_WAIT_MS = 10_000

export interface ReplaceOptions {
  readonly path: string
  readonly clock: Clock
  readonly logger: Logger
  readonly lockTimeoutMs: number
  readonly onWaiting?: ((holderPid: number | null) => void) | undefined
}

/** Puts the database that was there back; the other one goes into its folder. For when the new one does not open. */
export type Undo = (cause: unknown) => Promise<void>

/** Moves a database with everything beside it, so that no log is ever joined to another database. It must be closed. */
function moveTogether(from: string, to: string): void {
  for (const suffix of ['', ...SIDE_FILES]) if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix)
}

function swap(path: string, kept: string, held: Connection | null): void {
  // Windows does not rename what is open. Elsewhere the lock stays until the new file is in place.
  if (process.platform === 'win32') held?.close()
  const pending = pendingPath(path)
  if (existsSync(pending)) {
    if (!existsSync(kept)) moveTogether(path, kept)
    for (const suffix of SIDE_FILES) if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix)
    renameSync(pending, path)
  }
  syncFolder(dirname(path))
  syncFolder(dirname(kept))
}

function prepare(held: Connection | null, path: string, order: Order, logger: Logger): void {
  // Whatever a killed process left half written in the file is settled by opening it, also when there is nothing to take along.
  const pending = openStranger(pendingPath(path), { writable: true })
  pending.prepare('SELECT count(*) FROM sqlite_master').get()
  pending.close()
  if (!held) return
  try {
    carryOver(held, pendingPath(path), order.kind)
    syncFile(pendingPath(path))
  } catch (error) {
    // An old or damaged database may lack the tables: that must not keep it from being replaced.
    logger.warn('The record of backups and revoked tokens could not be taken along', { error: messageOf(error) })
  }
}

async function carryOut(options: ReplaceOptions, order: Order): Promise<Undo | null> {
  const { path, clock, logger } = options
  const folder = join(dirname(path), order.folder)
  const kept = join(folder, basename(path))
  const outcome: Omit<Replacement, 'error' | 'keptIn'> = { kind: order.kind, at: clock.now(), source: order.source }
  // A process that died after the first rename has decided it: the rest follows without asking again.
  const begun = existsSync(kept)
  let held: Connection | null = null
  try {
    if (!begun && !existsSync(pendingPath(path)))
      throw new AppError('RESTORE_FAILED', 'The file that was to take the place of the database is gone')
    if (!begun && existsSync(path)) {
      held = await holdAlone(path, IN_USE_WAIT_MS)
      prepare(held, path, order, logger)
    }
    createFolder(folder)
    swap(path, kept, held)
  } catch (error) {
    if (existsSync(kept) && !existsSync(path)) moveTogether(kept, path)
    const code = error instanceof AppError ? error.code : 'RESTORE_FAILED'
    logger.error('The database was not replaced', { path, error: messageOf(error) })
    closeOrder(path, { ...outcome, keptIn: null, error: { code, message: messageOf(error) } })
    return null
  } finally {
    held?.close()
  }
  const keptIn = existsSync(kept) ? folder : null
  closeOrder(path, { ...outcome, keptIn, error: null })
  logger.info('The database was replaced', { path, kind: order.kind, keptIn })
  return async (cause) => {
    if (!keptIn) throw cause
    moveTogether(path, join(folder, `failed-${basename(path)}`))
    moveTogether(kept, path)
    closeOrder(path, { ...outcome, keptIn: null, error: { code: 'RESTORE_FAILED', message: messageOf(cause) } })
  }
}

/**
 * Carries out what a restore or a reset has ordered, before the database is opened. Under the migration lock; after a
 * kill at any moment the next call goes on where it ended. A failure leaves the database that was there, and is told
 * by `readOutcome`.
 * @returns how to undo it when the new database does not open; null when nothing was replaced
 * @throws AppError MIGRATION_LOCK_TIMEOUT, DATABASE_UNWRITABLE
 */
export async function applyReplacement(options: ReplaceOptions): Promise<Undo | null> {
  const { path, lockTimeoutMs: timeoutMs, onWaiting } = options
  if (!hasOrder(path)) return null
  return withMigrationLock(path, { timeoutMs, onWaiting }, () => {
    const order = readOrder(path)
    if (order) return carryOut(options, order)
    for (const left of [orderPath(path), pendingPath(path)]) rmSync(left, { force: true })
    return null
  })
}
