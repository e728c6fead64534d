import {
  type AdminApi,
  adminApi,
  browse,
  type FakeAuthorization,
  type GatewayProcess,
  openRawSession,
  startFakeAuthorization,
  startGateway,
  tempDir,
} from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const dir = await tempDir()
let gateway: GatewayProcess
let api: AdminApi
let token: string
const fakes: FakeAuthorization[] = []
let count = 0

/** A key for secrets: there is no keychain here. */
const env = { OAUTH_ENCRYPTION_KEY: 'ab'.repeat(32) }

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite`, env })
  api = await adminApi(gateway)
  token = await gateway.token()
})
afterAll(async () => {
  await gateway.stop()
  for (const fake of fakes) await fake[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

/** A server that wants a sign-in, and its entry in the gateway. */
async function protectedServer(settings: Parameters<typeof startFakeAuthorization>[0] = {}) {
  const fake = await startFakeAuthorization(settings)
  fakes.push(fake)
  const name = `protected-${++count}`
  const server = await gateway.cli<{ id: string; endpoint: string }>('server', 'add', '--name', name, '--url', fake.mcpUrl)
  return { fake, ...server }
}

const begin = (id: string, wish: object = {}) =>
  api<{ authorizationUrl: string; code?: string }>('POST', `/oauth/servers/${id}/start`, wish)

async function signIn(id: string, wish: object = {}) {
  const started = await begin(id, wish)
  expect(started, started.text).toMatchObject({ status: 200 })
  return browse(started.body.authorizationUrl)
}

async function call(endpoint: string, tool = 'echo') {
  const session = await openRawSession(endpoint, token)
  return session.request(1, 'tools/call', { name: tool, arguments: {} })
}

describe('a sign-in', () => {
  test('from a server that refuses to a tool that answers, with one click', async () => {
    const { fake, id, endpoint } = await protectedServer()
    expect((await call(endpoint)).error).toMatchObject({ code: -32082, data: { code: 'AUTH_REQUIRED' } })
    expect((await api('GET', `/mcp-servers/${id}/status`)).body).toMatchObject({
      state: 'auth_required',
      problem: { code: 'AUTH_REQUIRED' },
    })
    const page = await signIn(id)
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Signed in') })
    // No code and no state are left in the address that the browser ends at.
    expect(page.url).toMatch(/\/oauth\/result\/[0-9a-f-]{36}$/)
    expect((await call(endpoint)).result).toBeDefined()
    const { body } = await api<{ accounts: unknown[] }>('GET', `/oauth/servers/${id}`)
    expect(body.accounts).toMatchObject([
      { name: 'default', isDefault: true, state: 'signed_in', hasToken: true, isValid: true, canRenew: true },
    ])
    expect(await fake.counts()).toMatchObject({ signIns: 1, registrations: 1, grants: 1, refreshes: 0 })
  })
})
