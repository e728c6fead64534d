import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeNetwork, type FakeNetwork } from '../testing/fake-network.ts'
import { INSIDE, LOOPBACK } from '../testing/inside-hosts.ts'
import { createOutboundFetch, type OutboundOptions, OutboundRefused } from './outbound-fetch.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

async function serve(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  undo.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** What reached the server that nobody may reach. */
let hits: string[] = []
let trap = 0
let world: FakeNetwork

beforeEach(async () => {
  hits = []
  trap = await serve((req, res) => {
    hits.push(`${req.method} ${req.url}`)
    res.end('the inside')
  })
  world = await createFakeNetwork()
  undo.push(async () => world[Symbol.asyncDispose]())
})

/** Names of the world, and the sockets of this computer. */
const real = () => ({ network: { lookup: world.network.lookup } })
const strict = (more: Partial<OutboundOptions> = {}) => createOutboundFetch({ allowPrivate: false, network: world.network, ...more })
const agreed = (more: Partial<OutboundOptions> = {}) => createOutboundFetch({ allowPrivate: true, ...more })
const refusal = (asked: Promise<Response>) =>
  asked.then(
    () => expect.unreachable('It was not refused'),
    (error: OutboundRefused) => {
      expect(error).toBeInstanceOf(OutboundRefused)
      return error
    },
  )
const redirect =
  (location: string, status = 302): RequestListener =>
  (_, res) =>
    res.writeHead(status, { location: location.replace(/[^ -~]+/g, encodeURI) }).end()

test('nothing inside is reached by its address', async () => {
  const asked = [...LOOPBACK, ...INSIDE].flatMap((host) => [`http://${host}:${trap}/`, `https://${host}:${trap}/`])
  expect(asked.length).toBeGreaterThanOrEqual(120)
  for (const url of asked) {
    for (const ask of [strict(real()), strict()])
      for (const init of [{}, { method: 'POST', body: 'secret' }])
        expect(['ADDRESS_FORBIDDEN', 'INSECURE_URL'], url).toContain((await refusal(ask(url, init))).code)
  }
  expect(hits).toEqual([])
  expect(world.dialled).toEqual([])
})

test('the server that was not reached is there to be reached', async () => {
  for (const host of LOOPBACK) expect(await (await agreed()(`http://${host}:${trap}/${encodeURI(host)}`)).text()).toBe('the inside')
  expect(hits).toHaveLength(LOOPBACK.length)
})

test('nothing inside is reached by a redirect, at any hop', { timeout: 30_000 }, async () => {
  Object.assign(world.names, { 'a.example': ['93.184.216.34'], 'b.example': ['93.184.216.35'] })
  for (const host of [...LOOPBACK, ...INSIDE]) {
    for (const scheme of ['https', 'http']) {
      world.answer({
        'a.example/1': redirect(`${scheme}://${host}:${trap}/`),
        'a.example/2': redirect('https://b.example/3', 307),
        'b.example/3': redirect(`${scheme}://${host}:${trap}/`, 308),
      })
      for (const allowPrivate of [false, true]) {
        for (const start of ['https://a.example/1', 'https://a.example/2']) {
          const { code } = await refusal(strict({ allowPrivate })(start))
          expect(['ADDRESS_FORBIDDEN', 'INSECURE_URL', 'REDIRECT_FORBIDDEN'], host).toContain(code)
        }
      }
    }
  }
  expect(new Set(world.dialled)).toEqual(new Set(['93.184.216.34', '93.184.216.35']))
  expect(hits).toEqual([])
})

test('nothing inside is reached by a name, whatever a second look-up would say', async () => {
  for (const address of ['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', '2002:7f00:1::1', '100.64.1.1']) {
    world.names['inside.example'] = [address]
    expect((await refusal(strict()('https://inside.example/'))).code).toBe('ADDRESS_FORBIDDEN')
    world.names['flip.example'] = ['93.184.216.34', address]
    expect((await strict()('https://flip.example/')).status).toBe(200)
    expect((await refusal(strict()('https://flip.example/'))).code).toBe('ADDRESS_FORBIDDEN')
    // Of several addresses only those that are allowed are tried.
    world.names['both.example'] = [`${address} 93.184.216.34`]
    expect((await strict()('https://both.example/')).status).toBe(200)
  }
  expect(new Set(world.dialled)).toEqual(new Set(['93.184.216.34']))
  expect(hits).toEqual([])
})

test('what was looked up is what is connected to, with one look-up for the request', async () => {
  world.names['flip.localhost'] = ['127.0.0.1', '169.254.169.254']
  expect(await (await agreed(real())(`http://flip.localhost:${trap}/`)).text()).toBe('the inside')
  expect(world.names['flip.localhost']).toEqual(['169.254.169.254'])
  expect((await refusal(agreed(real())(`http://flip.localhost:${trap}/`))).code).toBe('ADDRESS_FORBIDDEN')
  // Unencrypted goes to this computer only, whatever a name of it stands for, and whatever was agreed to.
  for (const elsewhere of ['192.168.0.1', '93.184.216.34']) {
    world.names['flip.localhost'] = [elsewhere]
    expect((await refusal(strict({ allowPrivate: true })('http://flip.localhost/'))).code).toBe('ADDRESS_FORBIDDEN')
  }
  expect(world.dialled).toEqual([])
})

test.each([
  ['http://example.com/', 'INSECURE_URL'],
  ['http://192.168.0.1/', 'INSECURE_URL'],
  ['ftp://example.com/', 'INSECURE_URL'],
  ['file:///etc/passwd', 'INSECURE_URL'],
  ['javascript:alert(1)', 'INSECURE_URL'],
  ['data:text/plain,x', 'INSECURE_URL'],
  ['ws://127.0.0.1/', 'INSECURE_URL'],
  ['https://user:p4ssw0rd@example.com/', 'INVALID_URL'],
  ['https://user@example.com/', 'INVALID_URL'],
  ['https://', 'INVALID_URL'],
  ['/relative', 'INVALID_URL'],
])('%s is refused as %s, also where it is redirected to, although local places were agreed to', async (url, code) => {
  const error = await refusal(strict({ allowPrivate: true })(url))
  expect(error.code).toBe(code)
  expect(error.message).not.toContain('p4ssw0rd')
  if (url.startsWith('/')) return
  Object.assign(world.names, { 'a.example': ['93.184.216.34'] })
  world.answer({ 'a.example/': redirect(url) })
  expect((await refusal(strict({ allowPrivate: true })('https://a.example/'))).code).toBe(code)
  expect(world.dialled).toEqual(['93.184.216.34'])
})

test('redirects are followed three times, and the credentials stay where they were meant for', async () => {
  Object.assign(world.names, { 'a.example': ['93.184.216.34'], 'b.example': ['93.184.216.35'] })
  world.answer({
    'a.example/0': redirect('/1?x=1#part', 301),
    'a.example/1?x=1': redirect('https://b.example/2', 303),
    'b.example/2': redirect('https://a.example/3', 307),
    'b.example/0': redirect('https://a.example/0'),
  })
  const headers = { authorization: 'Bearer secret', cookie: 'secret', 'x-key': 'secret', accept: 'application/json' }
  const answer = await strict()('https://a.example/0', { headers })
  expect(await answer.text()).toBe('hello')
  expect(world.seen.map(({ host, path }) => host + path)).toEqual(['a.example/0', 'a.example/1?x=1', 'b.example/2', 'a.example/3'])
  expect(world.seen.map((one) => one.headers.authorization)).toEqual(['Bearer secret', 'Bearer secret', undefined, undefined])
  expect(JSON.stringify(world.seen.slice(2))).not.toContain('secret')
  expect(world.seen[3]?.headers.accept).toBe('application/json')
  expect((await refusal(strict()('https://b.example/0'))).code).toBe('REDIRECT_FORBIDDEN')
  expect((await refusal(strict()('https://a.example/0', { redirect: 'error' }))).code).toBe('REDIRECT_FORBIDDEN')
  expect((await strict()('https://a.example/3', { redirect: 'error' })).status).toBe(200)
})

test.each([301, 302, 303, 307, 308])('what was posted is not sent anywhere else (%i)', async (status) => {
  Object.assign(world.names, { 'a.example': ['93.184.216.34'], 'b.example': ['93.184.216.35'] })
  world.answer({ 'a.example/token': redirect('https://b.example/', status), 'a.example/same': redirect('/other', status) })
  for (const path of ['token', 'same'])
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await refusal(strict()(`https://a.example/${path}`, { method, body: 'refresh_token=secret' }))).code).toBe(
        'REDIRECT_FORBIDDEN',
      )
  expect(world.seen.map(({ path }) => path)).not.toContain('/other')
  expect(world.dialled).not.toContain('93.184.216.35')
})

