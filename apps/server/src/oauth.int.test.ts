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
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

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

const stateOf = async (id: string) => (await api<{ accounts: Record<string, unknown>[] }>('GET', `/oauth/servers/${id}`)).body.accounts[0]

/** The address that the browser is sent back to, before it goes there. */
async function answerOf(authorizationUrl: string): Promise<URL> {
  const response = await fetch(authorizationUrl, { redirect: 'manual' })
  return new URL(response.headers.get('location') as string)
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
    expect(await stateOf(id)).toMatchObject({
      name: 'default',
      isDefault: true,
      state: 'signed_in',
      hasToken: true,
      isValid: true,
      canRenew: true,
    })
    expect(await fake.counts()).toMatchObject({ signIns: 1, registrations: 1, grants: 1, refreshes: 0 })
  })

  test('a client that registered is used again, and registers anew where it is not known any more', async () => {
    const { fake, id } = await protectedServer()
    await signIn(id)
    await signIn(id)
    expect(await fake.counts()).toMatchObject({ registrations: 1, signIns: 2 })
    await fake.fail('token', 'invalid_client')
    expect(await signIn(id)).toMatchObject({ status: 502, text: expect.stringContaining('TOKEN_EXCHANGE_FAILED') })
    expect(await signIn(id)).toMatchObject({ status: 200 })
    expect(await fake.counts()).toMatchObject({ registrations: 2 })
  })

  test('a secret that ends is registered anew, and never leaves the gateway', async () => {
    const { fake, id } = await protectedServer({ clientSecret: true, secretSeconds: 60 })
    await signIn(id)
    // It ends before a person could have ended a sign-in, so it is as good as over.
    expect(await signIn(id)).toMatchObject({ status: 200 })
    expect(await fake.counts()).toMatchObject({ registrations: 2 })
    const { body, text } = await api<{ clients: Record<string, unknown>[] }>('GET', `/oauth/servers/${id}`)
    expect(body.clients).toMatchObject([{ origin: 'dcr', hasSecret: true }])
    for (const { body: sent } of await fake.received()) {
      const secret = /client_secret=([^&]+)/.exec(sent)?.[1]
      if (secret) expect(text).not.toContain(secret)
    }
  })

  test('without registration the client is entered by hand', async () => {
    const { fake, id, endpoint } = await protectedServer({ registration: false, clientSecret: true })
    const refused = await begin(id)
    expect(refused).toMatchObject({ status: 409, body: { code: 'NO_OAUTH_CONFIG' } })
    const { redirectUri } = (await api<{ redirectUri: string }>('GET', `/oauth/servers/${id}`)).body
    await fake.addClient({
      client_id: 'by-hand',
      client_secret: 'hand-made-secret',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const entered = await api('PUT', `/oauth/servers/${id}/client`, { clientId: 'by-hand', clientSecret: 'hand-made-secret' })
    expect(entered).toMatchObject({ status: 200, body: { clientId: 'by-hand', hasSecret: true, origin: 'manual' } })
    expect(entered.text).not.toContain('hand-made-secret')
    const page = await signIn(id)
    expect(page, page.text).toMatchObject({ status: 200 })
    expect((await call(endpoint)).result).toBeDefined()
    // Whoever changes where the secret would go has to know it.
    await api('PUT', `/oauth/servers/${id}/config`, {
      config: { authorizationUrl: `${fake.origin}/authorize`, tokenUrl: `${fake.origin}/elsewhere` },
    })
    expect((await api<{ clients: unknown[] }>('GET', `/oauth/servers/${id}`)).body.clients).toEqual([])
  })

  test.each([
    ['at the well-known place with the path', { resourceMetadata: 'path' }],
    ['at the well-known place without', { resourceMetadata: 'root' }],
    ['of OpenID, appended', { metadata: 'oidc-appended', issuerPath: '/tenant' }],
    ['of OpenID, inserted', { metadata: 'oidc-inserted', issuerPath: '/tenant' }],
    ['of OAuth, with a path', { issuerPath: '/tenant' }],
    ['none at all, as in 2025-03-26', { resourceMetadata: 'none', authorizationAt: 'resource', metadata: 'none', requireResource: false }],
  ] as const)('metadata %s', async (_, settings) => {
    const { id, endpoint } = await protectedServer(settings)
    const page = await signIn(id)
    expect(page, page.text).toMatchObject({ status: 200 })
    expect((await call(endpoint)).result).toBeDefined()
  })

  test('streams of events instead of bodies', async () => {
    const { id, endpoint } = await protectedServer({ answers: 'events' })
    await signIn(id)
    expect((await call(endpoint)).result).toBeDefined()
  })
})

