import { expect, test } from 'vitest'
import { aGrant, anAccount, aRegistration, aSignIn, someTerms } from '../testing/oauth-rows.ts'
import { aLink, aProfile, aServer, openGuarded, optionsFor, tempStore } from '../testing/temp-store.ts'

const never = () => false
const always = () => true

test('accounts, what they were granted, and what is forgotten with them', async () => {
  const store = await tempStore()
  const [server, profile] = [aServer(), aProfile()]
  const [first, second] = [anAccount(server.id, { name: 'Work' }), anAccount(server.id, { name: 'home', isDefault: false })]
  const link = aLink(profile, server, 0)
  const terms = someTerms()
  await store.transaction(async (tx) => {
    await tx.servers.insert(server)
    await tx.profiles.insert(profile)
    await tx.links.insert(link, 1)
    await tx.oauth.insertAccount(first)
    await tx.oauth.insertAccount(second)
    await tx.links.setAccount(link.id, second.id, 2)
    await tx.oauth.putGrant(aGrant(first), terms)
    await tx.oauth.putGrant(aGrant(second), terms)
  })
  expect(await store.read.oauth.accounts(server.id)).toEqual([
    { ...first, terms },
    { ...second, terms },
  ])
  expect((await store.read.oauth.grants()).map(({ id }) => id).sort()).toEqual([first.id, second.id].sort())
  await store.transaction((tx) => tx.oauth.makeDefault(second, 3))
  expect((await store.read.oauth.accounts(server.id)).map(({ name, isDefault }) => [name, isDefault])).toEqual([
    ['home', true],
    ['Work', false],
  ])
  await store.transaction((tx) => tx.oauth.deleteAccount(second.id))
  expect((await store.read.links.listByServer(server.id))[0]).toEqual({ ...link, accountId: null })
  expect(await store.read.oauth.grant(second.id)).toBeNull()
  expect(await store.read.oauth.grant(first.id)).toEqual(aGrant(first))
  await store.transaction((tx) => tx.oauth.deleteGrant(first.id))
  expect(await store.read.oauth.account(first.id)).toEqual({ ...first, isDefault: false })
  expect(await store.read.oauth.grant(first.id)).toBeNull()
})

test('a renewal is noted, and ends with new tokens, with none, or with the end of the grant', async () => {
  const store = await tempStore()
  const server = aServer()
  const account = anAccount(server.id)
  const renewed = { accessToken: 'v1:new', refreshToken: 'v1:newer', tokenType: 'Bearer', expiresAt: 9000, scope: 'read write' }
  await store.transaction(async (tx) => {
    await tx.servers.insert(server)
    await tx.oauth.insertAccount(account)
    await tx.oauth.putGrant(aGrant(account), someTerms())
    await tx.oauth.beginRenewal(account.id, 'v1:journal')
  })
  expect((await store.read.oauth.account(account.id))?.renewal).toBe('v1:journal')
  await store.transaction((tx) => tx.oauth.endRenewal(account.id, null, 5))
  expect((await store.read.oauth.account(account.id))?.renewal).toBeNull()
  expect(await store.read.oauth.grant(account.id)).toEqual(aGrant(account))
  await store.transaction((tx) => tx.oauth.endRenewal(account.id, renewed, 6))
  expect(await store.read.oauth.grant(account.id)).toEqual(aGrant(account, { ...renewed, lastRefreshAt: 6 }))
  await store.transaction((tx) => tx.oauth.failGrant(account.id, 'refused'))
  expect(await store.read.oauth.grant(account.id)).toMatchObject({ lastError: 'refused', refreshToken: 'v1:newer' })
})

test('a server has one client at each authorization server, and one sign-in is used once', async () => {
  const options = optionsFor()
  const store = await tempStore(options)
  const server = aServer()
  const account = anAccount(server.id)
  const [old, fresh, other] = [
    aRegistration(server.id),
    aRegistration(server.id),
    aRegistration(server.id, { issuer: 'https://b.example' }),
  ]
  const signIn = aSignIn(account)
  await store.transaction(async (tx) => {
    await tx.servers.insert(server)
    await tx.oauth.insertAccount(account)
    for (const one of [old, other, fresh]) await tx.oauth.putRegistration(one)
    await tx.oauth.insertSignIn(signIn)
    await tx.oauth.useSignIn(signIn.stateHash, 7)
    await tx.oauth.useSignIn(signIn.stateHash, 8)
    await tx.oauth.setConfig(server.id, { scopes: 'a b' }, 3)
  })
  expect((await store.read.oauth.registrations(server.id)).map(({ id }) => id).sort()).toEqual([fresh.id, other.id].sort())
  expect(await store.read.oauth.registration(fresh.id)).toEqual(fresh)
  expect(await store.read.oauth.signIn(signIn.stateHash)).toEqual({ ...signIn, usedAt: 7 })
  expect(await store.read.oauth.config(server.id)).toEqual({ scopes: 'a b' })
  await store.transaction((tx) => tx.oauth.purgeSignIns(2001))
  expect(await store.read.oauth.signIn(signIn.stateHash)).toBeNull()
  const db = openGuarded(options.path)
  for (const change of [
    `UPDATE oauth_accounts SET renewal = 'in the clear'`,
    `UPDATE oauth_client_registrations SET client_secret = 'in the clear'`,
  ])
    expect(() => db.exec(change)).toThrow(/CHECK constraint failed/)
  db.close()
})

test('a lease is held by one, until it ends, its holder is gone, or the clock was set back', async () => {
  const store = await tempStore()
  const [a, b] = [
    { pid: 1, id: 'a' },
    { pid: 2, id: 'b' },
  ]
  const take = (holder: typeof a, now: number, isAlive = always) =>
    store.transaction((tx) => tx.leases.take('one', holder, now, 100, isAlive))
  expect(await take(a, 1000)).toBe(true)
  expect(await take(a, 1001)).toBe(true)
  expect(await take(b, 1050)).toBe(false)
  expect(await take(b, 1050, never)).toBe(true)
  expect(await take(a, 1100)).toBe(false)
  expect(await take(a, 1151)).toBe(true)
  expect(await take(b, 900)).toBe(true)
  await store.transaction((tx) => tx.leases.release('one', a))
  expect(await take(a, 950)).toBe(false)
  await store.transaction((tx) => tx.leases.release('one', b))
  expect(await take(a, 950)).toBe(true)
})
