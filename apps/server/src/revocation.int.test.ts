import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import {
  badServer,
  isAlive,
  modern,
  openEventStream,
  openModernClient,
  openRawSession,
  pidsOf,
  referenceServer,
  startGateway,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { expect, test } from 'vitest'

const EVENTS = 'text/event-stream'
const textOf = (answer: { result?: unknown }) => (answer.result as { content: { text: string }[] }).content[0]?.text

test('a revoked token: its streams end within a second, its calls are cancelled, those of others go on', async () => {
  await using dir = await tempDir()
  await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  const url = `${gateway.mcpUrl}/default`
  const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  const bearer = { authorization: `Bearer ${admin}` }
  const flags = ['--command', process.execPath, '--arg', referenceServer, '--env', 'UP_ERA=legacy', '--env', 'UP_GRID=1', '--approve']
  await gateway.cli('server', 'add', '--name', 'up', ...flags)
  const { id, token } = await gateway.cli<{ id: string; token: string }>('token', 'create', '--name', 'short-lived')

  const safe = await openRawSession(url, admin)
  await safe.request(1, 'tools/list')
  const cancelled = async () => Number(textOf(await safe.request(2, 'tools/call', { name: 'grid_cancelled' })))
  const session = await openRawSession(url, token)
  const own = { authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream' }
  const sessionHeaders = { ...own, 'mcp-session-id': session.session ?? '' }
  const post = { method: 'POST', headers: { ...sessionHeaders, 'content-type': 'application/json' } }
  const hanging = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'grid_wait', arguments: { key: 'k' }, _meta: { progressToken: 1 } },
  }

  const news = await openEventStream(url, { headers: sessionHeaders })
  const oldCall = await openEventStream(url, { ...post, body: JSON.stringify(hanging) })
  const sse = await openEventStream(`${url}/sse`, { headers: own })
  const modern = openModernClient(url, token)
  const listening = await modern.open(1, 'subscriptions/listen', { notifications: { toolsListChanged: true } }, {})
  const newCall = await modern.open(1, 'tools/call', { name: 'grid_wait', arguments: { key: 'm' } }, { meta: { progressToken: 1 } })
  expect([news.status, oldCall.status, sse.status, listening.status, newCall.status]).toEqual([200, 200, 200, 200, 200])
  const kept = await openEventStream(url, { headers: { ...bearer, 'mcp-session-id': safe.session ?? '' } })
  const before = await cancelled()
  const open = new Set(['listening', 'newCall'])
  for (const [name, response] of Object.entries({ listening, newCall }))
    response
      .text()
      .catch(() => {})
      .finally(() => open.delete(name))

  const revoked = await fetch(`${gateway.origin}/api/tokens/${id}`, { method: 'DELETE', headers: bearer })
  expect(revoked.ok).toBe(true)
  await waitFor('its streams to end', () => news.ended() && oldCall.ended() && sse.ended() && open.size === 0, 1000)
  await waitFor('the server to hear of both', async () => (await cancelled()) === before + 2)
  expect(kept.ended()).toBe(false)
  kept.cut()
  expect((await session.send({ jsonrpc: '2.0', id: 2, method: 'ping' })).status).toBe(401)
})

