import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RecoveryState } from '@local-mcp/contract'
import { AppError, createLogger, Disposables, messageOf, systemClock } from '@local-mcp/kernel'
import { createRecovery, createRuntime, type Host, opensRecovery, type RuntimeOptions } from '@local-mcp/runtime'
import { removeControlFile, writeControlFile } from './control/control-file.ts'
import { startControlListener } from './control/control-listener.ts'
import type { Environment } from './environment.ts'
import { logToStderr } from './log-sink.ts'
import { cliCommand, uiDir, version } from './package.ts'

export interface ServeOptions {
  readonly environment: Environment
  readonly env: Readonly<Record<string, string | undefined>>
  readonly json: boolean
}

export interface Serving {
  readonly mcpUrl: string
  readonly uiUrl: string
  readonly databasePath: string
  /** Why it began without its database; null where it did not. */
  readonly recovery: RecoveryState | null
  /** Resolves when it is to end by itself: with the error of a restart that failed, or with null where its owner asked. */
  readonly ended: Promise<unknown>
  close(): Promise<void>
}

/** Runs the product without a window: the gateway for clients, and the control listener for its owner. */
export async function serve({ environment, env, json }: ServeOptions): Promise<Serving> {
  const { databasePath, port, corsOrigins, pool, owner, logLevel } = environment
  if (!existsSync(join(uiDir, 'index.html')))
    throw new AppError('INTERNAL', 'The window is not built', { next: 'Run `npm run build` first.' })
  const logger = createLogger(logLevel, systemClock.now, logToStderr(json))
  // A promise that nobody looked after is a bug of ours, not a reason to end everybody's calls.
  process.on('unhandledRejection', (error) =>
    logger.error('Unhandled rejection', { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined }),
  )
  // As it would end by itself, but with its last words through the same filter as all others.
  process.on('uncaughtException', (error) => {
    logger.error('Uncaught exception', { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined })
    process.exit(1)
  })
  const undo = new Disposables()
  try {
    let host: (Host & { readonly recovery?: RecoveryState }) | null = null
    let turning: Promise<void> | null = null
    let end: (error: unknown) => void = () => {}
    const ended = new Promise<unknown>((resolve) => {
      end = resolve
    })
    async function build(onPort: number): Promise<NonNullable<typeof host>> {
      const options: RuntimeOptions & { port: number; restart: () => void } = {
        databasePath,
        port: onPort,
        version,
        host: 'headless',
        abilities: [],
        cliCommand,
        env,
        keys: environment.keys,
        oauth: environment.oauth,
        givenToken: environment.givenToken,
        owner,
        corsOrigins,
        pool,
        logger,
        restart,
        onWaiting: (pid) => logger.info('Another copy is upgrading the database; waiting for it', { pid }),
      }
      try {
        return await createRuntime(options)
      } catch (cause) {
        if (!opensRecovery(cause)) throw cause
        return createRecovery({ ...options, cause, quit: () => end(null) })
      }
    }

    /**
     * Another database is to be served. Everything that knows rows of the old one goes; this listener, its sessions and
     * the port stay, so that the window comes back by itself.
     */
    function restart(): void {
      turning ??= turn()
        .catch((error: unknown) => {
          logger.error('The gateway could not be started again', { error: messageOf(error) })
          end(error)
        })
        .finally(() => {
          turning = null
        })
    }
    async function turn(): Promise<void> {
      const old = host
      host = null
      // The port that clients are configured with, also where any free one was taken.
      const onPort = old?.port ?? port
      control.disconnect()
      // A database that has gone bad keeps nobody from saying so.
      await old?.close().catch((error: unknown) => logger.error('The gateway did not close cleanly', { error: messageOf(error) }))
      host = await build(onPort)
      leaveControlFile()
    }
    /** How commands find this process. Not beside somebody else's file. */
    function leaveControlFile(): void {
      if (!host?.writesBeside) return
      try {
        writeControlFile(databasePath, { pid: process.pid, url: control.url, key: control.key })
      } catch (error) {
        logger.warn('Commands will not find this gateway', { error: messageOf(error) })
      }
    }

    host = await build(port)
    const { mcpUrl, recovery = null } = host
    undo.defer(async () => {
      await turning
      await host?.close()
    })
    const control = await startControlListener({ host: () => host, uiDir, clock: systemClock, logger })
    undo.defer(() => control.close())
    leaveControlFile()
    undo.defer(() => removeControlFile(databasePath, control.key))
    return { mcpUrl, uiUrl: control.newLink(), databasePath, recovery, ended, close: () => undo.dispose() }
  } catch (error) {
    await undo.dispose().catch((second: unknown) => logger.error('Undoing the start failed', { error: messageOf(second) }))
    throw error
  }
}

/** How long a quit may take before the process ends anyway, in milliseconds. */
const QUIT_DEADLINE = 8000
const SAME_WISH = 500

/**
 * Stays until somebody asks it to end: a signal, a closed terminal, or the launcher that started it being gone.
 * A second signal ends at once.
 */
export function untilAskedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    let asked: number | null = null
    const ask = () => {
      // A terminal tells the whole group, and a launcher passes it on: the same wish twice.
      if (asked !== null && performance.now() - asked < SAME_WISH) return
      if (asked !== null) process.exit(1)
      asked = performance.now()
      setTimeout(() => process.exit(1), QUIT_DEADLINE).unref()
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask)
    if (process.channel) process.once('disconnect', ask)
  })
}
