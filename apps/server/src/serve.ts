import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, createLogger, messageOf, systemClock } from '@local-mcp/kernel'
import { type Environment, logToStderr, type Serving, startServing } from '@local-mcp/runtime'
import { cliCommand, uiDir, version } from './package.ts'

export interface ServeOptions {
  readonly environment: Environment
  readonly env: Readonly<Record<string, string | undefined>>
  readonly json: boolean
}

/** Runs the product without a window: the gateway for clients, and the control listener for its owner. */
export async function serve({ environment, env, json }: ServeOptions): Promise<Serving & { readonly uiUrl: string }> {
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
  const serving = await startServing({
    databasePath,
    port,
    version,
    host: 'headless',
    abilities: [],
    cliCommand,
    env,
    keys: environment.keys,
    oauth: environment.oauth,
    userPlaces: environment.userPlaces,
    givenToken: environment.givenToken,
    owner,
    corsOrigins,
    pool,
    logger,
    uiDir,
  })
  return { ...serving, uiUrl: serving.newLink() }
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
