import { afterEach, expect, test } from 'vitest'
import { startAuthorizationProcess } from './authorization-process.ts'
import { startFakeAuthorization } from './fake-authorization.ts'
import type { Settings } from './fake-authorization.types.ts'
import { authorizeUrl, BACK, call, get, json, redeem, register, returned, signIn, type Tokens } from './sign-in-probe.ts'

const undo: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of undo.splice(0)) await one[Symbol.asyncDispose]()
})

async function start(settings: Partial<Settings> = {}, begin = startFakeAuthorization) {
  const fake = await begin(settings)
  undo.push(fake)
  return fake
}

test('who has no token is told where to get one, and the way from there to a call', async () => {
  const fake = await start({ challengeScope: 'read' })
  const refused = await call(fake, null)
  expect(refused.status).toBe(401)
  const [, place = ''] = /^Bearer scope="read", resource_metadata="(.+)"$/.exec(refused.headers.get('www-authenticate') ?? '') ?? []
  const resource = await json<{ resource: string; authorization_servers: string[] }>(get(place))
  expect(resource).toMatchObject({ resource: fake.mcpUrl, authorization_servers: [fake.origin] })
  expect(await json(get(`${fake.origin}/.well-known/oauth-authorization-server`))).toMatchObject({
    issuer: fake.origin,
    code_challenge_methods_supported: ['S256'],
    registration_endpoint: `${fake.origin}/register`,
    authorization_response_iss_parameter_supported: true,
  })
  const { client_id: id } = await register(fake)
  const back = await returned(authorizeUrl(fake, id))
  expect(back).toEqual({ code: expect.stringMatching(/^code-/), state: 'mine', iss: fake.origin })
  const tokens = await json<Tokens>(redeem(fake, id, back.code ?? ''))
  expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read offline_access' })
  expect((await json<{ result: { content: unknown } }>(call(fake, tokens.access_token))).result.content).toEqual([
    { type: 'text', text: '["echo",{"a":1}]' },
  ])
  await fake.set({ answers: 'events' })
  const events = await call(fake, tokens.access_token, 'tools/list', {})
  expect(events.headers.get('content-type')).toBe('text/event-stream')
  expect(await events.text()).toContain('"name":"echo"')
  expect((await call(fake, tokens.access_token, 'server/discover')).status).toBe(200)
  expect(await fake.counts()).toMatchObject({
    authorizations: 1,
    signIns: 1,
    grants: 1,
    registrations: 1,
    calls: 1,
    reuses: 0,
    refused: {},
  })
})

test.each([
  ['header', '/about/this-resource'],
  ['path', '/.well-known/oauth-protected-resource/mcp'],
  ['root', '/.well-known/oauth-protected-resource'],
  ['none', null],
] as const)('the metadata of the resource is where it was put: %s', async (resourceMetadata, place) => {
  const fake = await start({
    resourceMetadata,
    resourceOverrides: { authorization_servers: ['https://one.example', 'https://two.example'] },
  })
  expect((await call(fake, null)).headers.get('www-authenticate')?.includes('resource_metadata')).toBe(resourceMetadata === 'header')
  for (const path of ['/about/this-resource', '/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'])
    expect((await get(new URL(path, fake.mcpUrl).href)).status).toBe(path === place ? 200 : 404)
  if (place)
    expect(await json(get(new URL(place, fake.mcpUrl).href))).toMatchObject({
      authorization_servers: ['https://one.example', 'https://two.example'],
    })
})

test.each([
  ['oauth', '/.well-known/oauth-authorization-server/tenant'],
  ['oidc-inserted', '/.well-known/openid-configuration/tenant'],
  ['oidc-appended', '/tenant/.well-known/openid-configuration'],
  ['none', null],
] as const)('the metadata of the issuer is where it was put: %s', async (metadata, place) => {
  const fake = await start({
    metadata,
    issuerPath: '/tenant',
    iss: 'missing',
    clientDocuments: {},
    registration: false,
    metadataOverrides: { issuer: 'https://wrong.example', code_challenge_methods_supported: null },
  })
  for (const path of [
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-authorization-server/tenant',
    '/.well-known/openid-configuration/tenant',
    '/tenant/.well-known/openid-configuration',
  ])
    expect((await get(fake.origin + path)).status).toBe(path === place ? 200 : 404)
  expect((await get(`${fake.origin}/tenant/register`, { method: 'POST', body: '{}' })).status).toBe(404)
  if (!place) return
  const document = await json<Record<string, unknown>>(get(fake.origin + place))
  expect(document).toMatchObject({
    issuer: 'https://wrong.example',
    token_endpoint: `${fake.origin}/tenant/token`,
    client_id_metadata_document_supported: true,
  })
  for (const left of ['registration_endpoint', 'code_challenge_methods_supported', 'authorization_response_iss_parameter_supported'])
    expect(document).not.toHaveProperty(left)
})

