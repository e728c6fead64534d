import { readFile, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { type GatewayProcess, startGateway, tempDir } from '@local-mcp/testing'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Operations } from './cli/gateway-client.ts'

const dir = await tempDir()
let gateway: GatewayProcess
let base: string

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  base = new URL(gateway.uiUrl).origin
})
afterAll(async () => {
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

const freshCode = async () => new URL((await gateway.cli<{ url: string }>('open')).url).hash.slice('#code='.length)
const exchange = (code: unknown, headers: Record<string, string> = {}) =>
  fetch(`${base}/session`, { method: 'POST', body: JSON.stringify({ code }), headers: { 'content-type': 'application/json', ...headers } })
const newSession = async () => ((await (await exchange(await freshCode())).json()) as { session: string }).session

/** @returns the status that refused the upgrade, or the open socket */
function open(
  path: string,
  protocols: string[],
  options: { origin?: string; headers?: Record<string, string> } = {},
): Promise<number | WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${base.replace('http', 'ws')}${path}`, protocols, options)
    socket.once('open', () => resolve(socket))
    socket.once('unexpected-response', (_req, res) => resolve(res.statusCode ?? 0))
    socket.once('error', reject)
  })
}

describe('the link', () => {
  test('opens a session once', async () => {
    const code = new URL(gateway.uiUrl).hash.slice('#code='.length)
    const first = await exchange(code)
    expect(first.status).toBe(200)
    const { session } = (await first.json()) as { session: string }
    expect((await fetch(`${base}/session`, { headers: { authorization: `Bearer ${session}` } })).status).toBe(200)
    expect((await exchange(code)).status).toBe(401)
  })

  test('cannot be guessed, bent or replayed from elsewhere', async () => {
    for (const code of ['', 'x', null, 5, {}, ['a'], 'a'.repeat(43)]) expect((await exchange(code)).status).toBe(401)
    expect((await exchange('a'.repeat(5000))).status).toBe(413)
    expect(
      (await fetch(`${base}/session`, { method: 'POST', body: 'not json', headers: { 'content-type': 'application/json' } })).status,
    ).toBe(401)
    const code = await freshCode()
    expect((await exchange(code, { origin: 'http://evil.com' })).status).toBe(403)
    expect(
      (await fetch(`${base}/session`, { method: 'POST', body: JSON.stringify({ code }), headers: { 'content-type': 'text/plain' } }))
        .status,
    ).toBe(415)
    expect((await exchange(code)).status).toBe(200)
  })

  test('endpoints are open to the holder of the key alone', async () => {
    const { key } = JSON.parse(await readFile(`${dir.path}/control.json`, 'utf8'))
    const list = (token: string | null, path = '/mcp/gateway', headers: Record<string, string> = {}) =>
      fetch(`${base}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/list',
          params: {
            _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} },
          },
        }),
      }).then(({ status }) => status)
    expect(await list(key)).toBe(200)
    expect(await list(key, '/mcp/nowhere')).toBe(404)
    expect(await list(key, '/mcp/gateway/info')).toBe(404)
    expect(await list(null)).toBe(401)
    expect(await list(await newSession())).toBe(401)
    expect(await list(await gateway.token())).toBe(401)
    expect(await list(key, '/mcp/gateway', { origin: 'http://evil.com' })).toBe(403)
  })

  test('a window cannot make links; the command line can', async () => {
    const session = await newSession()
    expect((await fetch(`${base}/link`, { method: 'POST', headers: { authorization: `Bearer ${session}` } })).status).toBe(401)
    expect((await fetch(`${base}/link`, { method: 'POST' })).status).toBe(401)
    const { key } = JSON.parse(await readFile(`${dir.path}/control.json`, 'utf8'))
    expect((await fetch(`${base}/link`, { method: 'POST', headers: { authorization: `Bearer ${key}` } })).status).toBe(200)
    expect((await stat(`${dir.path}/control.json`)).mode & 0o777).toBe(0o600)
  })
})

