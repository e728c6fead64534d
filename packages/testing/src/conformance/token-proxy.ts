import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'

const LOOPBACK = /^(https?:\/\/)?(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/i

export interface TokenProxy extends AsyncDisposable {
  readonly origin: string
}

/**
 * Stands between a client that has no token and the gateway: adds the token, and the gateway's port where Host or
 * Origin name the proxy itself. Any other Host and Origin goes on as it came, so that what is refused is still refused
 * by the gateway.
 */
export async function startTokenProxy(target: string, token: string): Promise<TokenProxy> {
  const to = new URL(target)
  const translate = (value: string, port: string) => {
    const [, scheme = '', host, named] = LOOPBACK.exec(value) ?? []
    return named === port ? `${scheme}${host}:${to.port}` : value
  }
  const headersOf = ({ headers, socket }: IncomingMessage) => {
    const port = String(socket.localPort)
    const own = (value: string | undefined) => (value === undefined ? undefined : translate(value, port))
    const { host, origin } = { host: own(headers.host), origin: own(headers.origin) }
    return { ...headers, authorization: `Bearer ${token}`, ...(host ? { host } : {}), ...(origin ? { origin } : {}) }
  }
  const server = createServer((req, res) => {
    const onward = request({ host: to.hostname, port: to.port, method: req.method, path: req.url, headers: headersOf(req) }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      res.flushHeaders()
      answer.pipe(res)
    })
    onward.on('error', () => {
      if (!res.headersSent) res.writeHead(502)
      res.end()
    })
    res.on('close', () => onward.destroy())
    req.pipe(onward)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
