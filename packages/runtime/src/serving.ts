import type { RecoveryState } from '@local-mcp/contract'
import { Disposables, messageOf, systemClock } from '@local-mcp/kernel'
import { removeControlFile, writeControlFile } from './control/control-file.ts'
import { startControlListener } from './control/control-listener.ts'
import { createRecovery } from './create-recovery.ts'
import { createRuntime, type Host, type RuntimeOptions } from './create-runtime.ts'
import { opensRecovery } from './recovery.service.ts'

export interface ServingOptions extends Omit<RuntimeOptions, 'restart' | 'onWaiting' | 'port'> {
  readonly port: number
  /** Folder of the built window, which the control listener serves. */
  readonly uiDir: string
  /** Called whenever what is served is another one: null from the moment that the old one begins to close. */
  readonly onHost?: (host: Host | null) => void
}

export interface Serving {
  readonly mcpUrl: string
  readonly databasePath: string
  /** Why it began without its database; null where it did not. */
  readonly recovery: RecoveryState | null
  /** Resolves when it is to end by itself: with the error of a restart that failed, or with null where its owner asked. */
  readonly ended: Promise<unknown>
  /** Null while it is built anew. */
  host(): Host | null
  /** A link that opens the window in a browser, once. */
  newLink(): string
  close(): Promise<void>
}

/**
 * What every host runs: the gateway for clients, or recovery in its place, and the control listener for its owner's
 * commands and browser.
 *
 * @throws AppError of the launch: PORT_IN_USE, ALREADY_RUNNING, and what recovery does not help with
 */
export async function startServing({ uiDir, onHost, ...given }: ServingOptions): Promise<Serving> {
  const { databasePath, logger } = given
  const undo = new Disposables()
  try {
    let host: Host | null = null
    let turning: Promise<void> | null = null
    let end: (error: unknown) => void = () => {}
    const ended = new Promise<unknown>((resolve) => {
      end = resolve
    })
    function become(next: Host | null): void {
      host = next
      onHost?.(next)
    }
    async function build(port: number): Promise<Host> {
      const options = {
        ...given,
        port,
        restart,
        onWaiting: (pid: number | null) => logger.info('Another copy is upgrading the database; waiting for it', { pid }),
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
      become(null)
      // The port that clients are configured with, also where any free one was taken.
      const port = old?.port ?? given.port
      control.disconnect()
      // A database that has gone bad keeps nobody from saying so.
      await old?.close().catch((error: unknown) => logger.error('The gateway did not close cleanly', { error: messageOf(error) }))
      become(await build(port))
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

    const first = await build(given.port)
    undo.defer(async () => {
      await turning
      const last = host
      become(null)
      await last?.close()
    })
    host = first
    const control = await startControlListener({ host: () => host, uiDir, clock: systemClock, logger })
    undo.defer(() => control.close())
    leaveControlFile()
    undo.defer(() => removeControlFile(databasePath, control.key))
    onHost?.(first)
    const { mcpUrl, recovery } = first
    return { mcpUrl, databasePath, recovery, ended, host: () => host, newLink: () => control.newLink(), close: () => undo.dispose() }
  } catch (error) {
    await undo.dispose().catch((second: unknown) => logger.error('Undoing the start failed', { error: messageOf(second) }))
    throw error
  }
}