describe('the socket', () => {
  test('opens for a session only', async () => {
    const session = await newSession()
    expect(await open('/rpc', ['lmg.v1'])).toBe(401)
    expect(await open('/rpc', ['lmg.v1', 'lmg.session.nope'])).toBe(401)
    expect(await open('/rpc', ['lmg.v1', `lmg.session.${await gateway.token()}`])).toBe(401)
    expect(await open('/other', ['lmg.v1', `lmg.session.${session}`])).toBe(404)
    expect(await open('/rpc', ['lmg.v1', `lmg.session.${session}`], { origin: 'http://evil.com' })).toBe(403)
    expect(await open('/rpc', ['lmg.v1', `lmg.session.${session}`], { headers: { host: 'evil.com' } })).toBe(403)
    const socket = await open('/rpc', ['lmg.v1', `lmg.session.${session}`], { origin: base })
    expect(socket).toBeInstanceOf(WebSocket)
    ;(socket as WebSocket).close()
  })

  test('carries every operation, errors in their form, and what happens elsewhere', async () => {
    const socket = (await open('/rpc', ['lmg.v1', `lmg.session.${await newSession()}`])) as WebSocket
    const operations: Operations = createORPCClient(new RPCLink({ websocket: socket as never }))
    expect((await operations.system.info()).mcpUrl).toBe(gateway.mcpUrl)
    await expect(operations.profiles.get({ profile: 'nope' })).rejects.toMatchObject({
      code: 'PROFILE_NOT_FOUND',
      data: { next: expect.any(String) },
    })
    await expect(operations.profiles.create({ name: '' })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      data: { fields: [{ path: ['name'] }] },
    })

    const abort = new AbortController()
    const feed = await operations.events.subscribe(undefined, { signal: abort.signal })
    const heard: string[] = []
    const listening = (async () => {
      for await (const event of feed) {
        heard.push(event.type)
        if (event.type === 'token.created') return
      }
    })()
    await gateway.cli('profile', 'create', '--name', 'Elsewhere')
    await gateway.cli('server', 'add', '--name', 'Elsewhere', '--command', 'cat')
    await gateway.token()
    await listening
    expect(heard).toEqual(['profile.created', 'server.created', 'token.created'])
    abort.abort()
    socket.close()
  })

  test('consent is for what was shown: after a change it has to be given again', async () => {
    const socket = (await open('/rpc', ['lmg.v1', `lmg.session.${await newSession()}`])) as WebSocket
    const operations: Operations = createORPCClient(new RPCLink({ websocket: socket as never }))
    const shown = await operations.servers.create({ name: 'Shown', type: 'external', config: { command: 'cat' } })
    const changed = await operations.servers.update({ server: shown.id, config: { command: 'touch', args: ['/tmp/evil'] } })
    await expect(operations.servers.approve({ server: shown.id, version: shown.version })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect((await operations.servers.get({ server: shown.id })).approved).toBe(false)
    const approved = await operations.servers.approve({ server: shown.id, version: changed.version })
    expect(approved.approved).toBe(true)
    expect((await operations.servers.update({ server: shown.id, config: { command: 'cat', args: ['-n'] } })).approved).toBe(false)
    socket.close()
  })

  test('survives nonsense', async () => {
    const session = await newSession()
    for (const message of ['', 'nonsense', '{"i":1}', Buffer.alloc(1000), '['.repeat(10_000)]) {
      const socket = (await open('/rpc', ['lmg.v1', `lmg.session.${session}`])) as WebSocket
      socket.send(message)
      await new Promise((resolve) => setTimeout(resolve, 20))
      socket.terminate()
    }
    expect((await fetch(`${gateway.origin}/health`)).status).toBe(200)
    expect(await gateway.cli('profile', 'ls')).not.toHaveLength(0)
  })
})

describe('connections that are only half there', () => {
  const rpc = 'GET /rpc HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
  test.each([
    ['an upgrade without a session', `${rpc}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`, '401'],
    ['an upgrade from a foreign host', rpc.replace('127.0.0.1', 'evil.com').concat('\r\n'), '403'],
    ['an upgrade of another address', rpc.replace('/rpc', '/other').concat('\r\n'), '404'],
    ['what is no HTTP', 'nonsense\r\n\r\n', '400'],
  ])('%s: answered and let go, though the client keeps its half open', async (_, bytes, status) => {
    const socket = connect({ port: Number(new URL(base).port), host: '127.0.0.1', allowHalfOpen: true })
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    const ended = new Promise((resolve) => socket.once('end', resolve))
    const dropped = new Promise((resolve) => socket.once('error', resolve).once('close', resolve))
    socket.write(bytes.replace('Host: 127.0.0.1\r\n', `Host: ${new URL(base).host}\r\n`))
    await ended
    expect(text).toContain(` ${status} `)
    // What is written to a connection that the other side has let go comes back as an error.
    const writing = setInterval(() => socket.write('x'), 10)
    await dropped
    clearInterval(writing)
    socket.destroy()
  })

  test('a client that vanishes in the middle of a request or of an answer takes nothing with it', async () => {
    for (const bytes of [
      '',
      'POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{',
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    ]) {
      const socket = connect(Number(new URL(base).port), '127.0.0.1')
      await new Promise((resolve) => socket.once('connect', resolve))
      socket.write(bytes.replace('127.0.0.1', new URL(base).host))
      socket.resetAndDestroy()
    }
    expect((await fetch(base)).status).toBe(200)
    expect(gateway.stderr()).not.toMatch(/Unhandled/)
  })
})

describe('the files', () => {
  test('a name that no file can have is not found, and nothing is logged as an error', async () => {
    for (const path of ['/index.html/x.js', `/${'a'.repeat(5000)}.js`, '/assets/%00.js'])
      expect((await fetch(`${base}${path}`)).status, path.slice(0, 30)).toBe(404)
    expect(gateway.stderr()).not.toContain('The control listener failed')
  })

  test('every page of the app is the same document, with a policy', async () => {
    for (const path of ['/', '/servers', '/profiles/default']) {
      const response = await fetch(`${base}${path}`)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
    expect((await fetch(`${base}/servers`, { method: 'POST' })).status).toBe(405)
  })

  test('nothing outside the folder is served', async () => {
    const get = (path: string) =>
      new Promise<{ status: number; body: string }>((resolve, reject) => {
        request({ host: '127.0.0.1', port: new URL(base).port, path }, (res) => {
          let body = ''
          res.on('data', (chunk) => {
            body += chunk
          })
          res.on('end', () => resolve({ status: res.statusCode ?? 0, body }))
        })
          .on('error', reject)
          .end()
      })
    for (const path of [
      '/../../package.json',
      '/assets/../../package.json',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/package.json',
      '//etc/passwd.txt',
      '/\\..\\package.json',
      '/assets/nope.js',
    ]) {
      const { status, body } = await get(path)
      expect(status, path).toBe(404)
      expect(body).toBe('Not found')
    }
  })
})