/** What a client can hold open, and what opens it with a new token. */
const STREAMS = {
  'a GET stream of a session': async (url: string, token: string) => {
    const { session } = await openRawSession(url, token)
    return openEventStream(url, { headers: { authorization: `Bearer ${token}`, accept: EVENTS, 'mcp-session-id': session ?? '' } })
  },
  'the stream of HTTP+SSE': (url: string, token: string) =>
    openEventStream(`${url}/sse`, { headers: { authorization: `Bearer ${token}`, accept: EVENTS } }),
  'a request of the stateless era that listens': (url: string, token: string) => {
    const { params, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
    return openEventStream(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, accept: `application/json, ${EVENTS}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
    })
  },
}

test.each(Object.entries(STREAMS))(
  '%s is closed within a second, however the token is revoked, and the next request is refused',
  async (kind, open) => {
    await using dir = await tempDir()
    await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
    const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
    const ways = {
      REST: (id: string) =>
        fetch(`${gateway.origin}/api/tokens/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${admin}` } }).then(
          ({ status }) => expect(status).toBe(200),
        ),
      'the command line': (id: string) => gateway.cli('token', 'revoke', id),
    }
    for (const [way, revoke] of Object.entries(ways)) {
      const { id, token } = await gateway.cli<{ id: string; token: string }>('token', 'create', '--name', way)
      const stream = await open(`${gateway.mcpUrl}/default`, token)
      expect(stream.status).toBe(200)
      const asked = performance.now()
      let took = 0
      const ended = waitFor('the stream to end', stream.ended).then(() => {
        took = Math.round(performance.now() - asked)
      })
      await revoke(id)
      await waitFor('the stream to end', stream.ended, 1000)
      await ended
      process.stdout.write(`[measured] ${kind}: closed ${took} ms after it was asked for over ${way}\n`)
      const next = await fetch(`${gateway.mcpUrl}/default`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
      expect([next.status, next.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="local-mcp-gateway", error="invalid_token"'])
    }
  },
)

test('a modern call that waits for a slow server is cut off with its token, and never made', async () => {
  await using dir = await tempDir()
  await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  const bearer = { authorization: `Bearer ${admin}` }
  const { id, token } = await gateway.cli<{ id: string; token: string }>('token', 'create', '--name', 'short-lived')
  const slow = async () => {
    const answer = await fetch(`${gateway.origin}/api/mcp-servers/slow`, { headers: bearer })
    return answer.ok ? ((await answer.json()) as { status: { state: string; pid: number | null } }).status : null
  }
  const adding = gateway.cli(
    'server',
    'add',
    '--name',
    'slow',
    '--command',
    process.execPath,
    '--arg',
    badServer,
    '--arg',
    'slow-start',
    '--approve',
  )
  await waitFor('the start', async () => (await slow())?.state === 'connecting')
  const client = openModernClient(`${gateway.mcpUrl}/default`, token)
  // It would end the server.
  const dying = client.request('tools/call', { name: 'die' }).catch(() => 'cut off')
  await client.request('server/discover')
  expect((await fetch(`${gateway.origin}/api/tokens/${id}`, { method: 'DELETE', headers: bearer })).ok).toBe(true)
  expect(await dying).toBe('cut off')
  expect((await slow())?.state).toBe('connecting')
  await adding
  const { pid } = await waitFor('the server', async () => {
    const seen = await slow()
    return seen?.state === 'connected' ? seen : null
  })
  const session = await openRawSession(`${gateway.mcpUrl}/default`, admin)
  expect(textOf(await session.request(1, 'tools/call', { name: 'pid' }))).toBe(String(pid))
})

test('a request whose body arrives after its token was revoked is refused, in either era and over REST', async () => {
  await using dir = await tempDir()
  await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  const { id, token } = await gateway.cli<{ id: string; token: string }>('token', 'create', '--name', 'short-lived', '--admin')
  const listening = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'late', version: '1' } }

  /** Sends the head of a request. @returns what sends the rest, and gives the status */
  function begin(content: object, headers: object = {}, url = `${gateway.mcpUrl}/default`): () => Promise<number | undefined> {
    const body = JSON.stringify(content)
    const sending = request(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'content-length': body.length,
        ...headers,
      },
    })
    sending.write(body.slice(0, 1))
    return () =>
      new Promise((resolve, reject) => {
        sending.once('error', reject).once('response', (response) => {
          resolve(response.statusCode)
          response.destroy()
        })
        sending.end(body.slice(1))
      })
  }

  const message = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params })
  const late = [
    begin(message('subscriptions/listen', listening.params), listening.headers),
    begin(message('initialize', hello)),
    begin({ name: 'another', access: 'admin' }, {}, `${gateway.origin}/api/tokens`),
  ]
  const inTime = await begin(message('initialize', hello))()
  const revoked = await fetch(`${gateway.origin}/api/tokens/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${admin}` } })
  expect([inTime, revoked.status]).toEqual([200, 200])
  expect(await Promise.all(late.map((finish) => finish()))).toEqual([401, 401, 401])
})

test('a server is taken out of the profile of a token: what that token has open at the server ends', async () => {
  await using dir = await tempDir()
  await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  const { endpoint, slug } = await gateway.addServer('lone', badServer, 'normal')
  const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  const listen = async (token: string) => {
    const { session } = await openRawSession(endpoint, token)
    const legacy = await openEventStream(endpoint, { headers: { authorization: `Bearer ${token}`, 'mcp-session-id': session ?? '' } })
    const params = { notifications: { toolsListChanged: true } }
    const news = await openModernClient(endpoint, token).open(1, 'subscriptions/listen', params, {})
    let ended = false
    news
      .text()
      .catch(() => {})
      .finally(() => {
        ended = true
      })
    return { legacy, ended: () => [legacy.ended(), ended] }
  }
  const limited = await listen(await gateway.token('default'))
  const all = await listen(await gateway.token())
  const unlink = { method: 'DELETE', headers: { authorization: `Bearer ${admin}` } }
  expect((await fetch(`${gateway.origin}/api/profiles/default/servers/${slug}`, unlink)).status).toBe(200)
  await waitFor('both streams to end', () => limited.ended().every(Boolean))
  expect(all.ended()).toEqual([false, false])
  all.legacy.cut()
})

/** The shell that ends the servers should the gateway die. Linux only. */
function guardianOf(gateway: number): number | null {
  const read = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1')
    } catch {
      return ''
    }
  }
  const found = readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid) || !read(pid, 'cmdline').includes('groups=')) return false
    const stat = read(pid, 'stat')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === gateway
  })
  return found && isAlive(Number(found)) ? Number(found) : null
}

test('whoever ends the guardian gets another one, and that one ends the servers too', async () => {
  await using dir = await tempDir()
  const gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  const mark = `guarded-${process.pid}`
  await gateway.addServer('family', badServer, 'grandchild', mark)
  const session = await openRawSession(`${gateway.mcpUrl}/default`, await gateway.token())
  const family =
    textOf(await session.request(1, 'tools/call', { name: 'pid' }))
      ?.split(' ')
      .map(Number) ?? []
  expect(family).toHaveLength(2)
  for (let times = 0; times < 2; times++) {
    const guardian = await waitFor('the guardian', () => guardianOf(gateway.pid))
    process.kill(guardian, 'SIGKILL')
    await waitFor('another one', () => (guardianOf(gateway.pid) ?? guardian) !== guardian)
  }
  expect(family.every(isAlive)).toBe(true)
  gateway.child.kill('SIGKILL')
  await waitFor('every process to be gone', () => !family.some(isAlive) && pidsOf(mark).length === 0, 3000)
})
