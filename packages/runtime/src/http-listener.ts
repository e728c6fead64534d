import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError, type Logger } from '@local-mcp/kernel'
import { portHolder } from './port-holder.ts'

/** A client that sends its headers slower than this is dropped, in milliseconds. */
const HEADERS_TIMEOUT = 10_000
/** The same for a whole request. */
const REQUEST_TIMEOUT = 60_000
const ANY_PORT_TRIES = 5

export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void

export interface HttpListener {
  readonly port: number
  readonly servers: readonly Server[]
  close(): Promise<void>
}

function listen(handler: RequestHandler, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(
      { headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT, connectionsCheckingInterval: 1000 },
      handler,
    )
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

/** The machine has no IPv6, or none on loopback. */
const noIpv6 = (error: unknown) => ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')

/**
 * Listens on both loopback addresses, so that nobody else can answer in our name on the one that we left free.
 *
 * @param port 0 takes any free port
 * @throws AppError PORT_IN_USE naming the port, and its holder where that can be known
 */
export async function listenOnLoopback(handler: RequestHandler, port: number, logger: Logger): Promise<HttpListener> {
  for (let attempt = 1; ; attempt++) {
    const servers: Server[] = []
    try {
      const v4 = await listen(handler, '127.0.0.1', port)
      servers.push(v4)
      const actual = (v4.address() as { port: number }).port
      try {
        servers.push(await listen(handler, '::1', actual))
      } catch (error) {
        if (!noIpv6(error)) throw error
      }
      for (const server of servers) server.on('clientError', refuseGarbage)
      return { port: actual, servers, close: () => closeAll(servers) }
    } catch (error) {
      await closeAll(servers)
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE' && port === 0 && attempt < ANY_PORT_TRIES) continue
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
      logger.debug('Listening failed', { port, code })
      if (code === 'EACCES') throw new AppError('PORT_IN_USE', `Port ${port} may not be opened by this user`, { data: { port } })
      const holder = await portHolder(port)
      throw new AppError(
        'PORT_IN_USE',
        `Port ${port} is taken${holder ? ` by ${holder.name} (pid ${holder.pid})` : ' by another program'}`,
        {
          data: { port, ...(holder ? { pid: holder.pid, process: holder.name } : {}) },
        },
      )
    }
  }
}

/** Whoever sent it may keep its half of the connection open for ever; we do not. */
function refuseGarbage(_error: Error, socket: Duplex): void {
  if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', () => socket.destroy())
  else socket.destroy()
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    ),
  )
}
