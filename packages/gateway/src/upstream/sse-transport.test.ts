import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Frame } from '../wire/frame.ts'
import type { UpstreamError } from './problems.ts'
import { createSseTransport } from './sse-transport.ts'
import type { SendOptions, TransportEvents } from './transport.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

interface Post {
  readonly url: string
  readonly body: string
  readonly authorization: string | undefined
}

/** An HTTP+SSE server whose stream begins with `endpoint`. */
async function serve(endpoint: string | null, status = 202) {
  const posts: Post[] = []
  let stream: ServerResponse | null = null
  const server = createServer(async (req: IncomingMessage, res) => {
    if (req.method === 'GET') {
      stream = res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write(endpoint === null ? ': nothing\n\n' : `event: endpoint\ndata: ${endpoint}\n\n`)
      return
    }
    let body = ''
    for await (const chunk of req) body += chunk
    posts.push({ url: req.url ?? '', body, authorization: req.headers.authorization })
    res.writeHead(status).end(status === 202 ? '' : 'no')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  undo.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, posts, say: (text: string) => stream?.write(text), endStream: () => stream?.end() }
}

function connect(url: string, extra: object = {}) {
  const transport = createSseTransport({
    config: { url, headers: { Authorization: 'Bearer {{env:KEY}}' }, allowPrivateNetwork: true, ...extra },
    referable: { env: { KEY: 'of-the-server' }, secret: async () => null },
  })
  undo.push(() => transport.close())
  const messages: string[] = []
  let tell: (event: string) => void = () => {}
  const next = () =>
    new Promise<string>((resolve) => {
      tell = resolve
    })
  const events: TransportEvents = {
    message(frame: Frame) {
      messages.push(frame.bytes.toString('utf8'))
      tell('message')
    },
    large: () => null,
    failed: (id, error: UpstreamError) => tell(`failed ${id} ${error.problem.code}`),
    closed: (error) => tell(`closed ${error.problem.code} ${error.notProcessed}`),
  }
  const send = (requestId: number | null, method: string) =>
    transport.send(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...(requestId === null ? {} : { id: requestId }), method })), {
      requestId,
      method,
      era: 'legacy',
      version: null,
      principal: null,
    } satisfies SendOptions)
  return { transport, start: () => transport.start(events), send, next, messages }
}

test('posts where the stream says, and takes the answer from the stream', async () => {
  const server = await serve('/messages?sessionId=7')
  const { transport, start, send, next, messages } = connect(`${server.origin}/sse`)
  expect(transport.eras).toBe('legacy')
  await start()
  const answered = next()
  send(1, 'ping')
  await expect
    .poll(() => server.posts)
    .toEqual([{ url: '/messages?sessionId=7', body: '{"jsonrpc":"2.0","id":1,"method":"ping"}', authorization: 'Bearer of-the-server' }])
  server.say('event: message\ndata: {"jsonrpc":"2.0","id":1,\ndata: "result":{}}\n\n')
  await answered
  expect(messages).toEqual(['{"jsonrpc":"2.0","id":1,\n"result":{}}'])
})

test.each(['http://127.0.0.1:9/messages', 'https://example.com/messages', '//example.com/messages'])(
  'an endpoint on another origin is refused, and nothing is sent there: %s',
  async (endpoint) => {
    const server = await serve(endpoint)
    await expect(connect(`${server.origin}/sse`).start()).rejects.toMatchObject({ problem: { code: 'FOREIGN_ENDPOINT' } })
    expect(server.posts).toEqual([])
  },
)

test('a configured address is posted to, with the session that the stream names', async () => {
  const server = await serve('/behind-the-proxy?sessionId=7')
  const { start, send } = connect(`${server.origin}/sse`, { postEndpoint: `${server.origin}/public` })
  await start()
  send(null, 'notifications/x')
  await expect.poll(() => server.posts.map(({ url }) => url)).toEqual(['/public?sessionId=7'])
})

test('nothing overtakes the end of the handshake', async () => {
  const server = await serve('/messages')
  const { start, send } = connect(`${server.origin}/sse`)
  await start()
  send(null, 'notifications/initialized')
  for (let id = 1; id <= 20; id++) send(id, 'tools/list')
  await expect.poll(() => server.posts.length).toBe(21)
  expect(JSON.parse(server.posts[0]?.body ?? '')).toMatchObject({ method: 'notifications/initialized' })
})

test('a message that is refused fails its request alone', async () => {
  const server = await serve('/messages', 500)
  const { start, send, next } = connect(`${server.origin}/sse`)
  await start()
  const failed = next()
  send(4, 'ping')
  expect(await failed).toBe('failed 4 SERVER_ERROR')
})

test('the end of the stream is the end of the connection', async () => {
  const server = await serve('/messages')
  const { start, send, next } = connect(`${server.origin}/sse`)
  await start()
  const closed = next()
  send(1, 'ping')
  server.endStream()
  expect(await closed).toBe('closed CONNECTION_LOST false')
})

test('what is no such stream is named', async () => {
  const page = createServer((_req, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>')).listen(0, '127.0.0.1')
  await new Promise((resolve) => page.once('listening', resolve))
  undo.push(() => new Promise((resolve) => page.close(resolve)))
  const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}/sse`
  await expect(connect(url).start()).rejects.toMatchObject({ problem: { code: 'NOT_MCP' } })
  await expect(connect('http://127.0.0.1:9/sse', { allowPrivateNetwork: false }).start()).rejects.toMatchObject({
    problem: { code: 'ADDRESS_FORBIDDEN' },
  })
})
