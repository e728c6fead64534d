import type { Contract } from '@local-mcp/contract'
import { AppError, type Logger, messageOf } from '@local-mcp/kernel'
import { type Host, type OwnerPort, reachRunning, type Serving, servePort, startServing, textPort } from '@local-mcp/runtime'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { Phase } from '../policy/live-state.ts'

export type Operations = ContractRouterClient<Contract>
type Socket = NonNullable<Awaited<ReturnType<typeof reachRunning>>>
type ServingOptions = Parameters<typeof startServing>[0]

export interface GatewayOptions extends Omit<ServingOptions, 'onHost' | 'port'> {
  /** Read at each start, because it can be chosen anew. */
  readonly port: () => number
  readonly onChange: () => void
  /** The owner wants the whole program to end. */
  readonly onQuit: () => void
}

export interface Gateway {
  phase(): Phase
  /** Why it failed; null in every other phase. */
  error(): AppError | null
  /** Null while nothing answers. A new object for each gateway that does. */
  operations(): Operations | null
  /** Ties a window to it: now, or as soon as it serves. Where it is stopped the port is closed. */
  connect(port: OwnerPort): void
  start(): Promise<void>
  /** Refuses what is new and waits so many ms for the calls under way. */
  drain(ms: number): Promise<void>
  /** Takes it down. One that another process runs goes on. */
  stop(): Promise<void>
}

/** The gateway behind the window: our own, or the one that another process runs on the same data. */
export function createGateway({ port, onChange, onQuit, ...given }: GatewayOptions): Gateway {
  const { databasePath, logger } = given
  let phase: Phase = 'stopped'
  let error: AppError | null = null
  let operations: Operations | null = null
  let serving: Serving | null = null
  let attached: Socket | null = null
  let connected = new Set<OwnerPort>()
  let waiting = new Set<OwnerPort>()
  let busy: Promise<void> = Promise.resolve()

  function become(next: Phase, cause: AppError | null = null): void {
    phase = next
    error = cause
    onChange()
  }
  function disconnect(): void {
    const old = connected
    connected = new Set()
    for (const one of old) one.close()
  }
  function tie(one: OwnerPort): void {
    const host = serving?.host()
    connected.add(one)
    one.on('close', () => connected.delete(one))
    if (host) servePort(host.serveSocket, one)
    else void bridge(databasePath, one, logger)
  }
  function tieWaiting(): void {
    const all = waiting
    waiting = new Set()
    for (const one of all) tie(one)
  }
  function onHost(host: Host | null): void {
    disconnect()
    operations = host ? (host.operations as unknown as Operations) : null
    if (host === null) {
      become('starting')
      return
    }
    // The first one comes before `startServing` has answered.
    queueMicrotask(() => {
      if (serving?.host() !== host) return
      become(host.recovery ? 'recovery' : 'running')
      tieWaiting()
    })
  }

  async function attach(): Promise<boolean> {
    const socket = await reachRunning(databasePath)
    if (!socket) return false
    attached = socket
    operations = createORPCClient(new RPCLink({ websocket: socket as never }))
    socket.once('close', () => {
      if (attached !== socket) return
      attached = null
      operations = null
      disconnect()
      become('starting')
      // It has ended, or restarts: whoever is there next is what we serve or attach to.
      void inTurn(begin)
    })
    become('attached')
    tieWaiting()
    return true
  }

  async function begin(): Promise<void> {
    if (phase === 'running' || phase === 'recovery' || phase === 'attached') return
    become('starting')
    try {
      try {
        serving = await startServing({ ...given, port: port(), onHost })
      } catch (cause) {
        if (cause instanceof AppError && cause.code === 'ALREADY_RUNNING' && (await attach())) return
        throw cause
      }
      const own = serving
      onHost(own.host())
      void own.ended.then((cause) => {
        if (serving !== own) return
        if (cause === null) onQuit()
        else void inTurn(() => fail(cause))
      })
    } catch (cause) {
      await fail(cause)
    }
  }
  async function fail(cause: unknown): Promise<void> {
    await takeDown()
    logger.error('The gateway could not start', { error: messageOf(cause) })
    become('failed', cause instanceof AppError ? cause : new AppError('INTERNAL', messageOf(cause)))
  }
  async function takeDown(): Promise<void> {
    const own = serving
    const socket = attached
    serving = null
    attached = null
    operations = null
    disconnect()
    for (const one of waiting) one.close()
    waiting = new Set()
    socket?.close()
    await own?.close().catch((cause: unknown) => logger.error('The gateway did not close cleanly', { error: messageOf(cause) }))
  }
  function inTurn(work: () => Promise<void>): Promise<void> {
    busy = busy.then(work, work)
    return busy
  }

  return {
    phase: () => phase,
    error: () => error,
    operations: () => operations,
    connect(one) {
      if (phase === 'starting') {
        waiting.add(one)
        one.on('close', () => waiting.delete(one))
      } else if (operations) tie(one)
      else one.close()
    },
    start: () => inTurn(begin),
    drain: async (ms) => serving?.host()?.drain(ms),
    stop: () =>
      inTurn(async () => {
        await takeDown()
        become('stopped')
      }),
  }
}

/** A window of ours on the gateway of another process: what it says is handed on as it is. */
async function bridge(databasePath: string, port: OwnerPort, logger: Logger): Promise<void> {
  try {
    const socket = await reachRunning(databasePath)
    if (!socket) return port.close()
    const text = textPort(port, (data) => socket.send(data))
    socket.on('message', (data) => text.send(String(data)))
    socket.once('close', () => text.close())
    port.on('close', () => socket.close())
  } catch (error) {
    logger.warn('The window could not be connected', { error: messageOf(error) })
    port.close()
  }
}
