import type { Principal } from '@local-mcp/core'
import type { Logger } from '@local-mcp/kernel'
import { RPCHandler } from '@orpc/server/ws'
import { type AppRouter, guardOperation, type OperationContext } from './router.ts'

/** Serves the operations to the owner's window or command line over one connection, until that closes. */
export type ServeSocket = (socket: Parameters<RPCHandler<OperationContext>['upgrade']>[0], source: 'window' | 'cli') => void

/** The end of a MessagePort that a desktop window was given, as Electron's main process has it. */
export interface OwnerPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  postMessage(message: unknown): void
  start(): void
  close(): void
}

/** As much as a socket may bring in one message. */
const MAX_MESSAGE = 16 * 1024 * 1024

export function ownerSockets(router: AppRouter, principal: Principal, logger: Logger): ServeSocket {
  const handler = new RPCHandler<OperationContext>(router, { clientInterceptors: [guardOperation(logger) as never] })
  return (socket, source) =>
    void handler.upgrade(socket, { context: { context: { principal, source, signal: new AbortController().signal } } })
}

/**
 * Ties a port to one end of a socket-like thing: text goes through as it is, because both carriers of the contract
 * write the same. Anything else than text is not of our page, and ends the port.
 *
 * @param tell is called with each text that came over the port
 * @returns what sends text to the other end, and what closes it
 */
export function textPort(port: OwnerPort, tell: (text: string) => void): { send(text: string): void; close(): void } {
  let open = true
  port.on('close', () => {
    open = false
  })
  port.on('message', ({ data }) => {
    if (typeof data === 'string' && data.length <= MAX_MESSAGE) tell(data)
    else port.close()
  })
  port.start()
  return {
    send(text) {
      if (open) port.postMessage(text)
    },
    close: () => port.close(),
  }
}

/** Serves one window of the desktop app over its port. */
export function servePort(serveSocket: ServeSocket, port: OwnerPort): void {
  const listeners: ((event: { data: string }) => void)[] = []
  const text = textPort(port, (data) => {
    for (const listener of listeners) listener({ data })
  })
  serveSocket(
    {
      send: (message: string) => text.send(message),
      addEventListener(type: string, listener: never) {
        if (type === 'message') listeners.push(listener)
        else if (type === 'close') port.on('close', listener as () => void)
      },
    } as never,
    'window',
  )
}
