import { type Contract, ERRORS } from '@local-mcp/contract'
import { AppError, createLogger, systemClock } from '@local-mcp/kernel'
import { createRuntime, type Environment, logToStderr, reachRunning } from '@local-mcp/runtime'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { cliCommand, version } from '../package.ts'

export type Operations = ContractRouterClient<Contract>

/**
 * Runs one command's work: through the gateway that is running, so that it knows at once, or, where none runs,
 * directly on the database.
 */
export async function withOperations<Result>(
  environment: Environment,
  work: (operations: Operations, running: boolean) => Promise<Result>,
): Promise<Result> {
  const through = await throughGateway(environment, (operations) => work(operations, true))
  if (through) return through.result
  const logger = createLogger('warn', systemClock.now, logToStderr(false))
  const runtime = await createRuntime({
    databasePath: environment.databasePath,
    port: null,
    version,
    host: 'headless',
    abilities: [],
    cliCommand,
    env: {},
    keys: environment.keys,
    // Where no gateway serves, the browser comes back to the port that it would have.
    oauth: { ...environment.oauth, port: environment.oauth.port ?? (environment.port || null) },
    userPlaces: environment.userPlaces,
    owner: environment.owner,
    corsOrigins: [],
    pool: environment.pool,
    logger,
  })
  try {
    return await work(runtime.operations as Operations, false)
  } catch (error) {
    throw fromOrpc(error)
  } finally {
    await runtime.close()
  }
}

/** The same, but only through a gateway that is running: null where none runs. */
export async function throughGateway<Result>(
  environment: Environment,
  work: (operations: Operations) => Promise<Result>,
): Promise<{ readonly result: Result } | null> {
  const socket = await reachRunning(environment.databasePath)
  if (!socket) return null
  const ended = new Promise<never>((_, reject) => {
    socket.once('close', () =>
      reject(new AppError('NOT_READY', 'The gateway ended before it answered', { next: 'Look whether it was done, then run it again.' })),
    )
  })
  try {
    return { result: await Promise.race([work(createORPCClient(new RPCLink({ websocket: socket as never }))), ended]) }
  } catch (error) {
    throw fromOrpc(error)
  } finally {
    ended.catch(() => {})
    socket.close()
  }
}

function fromOrpc(error: unknown): unknown {
  if (!(error instanceof ORPCError)) return error
  const { next, fields, ...data } = (error.data ?? {}) as { next?: string; fields?: AppError['fields'] }
  const code = error.code in ERRORS ? error.code : 'INTERNAL'
  return new AppError(code, error.message, { ...(next ? { next } : {}), ...(fields ? { fields } : {}), data })
}