test('an authorization server on the origin of the resource is nowhere else', async () => {
  const fake = await start({ authorizationAt: 'resource', resourceMetadata: 'none', metadata: 'none' })
  const { origin } = new URL(fake.mcpUrl)
  expect((await get(`${origin}/register`, { method: 'POST', body: JSON.stringify({ redirect_uris: [BACK] }) })).status).toBe(201)
  expect((await get(`${fake.origin}/register`, { method: 'POST', body: JSON.stringify({ redirect_uris: [BACK] }) })).status).toBe(404)
  expect((await get(`${origin}/.well-known/oauth-authorization-server`)).status).toBe(404)
})

test('the authorization endpoint sends nobody to an address that is not registered, and says other errors there', async () => {
  const fake = await start()
  const { client_id: id } = await register(fake)
  for (const changes of [{ redirect_uri: 'http://127.0.0.1:4445/oauth/callback' }, { redirect_uri: null }, { client_id: 'nobody' }])
    expect((await get(authorizeUrl(fake, id, changes))).status).toBe(400)
  for (const [changes, error] of [
    [{ code_challenge: null }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: null }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ resource: null }, 'invalid_target'],
    [{ resource: 'https://other.example' }, 'invalid_target'],
    [{ scope: 'everything' }, 'invalid_scope'],
  ] as const)
    expect(await returned(authorizeUrl(fake, id, changes)), JSON.stringify(changes)).toMatchObject({
      error,
      state: 'mine',
      iss: fake.origin,
    })
  expect((await fake.counts()).signIns).toBe(0)
  await fake.set({ requireResource: false })
  expect(await returned(authorizeUrl(fake, id, { resource: null }))).toHaveProperty('code')
})

test('the person declines, looks first, or is sent back with another issuer', async () => {
  const fake = await start({ person: 'declines', iss: 'wrong' })
  const { client_id: id } = await register(fake)
  expect(await returned(authorizeUrl(fake, id))).toMatchObject({ error: 'access_denied', iss: 'https://wrong.example' })
  await fake.set({ person: 'looks', iss: 'missing' })
  const page = await (await get(authorizeUrl(fake, id))).text()
  const links = [...page.matchAll(/href="([^"]+)"/g)].map(
    ([, href = '']) => new URL(href.replaceAll('&amp;', '&'), `${fake.origin}/authorize`).href,
  )
  expect((await fake.counts()).signIns).toBe(0)
  expect(await returned(links[1] ?? '')).toEqual({ error: 'access_denied', error_description: '<b>The person</b> declined', state: 'mine' })
  expect(await returned(links[0] ?? '')).toEqual({ code: expect.any(String), state: 'mine' })
  expect(await fake.counts()).toMatchObject({ signIns: 1, authorizations: 2 })
})

test('a client that is known by its document needs no registration', async () => {
  const id = 'https://client.example/client.json'
  const fake = await start({ clientDocuments: { [id]: { redirect_uris: [BACK] } } })
  const { code = '' } = await returned(authorizeUrl(fake, id))
  expect((await redeem(fake, id, code)).status).toBe(200)
  expect((await get(authorizeUrl(fake, 'https://other.example/client.json'))).status).toBe(400)
  expect((await fake.counts()).registrations).toBe(0)
})

test('in a process of its own it does the same, and is steered the same way', async () => {
  const fake = await start({ expiresIn: 60 }, startAuthorizationProcess)
  const { tokens, refresh } = await signIn(fake)
  await fake.advance(61)
  expect((await call(fake, tokens.access_token)).status).toBe(401)
  await fake.set({ answers: 'events' })
  const next = await json<Tokens>(refresh())
  expect((await call(fake, next.access_token)).headers.get('content-type')).toBe('text/event-stream')
  await refresh()
  await fake.fail('token', 'drop-before')
  await expect(refresh()).rejects.toThrow()
  expect(await fake.counts()).toMatchObject({ grants: 1, refreshes: 1, reuses: 1, calls: 1 })
  expect((await fake.received()).at(-1)).toMatchObject({ place: 'token' })
  await fake.addClient({ client_id: 'x', redirect_uris: [BACK], token_endpoint_auth_method: 'none' })
  await fake.endGrants()
  await fake.forgetClients()
  expect((await get(authorizeUrl(fake, 'x'))).status).toBe(400)
})
