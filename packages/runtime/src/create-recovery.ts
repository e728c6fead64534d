import { dirname } from 'node:path'
import { type AppEvent, DEFAULT_PORT, ERRORS, type ErrorCode, type SystemInfo } from '@local-mcp/contract'
import { type BackupService, createBackupService } from '@local-mcp/core'
import { briefly, doctorFile, lockInstance, openBackups, riskyLocation } from '@local-mcp/database'
import { sweepOrphans } from '@local-mcp/gateway'
import { AppError, createEventBus, Disposables, messageOf, systemClock } from '@local-mcp/kernel'
import { createRouterClient } from '@orpc/server'
import { ownerSockets } from './carriers.ts'
import { type Closed, createClosedHandler } from './closed-listener.ts'
import { type Host, type RuntimeOptions, serversRecord } from './create-runtime.ts'
import { listenOnLoopback } from './http-listener.ts'
import { sendError } from './mcp-listener.ts'
import { createRecoveryService, describeRecovery, isOurPlace } from './recovery.service.ts'
import { createRouter, guardOperation, type Services } from './router.ts'

export interface RecoveryOptions extends Omit<RuntimeOptions, 'restart' | 'port'> {
  readonly port: number
  /** Why the runtime could not be created, see `opensRecovery`. */
  readonly cause: AppError
  /** Closes this and tries again. */
  readonly restart: () => void
  /** Ends the program. */
  readonly quit: () => void
}

/** The owner of a database that nobody can look into. */
const NOBODY = { userId: '', email: '', isLocalOwner: true, token: null, permissions: ['*'] } as const

/** Refuses whatever is called. */
function refusing<Service extends object>(closed: Closed): Service {
  const refuse = () => {
    throw new AppError('NOT_READY', `The gateway is in recovery: ${closed.detail}`, { next: closed.next })
  }
  return new Proxy({} as Service, { get: () => refuse })
}

/** Null where the folder cannot even be locked: then there is nothing in it that we could change either. */
async function lockIfPossible(databasePath: string): Promise<(() => void) | null> {
  try {
    return await lockInstance(databasePath)
  } catch (error) {
    if (error instanceof AppError && error.code === 'DATABASE_UNWRITABLE') return null
    throw error
  }
}

/**
 * What runs in the place of the runtime while the database does not open: its owner is told why and can look, restore,
 * salvage, copy, try again; clients are told why by the port that they know. The database is not open here.
 * @throws AppError PORT_IN_USE, ALREADY_RUNNING
 */
export async function createRecovery(options: RecoveryOptions): Promise<Host> {
  const { cause, databasePath, version, logger, clock = systemClock, corsOrigins, restart, quit } = options
  const undo = new Disposables()
  try {
    const unlock = isOurPlace(cause, databasePath) ? await lockIfPossible(databasePath) : null
    if (unlock) {
      undo.defer(unlock)
      await sweepOrphans(serversRecord(databasePath), logger)
    }
    const state = describeRecovery(cause, databasePath, clock.now())
    logger.error('The database does not open: the gateway waits in recovery', { code: state.code, error: state.message })
    const closed: Closed = {
      code: state.code,
      detail: state.differences.length > 0 ? briefly(state.differences) : ERRORS[state.code as ErrorCode].title,
      next: 'Open the window of the gateway: it says what can be done. `local-mcp-gateway open` prints its link.',
    }
    const listener = await listenOnLoopback(
      createClosedHandler({ port: () => listener.port, corsOrigins: new Set(corsOrigins), closed }),
      options.port,
      logger,
    )
    undo.defer(listener.close)
    const mcpUrl = `http://127.0.0.1:${listener.port || DEFAULT_PORT}/mcp`
    const risk = await riskyLocation(databasePath).catch(() => null)

    // Whoever closes a descriptor of a file drops the locks that SQLite has on it in another thread of this process.
    let tail: Promise<unknown> = Promise.resolve()
    function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
      const run = tail.then(work)
      tail = run.catch(() => {})
      return run
    }
    undo.defer(() => inTurn(async () => {}))

    const events = createEventBus<AppEvent>((error) => logger.error('A listener of events failed', { error: messageOf(error) }))
    const recovery = createRecoveryService({
      state,
      appVersion: version,
      locked: unlock !== null,
      clock,
      logger,
      inTurn,
      restart,
      quit,
    })
    const files = createBackupService({
      backups: openBackups({ path: databasePath, appVersion: version, clock, logger }),
      events,
      clock,
      logger,
      restart,
    })
    const backups: BackupService = {
      ...files,
      run: () => inTurn(async () => refusing<BackupService>(closed).run({} as never)),
      verify: (ref) => inTurn(() => files.verify(ref)),
      preview: (ref) => inTurn(() => files.preview(ref)),
      restore: (ref) => {
        recovery.need('restore')
        return inTurn(() => files.restore(ref))
      },
      reset: () => {
        recovery.need('reset')
        return inTurn(() => files.reset())
      },
    }
    const info: SystemInfo = {
      version,
      mcpUrl,
      dataDir: dirname(databasePath),
      databasePath,
      riskyLocation: risk,
      host: options.host,
      abilities: [...options.abilities],
      cliCommand: [...options.cliCommand],
    }
    const router = createRouter({
      profiles: refusing<Services['profiles']>(closed),
      servers: refusing<Services['servers']>(closed),
      secrets: refusing<Services['secrets']>(closed),
      oauth: refusing<Services['oauth']>(closed),
      serverSettings: refusing<Services['serverSettings']>(closed),
      appearance: refusing<Services['appearance']>(closed),
      usage: refusing<Pick<Services, 'usage'>>(closed).usage,
      sources: refusing<Services['sources']>(closed),
      pool: refusing<Services['pool']>(closed),
      tokens: refusing<Services['tokens']>(closed),
      tokenUsage: refusing<Services['tokenUsage']>(closed),
      clients: refusing<Services['clients']>(closed),
      tools: refusing<Services['tools']>(closed),
      profileTools: refusing<Services['profileTools']>(closed),
      discovery: refusing<Services['discovery']>(closed),
      logs: refusing<Services['logs']>(closed),
      backups,
      events,
      ready: async () => ({
        status: 'not_ready',
        checks: [{ name: 'launch', ok: false, ms: 0, code: closed.code, detail: closed.detail }],
      }),
      doctor: () => inTurn(() => doctorFile(databasePath)),
      info: () => info,
      recovery,
    })
    return {
      mcpUrl,
      port: listener.port,
      recovery: state,
      writesBeside: unlock !== null,
      operations: createRouterClient(router, {
        context: { context: { principal: NOBODY as never, source: 'cli', signal: new AbortController().signal } },
        interceptors: [guardOperation(logger) as never],
      }),
      drain: async () => {},
      servePiped: (req, res) => sendError(req, res, new AppError('NOT_READY', closed.detail, { next: closed.next })),
      serveSocket: ownerSockets(router, NOBODY as never, logger),
      close: () => undo.dispose(),
    }
  } catch (error) {
    await undo.dispose().catch(() => {})
    throw error
  }
}