describe('what the browser brings back', () => {
  const back = (answer: URL) => browse(answer.href)

  test('is used once, and only by who began it', async () => {
    const { fake, id } = await protectedServer()
    const answer = await answerOf((await begin(id)).body.authorizationUrl)
    expect(await back(answer)).toMatchObject({ status: 200 })
    expect(await back(answer)).toMatchObject({ status: 400, text: expect.stringContaining('INVALID_STATE') })
    const foreign = new URL(answer)
    foreign.searchParams.set('state', 'x'.repeat(43))
    expect(await back(foreign)).toMatchObject({ status: 400, text: expect.stringContaining('INVALID_STATE') })
    const missing = new URL(answer)
    missing.searchParams.delete('state')
    expect(await back(missing)).toMatchObject({ status: 400, text: expect.stringContaining('INVALID_STATE') })
    const twice = new URL(answer)
    twice.searchParams.append('state', answer.searchParams.get('state') as string)
    expect(await back(twice)).toMatchObject({ status: 400, text: expect.stringContaining('INVALID_STATE') })
    expect(await fake.counts()).toMatchObject({ grants: 1 })
  })

  test('without a code, or with the name of another issuer, is nothing; the state is spent all the same', async () => {
    const { fake, id } = await protectedServer()
    for (const [change, code] of [
      [(url: URL) => url.searchParams.delete('code'), 'MISSING_CODE'],
      [(url: URL) => url.searchParams.set('iss', 'https://evil.example'), 'ISSUER_MISMATCH'],
      [(url: URL) => url.searchParams.delete('iss'), 'ISSUER_MISMATCH'],
    ] as const) {
      const answer = await answerOf((await begin(id)).body.authorizationUrl)
      const bent = new URL(answer)
      change(bent)
      const page = await back(bent)
      expect(page.text, code).toContain(code)
      expect(page.text).not.toContain('evil.example')
      expect((await back(answer)).text).toContain('INVALID_STATE')
    }
    expect(await fake.counts()).toMatchObject({ grants: 0 })
  })

  test('an error with a script in it is shown as text', async () => {
    const { id } = await protectedServer()
    const answer = await answerOf((await begin(id)).body.authorizationUrl)
    answer.searchParams.delete('code')
    answer.searchParams.set('error', '<script>alert(1)</script>')
    answer.searchParams.set('error_description', '<img src=x onerror=alert(2)>\u202e')
    const page = await back(answer)
    expect(page).toMatchObject({ status: 400, text: expect.stringContaining('SIGN_IN_DENIED') })
    expect(page.text).toContain('&lt;script&gt;')
    expect(page.text).not.toMatch(/<script|<img|\u202e/)
    const { headers } = await fetch(page.url, { redirect: 'manual' })
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  test('who declines is told so, and nothing is signed in', async () => {
    const { id } = await protectedServer({ person: 'declines' })
    expect(await signIn(id)).toMatchObject({ status: 400, text: expect.stringContaining('SIGN_IN_DENIED') })
    expect(await stateOf(id)).toMatchObject({ state: 'signed_out', hasToken: false })
  })

  test('comes from the browser of the person only: no script of another page, no other host, no other method', async () => {
    const { fake, id } = await protectedServer()
    const answer = await answerOf((await begin(id)).body.authorizationUrl)
    expect(await browse(answer.href, { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 })
    expect(await browse(answer.href, { origin: 'https://evil.example' })).toMatchObject({ status: 403 })
    expect(await browse(answer.href, { host: 'evil.example' })).toMatchObject({ status: 403 })
    expect((await fetch(answer, { method: 'POST', redirect: 'manual' })).status).toBe(405)
    expect(await fake.counts()).toMatchObject({ grants: 0 })
    expect(await back(answer)).toMatchObject({ status: 200 })
  })
})

describe('a server or an authorization server that lies', () => {
  test.each([
    ['another issuer in the metadata', { metadataOverrides: { issuer: 'https://evil.example' } }, 'ISSUER_MISMATCH'],
    ['another resource', { resourceOverrides: { resource: 'https://evil.example/mcp' } }, 'RESOURCE_MISMATCH'],
    ['no PKCE', { metadataOverrides: { code_challenge_methods_supported: null } }, 'PKCE_UNSUPPORTED'],
    ['only plain PKCE', { metadataOverrides: { code_challenge_methods_supported: ['plain'] } }, 'PKCE_UNSUPPORTED'],
    [
      'a token endpoint without encryption',
      { metadataOverrides: { token_endpoint: 'http://example.com/token' } },
      'OAUTH_METADATA_INVALID',
    ],
    [
      'a registration at a metadata address',
      { metadataOverrides: { registration_endpoint: 'https://169.254.169.254/latest' } },
      'ADDRESS_FORBIDDEN',
    ],
    [
      'an authorization server at a metadata address',
      { resourceOverrides: { authorization_servers: ['https://169.254.169.254/'] } },
      'ADDRESS_FORBIDDEN',
    ],
    [
      'an authorization server without encryption',
      { resourceOverrides: { authorization_servers: ['http://192.168.1.1/'] } },
      'ADDRESS_FORBIDDEN',
    ],
  ] as const)('%s', async (_, settings, code) => {
    const { fake, id } = await protectedServer(settings)
    const refused = await begin(id)
    expect(refused.body.code, refused.text).toBe(code)
    expect(await fake.counts()).toMatchObject({ authorizations: 0, registrations: 0 })
  })

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'vscode://x', 'https://user:pass@example.com/authorize'])(
    'an authorization endpoint that is no place for a browser: %s',
    async (endpoint) => {
      const { id } = await protectedServer({ metadataOverrides: { authorization_endpoint: endpoint } })
      expect((await begin(id)).body.code).toBe('OAUTH_METADATA_INVALID')
    },
  )

  test('a token that is granted is renewed where it was granted, whatever the server says later', async () => {
    const { fake, id } = await protectedServer()
    await signIn(id)
    const evil = await startFakeAuthorization()
    fakes.push(evil)
    await fake.set({ resourceOverrides: { authorization_servers: [evil.origin] } })
    expect(await api('POST', `/oauth/servers/${id}/accounts/default/refresh`)).toMatchObject({ status: 200 })
    expect(await fake.counts()).toMatchObject({ refreshes: 1 })
    expect(await evil.received()).toEqual([])
  })
})

describe('a token', () => {
  test('that is refused is renewed once for all who wait, and their calls go through', async () => {
    const { fake, id, endpoint } = await protectedServer()
    await signIn(id)
    const session = await openRawSession(endpoint, token)
    await session.request(0, 'tools/call', { name: 'echo', arguments: {} })
    await fake.advance(4000)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => session.request(i + 1, 'tools/call', { name: 'echo', arguments: {} })),
    )
    expect(answers.filter(({ result }) => result === undefined)).toEqual([])
    expect(await fake.counts()).toMatchObject({ refreshes: 1, reuses: 0, signIns: 1 })
  })

  test('whose grant was ended asks for a sign-in, and says so', async () => {
    const { fake, id, endpoint } = await protectedServer()
    await signIn(id)
    const session = await openRawSession(endpoint, token)
    await session.request(0, 'tools/call', { name: 'echo', arguments: {} })
    await fake.endGrants()
    const { error } = await session.request(1, 'tools/call', { name: 'echo', arguments: {} })
    expect(error).toMatchObject({ code: -32082, data: { code: 'AUTH_REQUIRED', problem: 'SIGN_IN_ENDED' } })
    await vi.waitFor(async () =>
      expect((await api('GET', `/mcp-servers/${id}/status`)).body).toMatchObject({
        state: 'auth_required',
        problem: { code: 'SIGN_IN_ENDED' },
      }),
    )
    expect(await stateOf(id)).toMatchObject({ state: 'refused', isValid: false, problem: { code: 'REFUSED' } })
    await signIn(id)
    expect((await call(endpoint)).result).toBeDefined()
  })

  test('cannot be renewed while the authorization server is down, and is kept', async () => {
    const { fake, id, endpoint } = await protectedServer()
    await signIn(id)
    await call(endpoint)
    await fake.advance(4000)
    await fake.fail('token', '503', 1)
    const session = await openRawSession(endpoint, token)
    const failed = await session.request(1, 'tools/call', { name: 'echo', arguments: {} })
    expect(failed.error).toMatchObject({ data: { problem: 'SIGN_IN_UNREACHABLE' } })
    expect(await stateOf(id)).toMatchObject({ state: 'signed_in', hasToken: true })
    await vi.waitFor(async () => expect((await call(endpoint)).result).toBeDefined(), { timeout: 10_000, interval: 200 })
    expect(await fake.counts()).toMatchObject({ signIns: 1, reuses: 0 })
  })

  test('of a tool that wants more is asked for once more, with what it had and what was missing', async () => {
    const { fake, id, endpoint } = await protectedServer({
      tools: { echo: null, admin: 'admin' },
      scopes: ['read', 'admin'],
      challengeScope: 'read',
    })
    await call(endpoint)
    await signIn(id)
    expect((await call(endpoint)).result).toBeDefined()
    expect((await call(endpoint, 'admin')).error).toMatchObject({ code: -32082, data: { problem: 'SCOPE_MISSING' } })
    // Others go on.
    expect((await call(endpoint)).result).toBeDefined()
    await signIn(id)
    expect((await call(endpoint, 'admin')).result).toBeDefined()
    expect(await stateOf(id)).toMatchObject({ scopes: expect.arrayContaining(['read', 'admin']) })
    expect(await fake.counts()).toMatchObject({ signIns: 2 })
  })

  test('is given back at the sign-out, and erased', async () => {
    const { fake, id, endpoint } = await protectedServer()
    await signIn(id)
    await call(endpoint)
    const out = await api('DELETE', `/oauth/servers/${id}/accounts/default/token`)
    expect(out).toMatchObject({ status: 200, body: { revoked: true, account: { state: 'signed_out', hasToken: false } } })
    expect(await fake.counts()).toMatchObject({ revocations: 1 })
    expect((await call(endpoint)).error).toMatchObject({ code: -32082 })
    expect(await api('DELETE', `/oauth/servers/${id}/accounts/default/token`)).toMatchObject({
      status: 404,
      body: { code: 'NOT_SIGNED_IN' },
    })
  })

  test('without an end is never renewed, and one that cannot be renewed ends', async () => {
    const lasting = await protectedServer({ expiresIn: null, refreshTokens: 'none' })
    await signIn(lasting.id)
    expect((await call(lasting.endpoint)).result).toBeDefined()
    expect(await stateOf(lasting.id)).toMatchObject({ state: 'signed_in', canRenew: false, expiresAt: null })
    const short = await protectedServer({ expiresIn: 1, refreshTokens: 'none' })
    await signIn(short.id)
    await vi.waitFor(async () => expect(await stateOf(short.id)).toMatchObject({ state: 'expired' }), { timeout: 5000 })
    expect((await call(short.endpoint)).error).toMatchObject({ code: -32082 })
  })
})

