import type { Call, CallDetail, LogSummary, LogUsage, ServerMoment } from '@local-mcp/contract'
import { type GatewayProcess, openRawSession, realServer, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { expect, test } from 'vitest'

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
    return { status: response.status, body: (await response.json()) as Answer }
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
