import type { Call, CallDetail, LogSummary, LogUsage, ServerMoment } from '@local-mcp/contract'
import { readEnvironment } from '@local-mcp/runtime'
import {
  badServer,
  type GatewayProcess,
  openModernClient,
  openRawSession,
  realServer,
  runCli,
  runCliJson,
  startGateway,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { withOperations } from './cli/gateway-client.ts'

interface Page {
  readonly rows: Call[]
  readonly next: string | null
}

/** The REST operations of the log, as an admin. */
async function restOf(gateway: GatewayProcess) {
  const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', `admin-${Math.random()}`, '--admin')
  return async <Answer>(path: string, method = 'GET', body?: object): Promise<{ status: number; body: Answer }> => {
    const response = await fetch(`${gateway.origin}/api/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: response.status, body: JSON.parse((await response.text()) || 'null') as Answer }
  }
}

test('a call is in the log with both of its sides, and what the log adds up to', async () => {
  await using dir = await tempDir()
  await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  const added = await gateway.addServer('Everything', realServer.everything)
  const rest = await restOf(gateway)
  const session = await openRawSession(`${gateway.mcpUrl}/default`, await gateway.token())
  await waitFor(
    'the server to answer',
    async () => 'result' in (await session.request(1, 'tools/call', { name: 'echo', arguments: { message: 'ä "50%_" 🐟' } })),
  )
  const failed = await session.request(2, 'tools/call', { name: 'get-sum', arguments: { a: 'x' } })
  const listed = await rest<Page>('debug/logs')
  expect(listed.status).toBe(200)
  const [second, first] = listed.body.rows as [Call, Call]
  expect(first).toMatchObject({
    method: 'tools/call',
    tool: 'echo',
    profileSlug: 'default',
    serverId: added.id,
    status: 'success',
    clientName: 'raw',
  })
  expect(second).toMatchObject({ tool: 'get-sum', status: 'error', errorCode: 'TOOL_ERROR' })
  const detail = (await rest<CallDetail>(`debug/logs/${first.id}`)).body
  expect(JSON.parse(detail.client.request as string)).toMatchObject({ id: 1, method: 'tools/call', params: { name: 'echo' } })
  expect(JSON.parse(detail.client.response as string)).toMatchObject({ id: 1, result: { content: [{ type: 'text' }] } })
  expect(detail).toMatchObject({
    server: null,
    truncated: false,
    redacted: false,
    replayable: true,
    requestBytes: Buffer.byteLength(detail.client.request as string),
  })
  expect((await rest<CallDetail>(`debug/logs/${second.id}`)).body.errorMessage).toEqual(expect.any(String))
  expect(failed).toBeDefined()
  const summary = (await rest<LogSummary>('debug/logs/summary')).body
  expect(summary).toMatchObject({ calls: 2, errors: 1, profiles: [{ key: 'default', calls: 2, errors: 1 }] })
  expect(summary.tools.map(({ key }) => key)).toEqual(expect.arrayContaining([{ serverId: added.id, tool: 'echo' }]))
  expect((await rest<LogUsage>('debug/logs/usage')).body).toMatchObject({ rows: 2, oldestAt: first.at })
  const history = (await rest<ServerMoment[]>(`mcp-servers/${added.slug}/history`)).body
  expect(history.map(({ state }) => state).slice(0, 2)).toEqual(['connected', 'connecting'])
  expect((await rest<{ removed: number }>('debug/logs', 'DELETE')).body).toEqual({ removed: 2 })
  expect((await rest<Page>('debug/logs')).body).toEqual({ rows: [], next: null })
}, 60_000)

/** A gateway with the server of ours, which has answered once. */
async function withBadServer(databasePath: string, more: object = {}) {
  const gateway = await startGateway({ databasePath, ...more })
  const added = await gateway.addServer('Bad', badServer, 'plain')
  const token = await gateway.token()
  const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
  await waitFor('the server to answer', async () => 'result' in (await session.request('up', 'tools/call', { name: 'pid' })))
  return { gateway, added, token, session, rest: await restOf(gateway) }
}

test('a call is there while it runs, and says how it ended: answered, failed, too late, or given up', async () => {
  await using dir = await tempDir()
  const { gateway, added, session, rest } = await withBadServer(`${dir.path}/db.sqlite`)
  await using _ = gateway
  const newest = async () => (await rest<Page>('debug/logs?limit=1')).body.rows[0] as Call
  expect((await rest(`mcp-servers/${added.id}`, 'PUT', { timeoutMs: 1000 })).status).toBe(200)
  expect((await session.request(10, 'tools/call', { name: 'pid' })).result).toBeDefined()
  expect(await newest()).toMatchObject({ tool: 'pid', status: 'success', durationMs: expect.any(Number) })

  const late = session.request(11, 'tools/call', { name: 'hang', arguments: { note: 'waiting' } })
  await waitFor('the call to be there', async () => (await newest()).tool === 'hang')
  const pending = await newest()
  expect(pending).toMatchObject({ status: 'pending', durationMs: null, errorCode: null })
  expect((await rest<CallDetail>(`debug/logs/${pending.id}`)).body).toMatchObject({ client: { response: null }, replayable: false })
  expect((await late).error?.data).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
  const timedOut = (await rest<CallDetail>(`debug/logs/${pending.id}`)).body
  expect(timedOut).toMatchObject({ status: 'timeout', errorCode: 'UPSTREAM_TIMEOUT', errorMessage: expect.stringContaining('Bad') })
  // The client got an answer of ours; the server gave none.
  expect(timedOut.client.response).toContain('UPSTREAM_TIMEOUT')
  expect(timedOut.server).toMatchObject({ request: timedOut.client.request, response: null })
  expect(timedOut.durationMs).toBeGreaterThan(900)

  const given = session.request(12, 'tools/call', { name: 'hang' })
  await waitFor('the call to be there', async () => (await newest()).status === 'pending')
  await session.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 12 } })
  await given
  expect(await newest()).toMatchObject({ tool: 'hang', status: 'cancelled' })

  expect((await session.request(13, 'tools/call', { name: 'die' })).error).toBeDefined()
  const died = await newest()
  expect(died).toMatchObject({ tool: 'die', status: 'error', errorCode: 'SERVER_UNAVAILABLE' })
  expect((await rest<Page>('debug/logs?hasError=true&limit=200')).body.rows.map(({ tool }) => tool)).toEqual(['die', 'hang'])
  await waitFor('the end of the server to be in its history', async () =>
    (await rest<ServerMoment[]>(`mcp-servers/${added.slug}/history`)).body.some(({ state, code }) => state === 'error' && code !== null),
  )
}, 60_000)

test('a renamed tool and another era show what went to the server, and what came back', async () => {
  await using dir = await tempDir()
  const { gateway, token, rest } = await withBadServer(`${dir.path}/db.sqlite`)
  await using _ = gateway
  await gateway.addServer('Other', badServer, 'plain')
  expect((await rest('profiles/default', 'PUT', { toolNaming: 'always_prefix' })).status).toBe(200)
  const session = await openRawSession(`${gateway.mcpUrl}/default`, token, '2025-06-18')
  await waitFor('the renamed tool', async () => 'result' in (await session.request(1, 'tools/call', { name: 'bad__tell' })))
  const renamed = (await rest<Page>('debug/logs?limit=1')).body.rows[0] as Call
  expect(renamed.tool).toBe('bad__tell')
  const detail = (await rest<CallDetail>(`debug/logs/${renamed.id}`)).body
  expect(JSON.parse(detail.client.request as string).params.name).toBe('bad__tell')
  expect(JSON.parse(detail.server?.request as string).params.name).toBe('tell')
  expect(detail.client.protocolVersion).toBe('2025-06-18')
  expect(detail.server?.protocolVersion).toBe('2025-11-25')
  expect(detail.server?.response).toBe(detail.client.response)

  const modern = openModernClient(`${gateway.mcpUrl}/default`, token)
  expect(await modern.request('tools/call', { name: 'bad__tell', arguments: {} })).toMatchObject({ result: { resultType: 'complete' } })
  const translated = (await rest<CallDetail>(`debug/logs/${((await rest<Page>('debug/logs?limit=1')).body.rows[0] as Call).id}`)).body
  expect(translated.client.protocolVersion).toBe('2026-07-28')
  expect(translated.client.request).toContain('clientCapabilities')
  expect(translated.server?.request).not.toContain('clientCapabilities')
  expect(JSON.parse(translated.client.response as string).result.resultType).toBe('complete')
  expect(JSON.parse(translated.server?.response as string).result.resultType).toBeUndefined()
}, 60_000)

test('payloads are cut at 64 KiB, and the client gets them whole', async () => {
  await using dir = await tempDir()
  const { gateway, session, rest } = await withBadServer(`${dir.path}/db.sqlite`)
  await using _ = gateway
  const long = 'long '.repeat(80_000)
  const answer = await session.request(5, 'tools/call', { name: 'echo', arguments: { long } })
  expect(JSON.stringify(answer)).toContain(long)
  const row = (await rest<Page>('debug/logs?limit=1')).body.rows[0] as Call
  const detail = (await rest<CallDetail>(`debug/logs/${row.id}`)).body
  expect(detail).toMatchObject({ truncated: true, replayable: false, status: 'success' })
  for (const text of [detail.client.request, detail.client.response]) {
    expect(text?.endsWith('…')).toBe(true)
    expect(Buffer.byteLength(text as string)).toBeLessThanOrEqual(64 * 1024 + 3)
    expect(text?.length).toBeGreaterThan(64 * 1024 - 10)
  }
  // The answer was sent on while it arrived.
  expect(detail.responseBytes).toBeGreaterThan(400_000)
  expect(detail.requestBytes).toBeGreaterThan(400_000)
  expect(
    (
      await withOperations(readEnvironment({ DATABASE_PATH: `${dir.path}/db.sqlite` }), ({ logs }) => logs.replay({ log: row.id })).catch(
        (error) => error,
      )
    ).code,
  ).toBe('NOT_REPLAYABLE')
}, 60_000)

test('each level keeps what it says, and calls are told of at every one', async () => {
  await using dir = await tempDir()
  const { gateway, session, rest } = await withBadServer(`${dir.path}/db.sqlite`)
  await using _ = gateway
  const at = async (level: string) => {
    expect((await rest('settings/logs', 'PATCH', { level })).body).toMatchObject({ level })
    await rest('debug/logs', 'DELETE')
    await session.request(`${level}-1`, 'tools/call', { name: 'pid', arguments: { level } })
    await session.request(`${level}-2`, 'tools/list')
    await session.request(`${level}-3`, 'tools/call', { name: 'no such tool' })
    return (await rest<Page>('debug/logs')).body.rows
  }
  expect(await at('off')).toEqual([])
  const recent = (await rest<Call[]>('activity')).body
  expect(recent[0]).toMatchObject({ tool: 'pid', status: 'success' })
  const [minimal, ...none] = await at('minimal')
  expect(none).toEqual([])
  expect((await rest<CallDetail>(`debug/logs/${minimal?.id}`)).body).toMatchObject({
    tool: 'pid',
    requestBytes: null,
    client: { protocolVersion: '2025-11-25', request: null, response: null },
    server: null,
    replayable: false,
  })
  expect((await at('normal')).map(({ method }) => method)).toEqual(['tools/call'])
  const verbose = await at('verbose')
  expect(verbose.map(({ method, tool, status }) => [method, tool, status])).toEqual([
    ['tools/call', 'tools/call', 'error'],
    ['tools/list', 'tools/list', 'success'],
    ['tools/call', 'pid', 'success'],
  ])
  expect((await rest<CallDetail>(`debug/logs/${verbose[1]?.id}`)).body.client.response).toContain('"inputSchema"')
  expect((await rest<CallDetail>(`debug/logs/${verbose[0]?.id}`)).body.errorMessage).toContain('no such tool')
  expect((await rest<LogSummary>('debug/logs/summary')).body.tools.some(({ key }) => key.tool === 'tools/list')).toBe(false)
}, 60_000)

test('while nobody can write to the database, calls go on; then all of them are there', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  const { gateway, session, rest } = await withBadServer(databasePath)
  await using _ = gateway
  await rest('debug/logs', 'DELETE')
  const holder = new Database(databasePath)
  holder.exec('BEGIN IMMEDIATE')
  const times: number[] = []
  for (let call = 0; call < 100; call++) {
    const started = performance.now()
    expect((await session.request(call, 'tools/call', { name: 'pid', arguments: { call } })).result).toBeDefined()
    times.push(performance.now() - started)
  }
  holder.exec('ROLLBACK')
  holder.close()
  times.sort((a, b) => a - b)
  process.stdout.write(
    `[measured] calls while the database is locked: median ${times[50]?.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(1)} ms\n`,
  )
  expect(times[50]).toBeLessThan(1000)
  expect((await rest<LogUsage>('debug/logs/usage')).body.rows).toBe(100)
}, 60_000)

test.skipIf(process.platform === 'win32')(
  'on a full disk calls go on',
  async () => {
    await using dir = await tempDir()
    const databasePath = `${dir.path}/db.sqlite`
    {
      const { gateway } = await withBadServer(databasePath)
      await gateway.stop()
    }
    const { token } = await runCliJson<{ token: string }>({ databasePath }, 'token', 'create', '--name', 'full')
    const filler = new Database(databasePath)
    filler.pragma('wal_checkpoint(TRUNCATE)')
    filler.close()
    await using gateway = await startGateway({ databasePath, fileBlocks: 4096 })
    const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
    await waitFor('the server to answer', async () => 'result' in (await session.request('up', 'tools/call', { name: 'pid' })))
    const note = 'full '.repeat(10_000)
    await waitFor('the log to say that it cannot be written', async () => {
      for (let call = 0; call < 20; call++)
        expect((await session.request(call, 'tools/call', { name: 'pid', arguments: { note } })).result).toBeDefined()
      return gateway.stderr().includes('The traffic log cannot be written')
    })
    for (let call = 0; call < 50; call++)
      expect((await session.request(call, 'tools/call', { name: 'pid', arguments: { note } })).result).toBeDefined()
    expect(gateway.stderr().split('The traffic log cannot be written')).toHaveLength(2)
  },
  60_000,
)

test('after a restart the last calls are there, and what was on its way when it was told to end', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  const CALLS = 300
  {
    const { gateway, session, rest } = await withBadServer(databasePath)
    await rest('debug/logs', 'DELETE')
    for (let call = 0; call < CALLS; call++) await session.request(call, 'tools/call', { name: 'pid', arguments: { call } })
    expect(await gateway.stop()).toBe(0)
  }
  await using gateway = await startGateway({ databasePath })
  const rest = await restOf(gateway)
  expect((await rest<LogUsage>('debug/logs/usage')).body.rows).toBe(CALLS)
  const recent = (await rest<Call[]>('activity')).body
  expect(recent).toHaveLength(200)
  expect(recent).toEqual((await rest<Page>('debug/logs?limit=200')).body.rows)
  expect((await rest<ServerMoment[]>('mcp-servers/bad/history')).body.some(({ state }) => state === 'connected')).toBe(true)
  const shown = await runCliJson<Page>({ databasePath }, 'log', 'ls', '--text', '"call":17}', '--limit', '5')
  expect(shown.rows).toHaveLength(1)
  const text = await runCli({ databasePath }, 'log', 'show', shown.rows[0]?.id as string)
  expect(text.stdout).toContain('{"call":17}')
  expect((await runCli({ databasePath }, 'server', 'history', 'bad')).stdout).toContain('connected')
  expect(await runCliJson({ databasePath }, 'log', 'settings', '--days', '3')).toMatchObject({ level: 'normal', keepDays: 3 })
  expect((await runCli({ databasePath }, 'log', 'clear')).code).not.toBe(0)
  expect(await runCliJson({ databasePath }, 'log', 'clear', '--yes')).toEqual({ removed: CALLS })
  expect((await rest<Call[]>('activity')).body).toEqual([])
}, 60_000)

test('whatever is asked for is answered or refused in order', async () => {
  await using dir = await tempDir()
  const { gateway, token, rest } = await withBadServer(`${dir.path}/db.sqlite`)
  await using _ = gateway
  const row = (await rest<Page>('debug/logs?limit=1')).body.rows[0] as Call
  for (const query of [
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1.5',
    'limit=all',
    'limit=',
    'before=x',
    `before=1.${'0'.repeat(36)}`,
    `before=${row.at}.${row.id}'`,
    'from=yesterday',
    'to=-1',
    'status=maybe',
    'hasError=perhaps',
    'token=mine',
    'order=asc',
    'text=',
    `text=${'x'.repeat(201)}`,
    `method=${'x'.repeat(101)}`,
  ]) {
    const { status, body } = await rest<{ code: string }>(`debug/logs?${query}`)
    expect([query, status, body.code]).toEqual([query, 400, 'VALIDATION_ERROR'])
  }
  for (const text of ["'", '"', '%', '_', '\\', '%%%', "' OR 1=1 --", '🐟'.repeat(50), '\0', 'x'.repeat(200), '*', 'NEAR(', '\u202e'])
    expect([text, (await rest<Page>(`debug/logs?text=${encodeURIComponent(text)}&method=x`)).body]).toEqual([
      text,
      { rows: [], next: null },
    ])
  expect((await rest<Page>(`debug/logs?text=${encodeURIComponent('%')}`)).body.rows).toEqual([])
  expect((await rest<Page>('debug/logs?profile=default&server=bad&hasError=false&limit=1')).body.rows).toEqual([row])
  expect((await rest<Page>(`debug/logs?before=${row.at}.${row.id}&limit=1`)).body.rows).not.toContainEqual(row)
  expect((await rest<{ code: string }>('debug/logs?server=none')).body.code).toBe('SERVER_NOT_FOUND')
  expect((await rest<{ code: string }>('debug/logs?profile=none')).body.code).toBe('PROFILE_NOT_FOUND')
  for (const id of ['x', '1', "'"]) expect((await rest(`debug/logs/${encodeURIComponent(id)}`)).status).toBe(400)
  expect(await rest(`debug/logs/${row.id.replace(/^../, '00')}`)).toMatchObject({ status: 404, body: { code: 'LOG_NOT_FOUND' } })
  for (const query of ['from=5&to=1', 'from=0&to=9999999999999', 'step=year'])
    expect([query, (await rest(`debug/logs/summary?${query}`)).status]).toEqual([query, 400])
  for (const change of [{ level: 'loud' }, { keepDays: 0 }, { keepRows: 5 }, { keepMegabytes: 0.5 }, { other: 1 }])
    expect([change, (await rest('settings/logs', 'PATCH', change)).status]).toEqual([change, 400])

  const asClient = (path: string, method = 'GET') =>
    fetch(`${gateway.origin}/api/${path}`, { method, headers: { authorization: `Bearer ${token}` } })
  for (const path of [
    'debug/logs',
    `debug/logs/${row.id}`,
    'debug/logs/summary',
    'debug/logs/usage',
    'settings/logs',
    'mcp-servers/bad/history',
  ])
    expect([path, (await asClient(path)).status]).toEqual([path, 403])
  expect((await asClient('debug/logs', 'DELETE')).status).toBe(403)
  expect((await fetch(`${gateway.origin}/api/debug/logs`)).status).toBe(401)
}, 60_000)

