import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuthorizationClient, createAccessKeeper, type GrantRecord, type GrantTerms, RenewalError, type Vault } from '@local-mcp/core'
import { openStore } from '@local-mcp/database'
import { newId, type ServerId, silentLogger, systemClock } from '@local-mcp/kernel'
import { expect, onTestFinished, test } from 'vitest'

const config = { url: 'https://mcp.example/mcp', headers: {}, allowPrivateNetwork: true }
const granted = (name: string) => ({
  accessToken: name,
  refreshToken: `r-${name}`,
  tokenType: 'Bearer',
  lifetimeMs: 3_600_000,
  scope: null,
})

/** Something that is waited for. */
function later<Value>() {
  let resolve = (_: Value) => {}
  let reject = (_: unknown) => {}
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** A server with two accounts that are signed in, and what keeps them so. */
async function setUp(
  refresh: AuthorizationClient['refresh'],
  more: { open?: Vault['open']; url?: () => string | undefined; elapsed?: () => number } = {},
) {
  const dir = mkdtempSync(join(tmpdir(), 'lmg-races-'))
  const store = await openStore({ path: join(dir, 'db.sqlite'), appVersion: 'test', clock: systemClock, logger: silentLogger })
  onTestFinished(async () => {
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const vault: Vault = { seal: async (text) => `v1:${text}`, open: more.open ?? (async (sealed) => sealed.slice(3)) }
  const now = Date.now()
  const registrationId = newId<'registration'>()
  const serverId: ServerId = newId<'server'>()
  const terms: GrantTerms = {
    origin: 'https://mcp.example',
    issuer: 'https://auth.example',
    tokenEndpoint: 'https://auth.example/token',
    revocationEndpoint: 'https://auth.example/revoke',
    authMethods: null,
    namesIssuer: false,
    resource: null,
    registrationId,
  }
  const account = (name: string, isDefault: boolean) =>
    ({ id: newId<'account'>(), serverId, name, isDefault, terms: null, renewal: null, createdAt: now }) as const
  const [first, other] = [account('first', true), account('other', false)]
  const grantOf = ({ id }: typeof first, name: string): GrantRecord => ({
    id,
    serverId,
    accessToken: `v1:${name}`,
    refreshToken: `v1:r-${name}`,
    tokenType: 'Bearer',
    expiresAt: now + 3_600_000,
    scope: null,
    issuer: terms.issuer,
    lastRefreshAt: null,
    lastError: null,
    createdAt: now,
  })
  await store.transaction(async (tx) => {
    const endpoint = 'http://127.0.0.1:1/s/1'
    await tx.servers.insert({
      id: serverId,
      name: 's',
      slug: 's',
      type: 'remote_http',
      config,
      apiKey: null,
      enabled: true,
      toolPolicy: 'all',
      approvedSha256: null,
      endpoint,
      sources: [],
      lostSources: [],
      timeoutMs: 30_000,
      keepAlive: false,
      presetId: null,
      teamId: null,
      ownerEmail: null,
      visibility: 'private',
      version: 1,
      createdAt: now,
      updatedAt: now,
    })
    await tx.oauth.putRegistration({
      id: registrationId,
      serverId,
      issuer: terms.issuer,
      clientId: 'c',
      clientSecret: null,
      redirectUri: 'http://127.0.0.1/',
      secretExpiresAt: null,
      origin: 'dcr',
      createdAt: now,
    })
    for (const one of [first, other]) {
      await tx.oauth.insertAccount(one)
      await tx.oauth.putGrant(grantOf(one, one.name), terms)
    }
  })
  const revoked: string[] = []
  const client = {
    refresh,
    settle: async () => {},
    revoke: async (...[, , , token]: Parameters<AuthorizationClient['revoke']>) => revoked.push(token) > 0,
  } as unknown as AuthorizationClient
  const keeper = await createAccessKeeper({
    store,
    vault,
    clock: systemClock,
    client,
    logger: silentLogger,
    configOf: () => {
      const url = more.url ? more.url() : config.url
      return url === undefined ? undefined : { ...config, url }
    },
    onChanged: () => {},
    ...(more.elapsed ? { elapsed: more.elapsed } : {}),
  })
  /** What the end of a sign-in does. */
  const signInAs = async (name: string) => {
    await store.transaction((tx) => tx.oauth.putGrant(grantOf(first, name), terms))
    keeper.forget(first.id)
  }
  return { store, keeper, serverId, first, other, revoked, signInAs, registrationId }
}

test('the refusal of a renewal says nothing about the sign-in that came after it', async () => {
  const answer = later<never>()
  const asked = later<void>()
  const { keeper, store, first, signInAs, serverId } = await setUp(() => {
    asked.resolve()
    return answer.promise
  })
  const renewing = keeper.renewNow(first.id).catch((error: Error) => error.message)
  await asked.promise
  await signInAs('somebody')
  answer.reject(new RenewalError('refused', 'invalid_grant'))
  await renewing
  expect(await store.read.oauth.grant(first.id)).toMatchObject({ accessToken: 'v1:somebody', lastError: null })
  expect(await keeper.current(serverId, null)).toBe('somebody')
})

test('what a renewal brings after another sign-in is used by nobody, and given back', async () => {
  const answer = later<ReturnType<typeof granted>>()
  const asked = later<void>()
  const { keeper, first, signInAs, serverId, revoked } = await setUp(() => {
    asked.resolve()
    return answer.promise
  })
  const renewing = keeper.renewNow(first.id).catch((error: Error) => error.message)
  await asked.promise
  await signInAs('somebody')
  answer.resolve(granted('late'))
  await renewing
  expect(await keeper.current(serverId, null)).toBe('somebody')
  expect(revoked).toEqual(['r-late'])
})

test('a token that was being opened while somebody signed out is not used afterwards', async () => {
  const gate = later<void>()
  let slow = true
  const { keeper, store, first, serverId } = await setUp(async () => granted('x'), {
    async open(sealed) {
      if (slow) {
        slow = false
        await gate.promise
      }
      return sealed.slice(3)
    },
  })
  const waiting = Promise.resolve(keeper.current(serverId, null))
  await store.transaction((tx) => tx.oauth.deleteGrant(first.id))
  keeper.forget(first.id)
  gate.resolve()
  expect(await waiting).toBeNull()
  expect(await keeper.current(serverId, null)).toBeNull()
})

test('an account that is named and gone is nobody, also in the middle of a call', async () => {
  const { keeper, store, other, serverId } = await setUp(async () => granted('x'))
  expect(await keeper.current(serverId, other.id)).toBe('other')
  await store.transaction((tx) => tx.oauth.deleteAccount(other.id))
  keeper.forget(other.id)
  await keeper.reload()
  expect(await keeper.current(serverId, other.id)).toBeNull()
  const challenge = { status: 401, resourceMetadataUrl: null, scope: null, error: null } as const
  expect(await keeper.refused(serverId, other.id, 'other', challenge)).toBeNull()
  expect(await keeper.current(serverId, null)).toBe('first')
})

test('a refusal of the former token, however late, gives the present one and renews nothing', async () => {
  let renewals = 0
  const { keeper, serverId } = await setUp(async () => granted(`new-${++renewals}`))
  const challenge = { status: 401, resourceMetadataUrl: null, scope: null, error: null } as const
  expect(await keeper.current(serverId, null)).toBe('first')
  expect(await keeper.refused(serverId, null, 'first', challenge)).toBe('new-1')
  for (let i = 0; i < 3; i++) expect(await keeper.refused(serverId, null, 'first', challenge)).toBe('new-1')
  expect(renewals).toBe(1)
})

test('a token goes to no other address than the one that was signed in to', async () => {
  let url = config.url
  const { keeper, serverId, first } = await setUp(async () => granted('x'), { url: () => url })
  expect(await keeper.current(serverId, null)).toBe('first')
  url = 'https://evil.example/mcp'
  const refused = { code: 'AUTH_REQUIRED' }
  const challenge = { status: 401, resourceMetadataUrl: null, scope: null, error: null } as const
  await expect(Promise.resolve(keeper.current(serverId, null))).rejects.toMatchObject(refused)
  await expect(keeper.refused(serverId, null, 'first', challenge)).rejects.toMatchObject(refused)
  await expect(keeper.renewNow(first.id)).rejects.toMatchObject(refused)
  url = 'https://mcp.example/other'
  expect(await keeper.current(serverId, null)).toBe('first')
})

test('a server that is gone for now keeps its sign-in', async () => {
  const { keeper, store, first, registrationId } = await setUp(async () => granted('x'), { url: () => undefined })
  await keeper.tend(0)
  await expect(keeper.renewNow(first.id)).rejects.toMatchObject({ code: 'OAUTH_UNREACHABLE' })
  expect(await store.read.oauth.grant(first.id)).toMatchObject({ lastError: null })
  expect(await store.read.oauth.registration(registrationId)).not.toBeNull()
})
