import { afterEach, expect, test } from 'vitest'
import { startFakeAuthorization } from './fake-authorization.ts'
import type { Settings } from './fake-authorization.types.ts'
import { authorizeUrl, BACK, call, json, post, redeem, register, returned, signIn, type Tokens, VERIFIER } from './sign-in-probe.ts'

const undo: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of undo.splice(0)) await one[Symbol.asyncDispose]()
})

async function start(settings: Partial<Settings> = {}) {
  const fake = await startFakeAuthorization(settings)
  undo.push(fake)
  return fake
}

test('a refresh token that is used twice is noticed, and everything of its grant ends', async () => {
  const fake = await start()
  const other = await signIn(fake)
  const { tokens, refresh } = await signIn(fake)
  const second = await json<Tokens>(refresh())
  const third = await json<Tokens>(refresh(second.refresh_token))
  expect(new Set([tokens.refresh_token, second.refresh_token, third.refresh_token]).size).toBe(3)
  expect((await call(fake, third.access_token)).status).toBe(200)
  expect(await json(refresh(second.refresh_token))).toMatchObject({ error: 'invalid_grant' })
  expect(await fake.counts()).toMatchObject({ refreshes: 2, reuses: 1, refused: { invalid_grant: 1 } })
  for (const token of [tokens, second, third]) expect((await call(fake, token.access_token)).status).toBe(401)
  expect(await json(refresh(third.refresh_token))).toMatchObject({ error: 'invalid_grant' })
  // The newest was not used before: it failed because its grant had ended.
  expect((await fake.counts()).reuses).toBe(1)
  expect((await call(fake, other.tokens.access_token)).status).toBe(200)
  expect((await other.refresh()).status).toBe(200)
})

test('within the period of grace a used refresh token does no harm, and after it does', async () => {
  const fake = await start({ graceSeconds: 30 })
  const { refresh } = await signIn(fake)
  await fake.fail('token', 'drop-after')
  await expect(refresh()).rejects.toThrow()
  await fake.advance(29)
  const again = await json<Tokens>(refresh())
  expect((await call(fake, again.access_token)).status).toBe(200)
  expect(await fake.counts()).toMatchObject({ refreshes: 2, reuses: 0 })
  // From the first use on, not from the last.
  await fake.advance(1)
  expect(await json(refresh())).toMatchObject({ error: 'invalid_grant' })
  expect((await call(fake, again.access_token)).status).toBe(401)
  expect((await fake.counts()).reuses).toBe(1)
})

test('other kinds of refresh tokens: lasting, none', async () => {
  const fake = await start({ refreshTokens: 'lasting' })
  const { tokens, refresh } = await signIn(fake)
  for (let each = 0; each < 3; each++) expect((await json<Tokens>(refresh())).refresh_token).toBe(tokens.refresh_token)
  expect(await fake.counts()).toMatchObject({ refreshes: 3, reuses: 0 })
  await fake.set({ refreshTokens: 'none', expiresIn: null })
  const { tokens: last } = await signIn(fake)
  expect(last).not.toHaveProperty('refresh_token')
  expect(last).not.toHaveProperty('expires_in')
})

test('time passes for the fake alone: access tokens, refresh tokens and codes grow old', async () => {
  const fake = await start({ expiresIn: 60, refreshSeconds: 14 * 86_400 })
  const { id, tokens, refresh } = await signIn(fake)
  const { code = '' } = await returned(authorizeUrl(fake, id))
  await fake.advance(59)
  expect((await call(fake, tokens.access_token)).status).toBe(200)
  await fake.advance(2)
  const refused = await call(fake, tokens.access_token)
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('error="invalid_token"')])
  expect(await json(redeem(fake, id, code))).toMatchObject({ error: 'invalid_grant' })
  await fake.advance(13 * 86_400)
  const { refresh_token: next } = await json<Tokens>(refresh())
  await fake.advance(13 * 86_400)
  const last = await json<Tokens>(refresh(next))
  await fake.advance(14 * 86_400)
  expect(await json(refresh(last.refresh_token))).toMatchObject({ error: 'invalid_grant' })
  expect((await fake.counts()).reuses).toBe(0)
})

test('a code works once, for its client, its address, its verifier and its resource', async () => {
  const fake = await start()
  const { id, code, tokens } = await signIn(fake)
  const other = await register(fake)
  const fresh = async () => (await returned(authorizeUrl(fake, id))).code ?? ''
  for (const [client, changes, error] of [
    [other.client_id, {}, 'invalid_grant'],
    ['nobody', {}, 'invalid_client'],
    [id, { redirect_uri: `${BACK}/` }, 'invalid_grant'],
    [id, { code_verifier: 'w'.repeat(43) }, 'invalid_grant'],
    [id, { code_verifier: 'short' }, 'invalid_request'],
    [id, { resource: 'https://other.example/mcp' }, 'invalid_target'],
    [id, { grant_type: 'password' }, 'unsupported_grant_type'],
  ] as const)
    expect(await json(redeem(fake, client, await fresh(), changes)), JSON.stringify(changes)).toMatchObject({ error })
  const bare = { grant_type: 'authorization_code', client_id: id, redirect_uri: BACK, code_verifier: VERIFIER }
  expect(await json(post(`${fake.origin}/token`, { ...bare, code: await fresh() }))).toMatchObject({ error: 'invalid_target' })
  expect((await call(fake, tokens.access_token)).status).toBe(200)
  expect(await json(redeem(fake, id, code))).toMatchObject({ error: 'invalid_grant' })
  expect((await call(fake, tokens.access_token)).status).toBe(401)
})

test('a scope that a tool needs is asked for, and narrower ones are given', async () => {
  const fake = await start({ tools: { look: null, change: 'write' }, grantedScope: 'read' })
  const { tokens, refresh } = await signIn(fake)
  expect(tokens.scope).toBe('read')
  const refused = await call(fake, tokens.access_token, 'tools/call', { name: 'change' })
  expect(refused.status).toBe(403)
  expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer error="insufficient_scope", scope="write", resource_metadata="http/)
  expect((await call(fake, tokens.access_token, 'tools/call', { name: 'look' })).status).toBe(200)
  expect(await json(refresh(tokens.refresh_token, { scope: 'read write' }))).toMatchObject({ error: 'invalid_scope' })
  // What was refused did not use it up.
  expect((await refresh(tokens.refresh_token, { scope: 'read' })).status).toBe(200)
})

test('a revoked token ends what belongs to it, and only its client may do that', async () => {
  const fake = await start()
  const { id, tokens, refresh } = await signIn(fake)
  const other = await register(fake)
  for (const [client, status] of [
    [other.client_id, 200],
    [id, 401],
  ] as const) {
    expect((await post(`${fake.origin}/revoke`, { client_id: client, token: tokens.refresh_token })).status).toBe(200)
    expect((await call(fake, tokens.access_token)).status).toBe(status)
  }
  expect(await json(refresh())).toMatchObject({ error: 'invalid_grant' })
  expect(await fake.counts()).toMatchObject({ revocations: 1, reuses: 0 })
  const { tokens: others } = await signIn(fake)
  await fake.endGrants()
  expect((await call(fake, others.access_token)).status).toBe(401)
  await fake.set({ revocation: false })
  expect((await post(`${fake.origin}/revoke`, {})).status).toBe(404)
})
