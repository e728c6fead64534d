import {
  type ClearedMark,
  ERRORS,
  type ErrorCode,
  type FilesCopy,
  type RecoveryState,
  type Remedy,
  type SalvageReport,
} from '@local-mcp/contract'
import { clearDirty, copyFiles, hasInstanceLock, salvageFile } from '@local-mcp/database'
import { AppError, type Clock, type Logger } from '@local-mcp/kernel'

/** Until the answer to whoever asked for the restart or the end has left, in ms. */
const ANSWER_MS = 50

const REPLACE: readonly Remedy[] = ['restore', 'copy_files']
const RECOVER: readonly Remedy[] = ['restore', 'salvage', 'copy_files', 'reset']

/** What keeps the store from opening but not the program from helping, with what may help. */
const REMEDIES: Readonly<Record<string, readonly Remedy[]>> = {
  DATABASE_CORRUPT: RECOVER,
  DATABASE_NOT_SQLITE: RECOVER,
  SCHEMA_DRIFT: RECOVER,
  MIGRATION_DIRTY: ['clear_dirty', ...RECOVER],
  MIGRATION_FAILED: REPLACE,
  MIGRATION_CHANGED: REPLACE,
  MIGRATION_AHEAD: REPLACE,
  DATABASE_UNWRITABLE: ['copy_files'],
  DATABASE_WAL_UNAVAILABLE: ['copy_files'],
  BACKUP_NO_SPACE: ['copy_files'],
  BACKUP_UNWRITABLE: ['copy_files'],
  DATABASE_FOREIGN: [],
  MIGRATION_LOCK_TIMEOUT: [],
  DB_BUSY: [],
}

/** Whether a launch that failed with this goes on in recovery, instead of ending. */
export const opensRecovery = (error: unknown): error is AppError => error instanceof AppError && Object.hasOwn(REMEDIES, error.code)

/** Beside somebody else's file nothing is written and nothing is done. A file of ours may be damaged beyond recognition. */
export const isOurPlace = ({ code }: AppError, databasePath: string): boolean =>
  code !== 'DATABASE_FOREIGN' && (code !== 'DATABASE_NOT_SQLITE' || hasInstanceLock(databasePath))

export function describeRecovery(error: AppError, databasePath: string, now: number): RecoveryState {
  const { differences, backup } = error.data
  const { next } = ERRORS[error.code as ErrorCode]
  return {
    code: error.code,
    message: error.message,
    // Where there is a backup the error names the command that restores it; here the window does that.
    next: backup ? next : (error.next ?? next),
    path: databasePath,
    differences: Array.isArray(differences) ? differences : [],
    remedies: isOurPlace(error, databasePath) ? [...(REMEDIES[error.code] ?? [])] : [],
    since: now,
  }
}

export interface RecoveryService {
  state(): RecoveryState | null
  copyFiles(to?: string): Promise<FilesCopy>
  salvage(): Promise<SalvageReport>
  clearDirty(): Promise<ClearedMark>
  retry(): void
  quit(): void
}

function refuse(): never {
  throw new AppError('NOT_IN_RECOVERY', 'The database is open: nothing is to be recovered')
}

/** What a gateway that serves says: there is nothing to recover. */
export const noRecovery: RecoveryService = {
  state: () => null,
  copyFiles: refuse,
  salvage: refuse,
  clearDirty: refuse,
  retry: refuse,
  quit: refuse,
}

export interface RecoveryDependencies {
  readonly state: RecoveryState
  readonly appVersion: string
  /** Whether this process has the lock of the data directory. */
  readonly locked: boolean
  readonly clock: Clock
  readonly logger: Logger
  /** Only one thing at a time may have the files in its hands. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly restart: () => void
  readonly quit: () => void
}

export function createRecoveryService(dependencies: RecoveryDependencies): RecoveryService & { need(remedy: Remedy): void } {
  const { state, appVersion, locked, clock, logger, inTurn, restart, quit } = dependencies
  const { path } = state
  const options = { path, appVersion, clock, logger }
  const soon = (what: () => void) => void setTimeout(what, ANSWER_MS)

  function need(remedy: Remedy): void {
    if (!state.remedies.includes(remedy)) throw new AppError('FORBIDDEN', `This does not help here: ${state.message}`, { next: state.next })
  }

  return {
    need,
    state: () => state,
    copyFiles(to) {
      need('copy_files')
      return inTurn(() => copyFiles(path, { to, clock }))
    },
    salvage() {
      need('salvage')
      return inTurn(() => salvageFile({ ...options, locked }))
    },
    async clearDirty() {
      need('clear_dirty')
      const cleared = await inTurn(() => clearDirty(options))
      soon(restart)
      return cleared
    },
    retry: () => soon(restart),
    quit: () => soon(quit),
  }
}
