import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, createLogger, Disposables, messageOf, systemClock } from '@local-mcp/kernel'
import { createRuntime, type Runtime } from '@local-mcp/runtime'
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
  /** Resolves when it can no longer serve: after a restart of the runtime that failed. */
  readonly failed: Promise<unknown>
  close(): Promise<void>
}

/** Runs the product without a window: the gateway for clients, and the control listener for its owner. */
export async function serve({ environment, env, json }: ServeOptions): Promise<Serving> {
  const { databasePath, port, corsOrigins, owner, logLevel } = environment
  if (!existsSync(join(uiDir, 'index.html')))
    throw new AppError('INTERNAL', 'The window is not built', { next: 'Run `npm run build` first.' })
  const logger = createLogger(logLevel, systemClock.now, logToStderr(json))
  // A promise that nobody looked after is a bug of ours, not a reason to end everybody's calls.
  process.on('unhandledRejection', (error) =>
    logger.error('Unhandled rejection', { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined }),
  )
  const undo = new Disposables()
  try {
    let runtime: Runtime | null = null
    let turning: Promise<void> | null = null
    let fail: (error: unknown) => void = () => {}
    const failed = new Promise<unknown>((resolve) => {
      fail = resolve
    })
    const build = async (onPort: number): Promise<Runtime> =>
      createRuntime({
        databasePath,
        port: onPort,
        version,
        host: 'headless',
        abilities: [],
        cliCommand,
        env,
        owner,
        corsOrigins,
        logger,
        restart,
        onWaiting: (pid) => logger.info('Another copy is upgrading the database; waiting for it', { pid }),
      })

    /**
     * Another database is to be served. Everything that knows rows of the old one goes; this listener, its sessions and
     * the port stay, so that the window comes back by itself.
     */
    function restart(): void {
      turning ??= turn()
        .catch((error: unknown) => {
          logger.error('The gateway could not be started again', { error: messageOf(error) })
          fail(error)
        })
        .finally(() => {
          turning = null
        })
    }
    async function turn(): Promise<void> {
      const old = runtime
      runtime = null
      // The port that clients are configured with, also where any free one was taken.
      const onPort = old?.port ?? port
      control.disconnect()
      await old?.close()
      runtime = await build(onPort)
    }

    runtime = await build(port)
    const { mcpUrl } = runtime
    undo.defer(async () => {
      await turning
      await runtime?.close()
    })
    const control = await startControlListener({ runtime: () => runtime, uiDir, clock: systemClock, logger })
    undo.defer(() => control.close())
    writeControlFile(databasePath, { pid: process.pid, url: control.url, key: control.key })
    undo.defer(() => removeControlFile(databasePath, control.key))
    return { mcpUrl, uiUrl: control.newLink(), databasePath, failed, close: () => undo.dispose() }
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
