import { afterEach, expect, test } from 'vitest'
import { startFakeAuthorization } from './fake-authorization.ts'
import type { Settings } from './fake-authorization.types.ts'
import { authorizeUrl, BACK, get, json, post, register, returned, signIn, type Tokens, VERIFIER } from './sign-in-probe.ts'

const undo: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of undo.splice(0)) await one[Symbol.asyncDispose]()
})

async function start(settings: Partial<Settings> = {}) {
  const fake = await startFakeAuthorization(settings)
  undo.push(fake)
  return fake
}

test.each(['client_secret_basic', 'client_secret_post'] as const)('a client with a secret: %s', async (method) => {
  const fake = await start({ clientSecret: true, secretSeconds: 3600 })
  const client = await register(fake, { token_endpoint_auth_method: method, client_name: 'Test' })
  expect(client).toMatchObject({ token_endpoint_auth_method: method, client_name: 'Test' })
  expect(client.client_secret_expires_at).toBeGreaterThan(Date.now() / 1000)
  const { code = '' } = await returned(authorizeUrl(fake, client.client_id))
  const secret = client.client_secret ?? ''
  const fields = { grant_type: 'authorization_code', code, redirect_uri: BACK, code_verifier: VERIFIER, resource: fake.mcpUrl }
  const as = (word: string, how = method) =>
    how === 'client_secret_post'
      ? post(`${fake.origin}/token`, { ...fields, client_id: client.client_id, client_secret: word })
      : post(`${fake.origin}/token`, fields, { authorization: `Basic ${btoa(`${client.client_id}:${word}`)}` })
  const other = method === 'client_secret_post' ? 'client_secret_basic' : 'client_secret_post'
  for (const wrong of [as('wrong'), as(secret, other), post(`${fake.origin}/token`, { ...fields, client_id: client.client_id })]) {
    const answer = await wrong
    expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ error: 'invalid_client' })])
  }
  expect((await as(secret)).status).toBe(200)
  await fake.advance(3601)
  expect(await json(as(secret))).toMatchObject({ error: 'invalid_client' })
})

test('a registration is looked at, changed and removed with its own token; a forgotten client is unknown', async () => {
  const fake = await start()
  const { client_id: id, registration_client_uri: place, registration_access_token: word } = await register(fake)
  const headers = { authorization: `Bearer ${word}` }
  expect((await get(place)).status).toBe(401)
  expect(await json(get(place, { headers }))).toMatchObject({ client_id: id, redirect_uris: [BACK] })
  const changed = { redirect_uris: ['http://127.0.0.1:5555/oauth/callback'] }
  expect((await get(place, { method: 'PUT', headers, body: JSON.stringify(changed) })).status).toBe(200)
  expect((await get(authorizeUrl(fake, id))).status).toBe(400)
  expect((await get(place, { method: 'DELETE', headers })).status).toBe(204)
  expect((await get(place, { headers })).status).toBe(401)
  expect(await json(get(`${fake.origin}/register`, { method: 'POST', body: '{"redirect_uris":[]}' }))).toMatchObject({
    error: 'invalid_redirect_uri',
  })
  const { refresh } = await signIn(fake)
  await fake.forgetClients()
  expect(await json(refresh())).toMatchObject({ error: 'invalid_client' })
  await fake.addClient({ client_id: 'by hand', redirect_uris: [BACK], token_endpoint_auth_method: 'none' })
  expect(await returned(authorizeUrl(fake, 'by hand'))).toHaveProperty('code')
})

test('what goes wrong goes wrong as often as was asked for, before or after the work', async () => {
  const fake = await start()
  const { id, refresh } = await signIn(fake)
  await fake.fail('token', 'drop-before', 2)
  for (let each = 0; each < 2; each++) await expect(refresh()).rejects.toThrow()
  expect((await fake.counts()).refreshes).toBe(0)
  for (const [fault, status, type] of [
    ['500', 500, null],
    ['503', 503, null],
    ['html', 200, 'text/html'],
    ['invalid_client', 401, 'application/json'],
  ] as const) {
    await fake.fail('token', fault)
    const answer = await refresh()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, type])
  }
  expect(await fake.counts()).toMatchObject({ refreshes: 0, reuses: 0, refused: { invalid_client: 1 } })
  const { refresh_token: next } = await json<Tokens>(refresh())
  // The answer is lost, the work was done: what comes next is a reuse.
  await fake.fail('token', 'drop-after')
  await expect(refresh(next)).rejects.toThrow()
  expect((await fake.counts()).refreshes).toBe(2)
  expect(await json(refresh(next))).toMatchObject({ error: 'invalid_grant' })
  expect((await fake.counts()).reuses).toBe(1)
  await fake.fail('register', 'drop-after')
  await expect(register(fake)).rejects.toThrow()
  expect((await fake.counts()).registrations).toBe(2)
  expect((await fake.received()).filter(({ place }) => place === 'token').at(-1)).toMatchObject({
    method: 'POST',
    url: `${fake.origin}/token`,
    authorization: null,
    body: expect.stringContaining(`client_id=${id}&refresh_token=${next}`),
  })
})

test('what is held goes on when it is let go, before or after the work', async () => {
  const fake = await start()
  const { tokens, refresh } = await signIn(fake)
  let token = tokens.refresh_token
  for (const [fault, done] of [
    ['hold-before', 0],
    ['hold-after', 2],
  ] as const) {
    await fake.fail('token', fault)
    const asked = refresh(token)
    await expect.poll(async () => (await fake.counts()).held).toBe(1)
    expect((await fake.counts()).refreshes).toBe(done)
    await fake.release()
    token = (await json<Tokens>(asked)).refresh_token
  }
  expect((await fake.counts()).held).toBe(0)
})