test('a computer of its own is reached where that was agreed to, and its redirects within it', async () => {
  Object.assign(world.names, { localhost: ['127.0.0.1'] })
  const port = await serve((req, res) => {
    if (req.url === '/ok') res.end('here')
    else redirect(req.url === '/own' ? '/ok' : `http://localhost:${port}/ok`)(req, res)
  })
  for (const path of ['ok', 'own', 'named'])
    expect(await (await agreed(real())(new URL(`http://127.0.0.1:${port}/${path}`))).text()).toBe('here')
})

test('nothing is redirected from https to http, not even within this computer', async () => {
  world.names['as.localhost'] = ['127.0.0.1']
  world.answer({ 'as.localhost/': redirect('http://as.localhost/down'), 'as.localhost/up': redirect('https://as.localhost/same') })
  const ask = strict({ allowPrivate: true })
  expect(await (await ask('http://as.localhost/up')).text()).toBe('hello')
  expect((await refusal(ask('https://as.localhost/'))).code).toBe('REDIRECT_FORBIDDEN')
  expect(world.seen.map(({ path }) => path)).toEqual(['/up', '/same', '/'])
})

test('bodies and statuses come through as they are', async () => {
  Object.assign(world.names, { 'a.example': ['93.184.216.34'] })
  world.answer({
    'a.example/token': (_, res) =>
      res.writeHead(400, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] }).end('{"error":"invalid_grant"}'),
    'a.example/none': (_, res) => res.writeHead(204).end(),
    'a.example/hints': (_, res) => {
      res.writeProcessing()
      res.writeHead(201).end('made')
    },
  })
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'a b&c' })
  const refused = await strict()('https://a.example/token', { method: 'POST', body, headers: { authorization: 'Basic x' } })
  expect([refused.status, await refused.json(), refused.headers.getSetCookie()]).toEqual([400, { error: 'invalid_grant' }, ['a=1', 'b=2']])
  expect(world.seen[0]).toMatchObject({
    body: 'grant_type=refresh_token&refresh_token=a+b%26c',
    headers: {
      authorization: 'Basic x',
      'accept-encoding': 'identity',
      'content-length': '46',
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    },
  })
  expect((await strict()('https://a.example/none')).status).toBe(204)
  const hinted = await strict()('https://a.example/hints')
  expect([hinted.status, await hinted.text()]).toEqual([201, 'made'])
})