test('a recorded call is made again through its profile, and only where it still can be', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  const { gateway, session, rest, added } = await withBadServer(databasePath)
  await using _ = gateway
  const replay = (log: string) => withOperations(readEnvironment({ DATABASE_PATH: databasePath }), ({ logs }) => logs.replay({ log }))
  const refusal = async (log: string) => ((await replay(log).catch((error: unknown) => error)) as { code?: string }).code
  const newest = async () => (await rest<Page>('debug/logs?limit=1')).body.rows[0] as Call
  const called = async (name: string, args: object) => {
    await session.request(name, 'tools/call', { name, arguments: args, _meta: { progressToken: 'p' } })
    return newest()
  }
  const first = await called('echo', { number: 17 })
  const again = await replay(first.id)
  expect(again).toMatchObject({
    method: 'tools/call',
    tool: 'echo',
    status: 'success',
    tokenId: null,
    profileSlug: 'default',
    serverId: added.id,
  })
  expect(again.id).not.toBe(first.id)
  expect((await newest()).id).toBe(again.id)
  const received = JSON.parse(JSON.parse(again.server?.response as string).result.content[0].raw)
  expect(received.params).toMatchObject({ name: 'echo', arguments: { number: 17 } })
  expect(JSON.stringify(received)).not.toContain('progressToken')
  // What was made again can be made again.
  expect((await replay(again.id)).status).toBe('success')

  expect(await refusal((await called('echo', { password: 'hunter2hunter2' })).id)).toBe('NOT_REPLAYABLE')
  expect(await refusal(first.id.replace(/^../, '00'))).toBe('LOG_NOT_FOUND')
  await rest('settings/logs', 'PATCH', { level: 'minimal' })
  expect(await refusal((await called('pid', {})).id)).toBe('NOT_REPLAYABLE')
  await rest('settings/logs', 'PATCH', { level: 'off' })
  expect(await replay(first.id)).toMatchObject({ tool: 'echo', status: 'success', client: { request: null }, replayable: false })
  await rest('settings/logs', 'PATCH', { level: 'normal' })
  // Another server takes the name over: what was said to one is not said to another.
  const other = await gateway.addServer('Other', badServer, 'plain')
  const order = (...serverIds: string[]) => rest('profiles/default/servers', 'PUT', { serverIds })
  const links = (await rest<{ serverId: string }[]>('profiles/default/servers')).body.map(({ serverId }) => serverId)
  const others = links.filter((id) => id !== other.id && id !== added.id)
  expect((await order(other.id, added.id, ...others)).status).toBe(200)
  expect(await refusal(first.id)).toBe('NOT_REPLAYABLE')
  expect((await order(added.id, other.id, ...others)).status).toBe(200)
  expect((await replay(first.id)).serverId).toBe(added.id)
  // And it is gone from the profile.
  expect((await rest(`profiles/default/servers/${added.id}`, 'DELETE')).status).toBe(200)
  expect(await refusal(first.id)).toBe('NOT_REPLAYABLE')
}, 60_000)

test('with a profile goes what went through it', async () => {
  await using dir = await tempDir()
  const { gateway, token, rest, added } = await withBadServer(`${dir.path}/db.sqlite`)
  await using _ = gateway
  expect((await rest('profiles', 'POST', { name: 'Passing' })).status).toBeLessThan(300)
  expect((await rest('profiles/passing/servers', 'POST', { server: added.id })).status).toBeLessThan(300)
  const session = await openRawSession(`${gateway.mcpUrl}/passing`, token)
  await session.request(1, 'tools/call', { name: 'pid' })
  expect((await rest<Page>('debug/logs?profile=passing')).body.rows).toHaveLength(1)
  const before = (await rest<LogUsage>('debug/logs/usage')).body.rows
  expect((await rest('profiles/passing', 'DELETE')).status).toBeLessThan(300)
  expect((await rest<LogUsage>('debug/logs/usage')).body.rows).toBe(before - 1)
}, 60_000)
