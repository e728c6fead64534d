import { setTimeout as sleep } from 'node:timers/promises'
import { type Contract, ERRORS } from '@local-mcp/contract'
import { AppError, createLogger, systemClock } from '@local-mcp/kernel'
import { createRuntime, isInstanceRunning } from '@local-mcp/runtime'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import { type ControlFile, readControlFile } from '../control/control-file.ts'
import type { Environment } from '../environment.ts'
import { logToStderr } from '../log-sink.ts'
import { cliCommand, version } from '../package.ts'

export type Operations = ContractRouterClient<Contract>

const CONNECT_TIMEOUT = 5000
/** How long a restore or a reset may keep the gateway from answering, and how often to look, in ms. */
const RESTART_WAIT = 60_000
const RESTART_LOOK = 50

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
  const socket = await reach(environment.databasePath)
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

/**
 * The gateway that runs; null where none does. While one runs nobody else may change what it has in memory: a token
 * that was revoked behind its back would still be let in.
 *
 * @throws AppError NOT_READY where one runs and does not answer
 */
async function reach(databasePath: string): Promise<WebSocket | null> {
  const deadline = performance.now() + CONNECT_TIMEOUT
  for (;;) {
    const file = readControlFile(databasePath)
    const socket = file && (await connect(file))
    if (socket || !isInstanceRunning(databasePath)) return socket
    if (performance.now() > deadline) {
      throw new AppError('NOT_READY', 'The gateway is running but does not answer', {
        next: 'Try again in a moment, or restart the gateway.',
      })
    }
    // It is starting, or busy.
    await sleep(100)
  }
}

/** Null where nobody answers: the file is left over from a gateway that was killed. Waits for one that is restarting. */
async function connect(running: ControlFile): Promise<WebSocket | null> {
  const deadline = performance.now() + RESTART_WAIT
  for (;;) {
    const answer = await tryConnect(running)
    if (answer !== 'restarting') return answer
    if (performance.now() >= deadline) throw new AppError('NOT_READY', 'The gateway is restarting and does not get ready')
    await sleep(RESTART_LOOK)
  }
}

function tryConnect({ url, key }: ControlFile): Promise<WebSocket | 'restarting' | null> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}rpc`, ['lmg.v1', `lmg.session.${key}`], {
      handshakeTimeout: CONNECT_TIMEOUT,
    })
    socket.once('open', () => resolve(socket))
    socket.once('error', () => resolve(null))
    socket.once('unexpected-response', (_request, { statusCode }) => {
      resolve(statusCode === 503 ? 'restarting' : null)
      socket.terminate()
    })
  })
}

/** A fresh link to the window of the gateway that is running; null where none runs. */
export async function freshLink(databasePath: string): Promise<string | null> {
  const running = readControlFile(databasePath)
  if (!running) return null
  const response = await fetch(`${running.url}link`, { method: 'POST', headers: { authorization: `Bearer ${running.key}` } }).catch(
    () => null,
  )
  if (!response?.ok) return null
  return ((await response.json()) as { url: string }).url
}

function fromOrpc(error: unknown): unknown {
  if (!(error instanceof ORPCError)) return error
  const { next, fields, ...data } = (error.data ?? {}) as { next?: string; fields?: AppError['fields'] }
  const code = error.code in ERRORS ? error.code : 'INTERNAL'
  return new AppError(code, error.message, { ...(next ? { next } : {}), ...(fields ? { fields } : {}), data })
}
