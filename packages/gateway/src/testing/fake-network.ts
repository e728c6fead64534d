import type { LookupAddress } from 'node:dns'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { OutboundOptions } from '../oauth/outbound-fetch.ts'

type Network = NonNullable<OutboundOptions['network']>

export interface FakeNetwork extends AsyncDisposable {
  readonly network: Network
  /** Addresses of a name, several with blanks between; each look-up takes the next entry, and the last one stays. */
  readonly names: Record<string, readonly string[]>
  /** @param all what answers at `host/path?query`, beside what was given before; everything else says hello */
  answer(all: Readonly<Record<string, RequestListener>>): void
  /** The addresses that were connected to, whatever they are. */
  readonly dialled: string[]
  readonly seen: { readonly host: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }[]
}

/** A network in which every address leads to one server here, without encryption: nothing leaves this computer. */
export async function createFakeNetwork(): Promise<FakeNetwork> {
  const names: FakeNetwork['names'] = {}
  const answers: Record<string, RequestListener> = {}
  const dialled: FakeNetwork['dialled'] = []
  const seen: FakeNetwork['seen'] = []
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const { url: path = '', headers } = req
    seen.push({ host: headers.host ?? '', path, headers, body })
    const answer = answers[`${headers.host}${path}`]
    if (answer) answer(req, res)
    else res.end('hello')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo

  function lookup(host: string, _: unknown, done: (error: Error | null, found?: LookupAddress[]) => void): void {
    const [next, ...later] = names[host] ?? []
    if (later.length > 0) names[host] = later
    const found = next?.split(' ').map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    done(found ? null : Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), found)
  }

  const open: Network['connect'] = (guarded) => (target, done) => {
    const dial = (address: string) => {
      dialled.push(address)
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => done(null, socket)).once('error', (error) => done(error, null))
    }
    // As a socket does: what is an address already is not looked up.
    if (/^[\d.]+$|:/.test(target.hostname)) return dial(target.hostname)
    guarded(target.hostname, { all: true }, (error, found) => {
      if (error) done(error, null)
      else dial((found as LookupAddress[]).map(({ address }) => address).join(' '))
    })
  }

  return {
    network: { lookup: lookup as unknown as Network['lookup'], connect: open },
    names,
    answer: (all) => Object.assign(answers, all),
    dialled,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
