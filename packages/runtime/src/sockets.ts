import type { Principal } from '@local-mcp/core'
import type { Logger } from '@local-mcp/kernel'
import { RPCHandler } from '@orpc/server/ws'
import { type AppRouter, guardOperation, type OperationContext } from './router.ts'

/** Serves the operations to the owner's window or command line over one connection. */
export type ServeSocket = (socket: Parameters<RPCHandler<OperationContext>['upgrade']>[0], source: 'window' | 'cli') => void

export function ownerSockets(router: AppRouter, principal: Principal, logger: Logger): ServeSocket {
  const handler = new RPCHandler<OperationContext>(router, { clientInterceptors: [guardOperation(logger) as never] })
  return (socket, source) =>
    void handler.upgrade(socket, { context: { context: { principal, source, signal: new AbortController().signal } } })
}