describe('several accounts of one server', () => {
  test('a profile calls as the one that it names, and the log says who it was', async () => {
    const { fake, id } = await protectedServer()
    await signIn(id)
    await signIn(id, { account: 'Second' })
    const { accounts } = (await api<{ accounts: { id: string; name: string }[] }>('GET', `/oauth/servers/${id}`)).body
    expect(accounts.map(({ name }) => name)).toEqual(['default', 'Second'])
    const slugs = ['first-profile', 'second-profile']
    for (const slug of slugs) {
      await api('POST', '/profiles', { name: slug, slug })
      await api('POST', `/profiles/${slug}/servers`, { server: id })
    }
    expect(await api('PUT', `/profiles/second-profile/servers/${id}/account`, { account: 'second' })).toMatchObject({
      status: 200,
      body: { accountId: accounts[1]?.id },
    })
    for (const slug of slugs) expect((await call(`${gateway.mcpUrl}/${slug}`)).result, slug).toBeDefined()
    const used = (await fake.received()).filter(({ place, body }) => place === 'mcp' && body.includes('tools/call'))
    expect(new Set(used.map(({ authorization }) => authorization)).size).toBe(2)
    const calls = (await api<{ profileSlug: string; accountName: string }[]>('GET', '/activity')).body
    expect(slugs.map((slug) => calls.find(({ profileSlug }) => profileSlug === slug)?.accountName)).toEqual(['default', 'Second'])
    // The one signs out, the other goes on.
    await api('DELETE', `/oauth/servers/${id}/accounts/default/token`)
    expect((await call(`${gateway.mcpUrl}/first-profile`)).error).toMatchObject({ code: -32082 })
    expect((await call(`${gateway.mcpUrl}/second-profile`)).result).toBeDefined()
    // Who is forgotten is replaced by the default one.
    expect(await api('PATCH', `/oauth/servers/${id}/accounts/Second`, { name: 'Other', isDefault: true })).toMatchObject({
      status: 200,
      body: { name: 'Other', isDefault: true },
    })
    expect((await call(`${gateway.mcpUrl}/first-profile`)).result).toBeDefined()
    expect((await api('DELETE', `/oauth/servers/${id}/accounts/Other`)).status).toBe(204)
    expect((await call(`${gateway.mcpUrl}/second-profile`)).error).toMatchObject({ code: -32082 })
    expect((await api('DELETE', `/oauth/servers/${id}/accounts/nobody`)).body).toMatchObject({ code: 'ACCOUNT_NOT_FOUND' })
  })
})