test('an answer has at most 1 MB, packed or not', async () => {
  Object.assign(world.names, { 'a.example': ['93.184.216.34'] })
  const full = 'secret'.repeat(200_000).slice(0, 2 ** 20)
  const send =
    (body: Buffer | string, encoding?: string): RequestListener =>
    (_, res) =>
      res.writeHead(200, encoding ? { 'content-encoding': encoding } : {}).end(body)
  world.answer({
    'a.example/full': send(full),
    'a.example/over': send(`${full}x`),
    'a.example/endless': (_, res) => {
      const more = () => !res.destroyed && res.write(full, more)
      more()
    },
    'a.example/gzip': send(gzipSync(full), 'gzip'),
    'a.example/br': send(brotliCompressSync(full), 'br'),
    'a.example/bomb': send(gzipSync('secret'.repeat(2_000_000)), 'GZIP'),
    'a.example/brbomb': send(brotliCompressSync('secret'.repeat(2_000_000)), 'br'),
    'a.example/broken': send('secret', 'gzip'),
    'a.example/strange': send('secret', 'gzip, br'),
  })
  const ask = strict()
  for (const path of ['full', 'gzip', 'br']) {
    const answer = await ask(`https://a.example/${path}`)
    expect([await answer.text(), answer.headers.get('content-encoding')]).toEqual([full, null])
  }
  for (const [path, code] of [
    ['over', 'TOO_LARGE'],
    ['endless', 'TOO_LARGE'],
    ['bomb', 'TOO_LARGE'],
    ['brbomb', 'TOO_LARGE'],
    ['broken', 'UNREADABLE'],
    ['strange', 'UNREADABLE'],
  ]) {
    const error = await refusal(ask(`https://a.example/${path}`))
    expect([path, error.code]).toEqual([path, code])
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('secret')
  }
})

test('silence, and an answer that never ends, are given up, and nothing of the query is in the error', async () => {
  Object.assign(world.names, { 'a.example': ['93.184.216.34'] })
  let closed = 0
  const hang: RequestListener = (_, res) => res.on('close', () => closed++)
  world.answer({
    'a.example/silent?code=secret': hang,
    'a.example/half': (req, res) => {
      hang(req, res)
      res.writeHead(200).write('{"half":')
    },
    'a.example/there': redirect('/half'),
  })
  for (const path of ['silent?code=secret', 'half', 'there']) {
    const error = await refusal(strict({ timeoutMs: 60 })(`https://a.example/${path}`))
    expect(error.code).toBe('TIMEOUT')
    expect(error.message).not.toMatch(/secret|half":/)
  }
  const mine = new Error('enough')
  await expect(strict()('https://a.example/half', { signal: AbortSignal.abort(mine) })).rejects.toBe(mine)
  const stop = new AbortController()
  const asked = strict()('https://a.example/half', { signal: stop.signal })
  setImmediate(() => stop.abort(mine))
  await expect(asked).rejects.toBe(mine)
  await expect.poll(() => closed).toBeGreaterThanOrEqual(3)
})

test('a failed connection has the name that other failures of servers have', async () => {
  const gone = await serve(() => {})
  for (const one of undo.splice(-1)) await one()
  await expect(agreed()(`http://127.0.0.1:${gone}/x?code=secret`)).rejects.toMatchObject({
    problem: { code: 'CONNECTION_REFUSED', evidence: [expect.any(String), `http://127.0.0.1:${gone}/x`] },
  })
  await expect(strict()('https://nowhere.example/')).rejects.toMatchObject({ problem: { code: 'HOST_NOT_FOUND' } })
})
