import { newId } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import {
  aLink,
  aProfile,
  aServer,
  aToken,
  createOwner,
  OWNER,
  openGuarded,
  optionsFor,
  owner,
  ownership,
  TEAM,
  tempStore,
  viewer,
} from '../testing/temp-store.ts'

test('the local owner is created with a personal team', async () => {
  const store = await tempStore()
  expect(await store.read.identity.localOwner()).toBeNull()
  const created = await store.transaction((tx) => tx.identity.createLocalOwner({ ...OWNER, email: 'Owner@Localhost' }, TEAM, 1000))
  expect(created).toEqual({ id: OWNER.id, email: 'owner@localhost', isLocalOwner: true, personalTeamId: TEAM.id })
  expect(await store.read.identity.localOwner()).toEqual(created)
})

test('profiles: insert, get by id and slug, list by name, update, delete with everything that hangs on them', async () => {
  const store = await tempStore()
  const b = aProfile({ name: 'beta', slug: 'beta' })
  const a = aProfile({ name: 'Alpha', slug: 'alpha', description: 'first', toolNaming: 'reject' })
  const server = aServer()
  await store.transaction(async (tx) => {
    await tx.profiles.insert(b)
    await tx.profiles.insert(a)
    await tx.servers.insert(server)
    await tx.links.insert(aLink(a, server, 0), 1000)
  })
  expect(await store.read.profiles.list(owner)).toEqual([a, b])
  expect(await store.read.profiles.get(owner, a.id)).toEqual(a)
  expect(await store.read.profiles.get(owner, 'beta')).toEqual(b)
  expect(await store.read.profiles.get(owner, 'gamma')).toBeNull()
  expect((await store.read.profiles.slugs()).sort()).toEqual(['alpha', 'beta'])
  await expect(store.transaction((tx) => tx.profiles.insert(aProfile({ slug: 'beta' })))).rejects.toMatchObject({ code: 'SLUG_EXISTS' })

  const updated = await store.transaction((tx) => tx.profiles.update(a.id, { name: 'Z', description: null }, 2000))
  expect(updated).toEqual({ ...a, name: 'Z', description: null, version: 2, updatedAt: 2000 })
  expect(await store.read.profiles.get(owner, a.id)).toEqual(updated)

  await store.transaction((tx) => tx.profiles.delete(a.id))
  expect(await store.read.profiles.list(owner)).toEqual([b])
  expect(await store.read.links.listAll()).toEqual([])
  expect(await store.read.servers.list(owner)).toEqual([server])
})

test('an update of a stale version changes nothing', async () => {
  const store = await tempStore()
  const profile = aProfile()
  const server = aServer()
  await store.transaction(async (tx) => {
    await tx.profiles.insert(profile)
    await tx.servers.insert(server)
    expect((await tx.profiles.update(profile.id, { name: 'one' }, 2000, 1))?.version).toBe(2)
    expect(await tx.profiles.update(profile.id, { name: 'two' }, 3000, 1)).toBeNull()
    expect(await tx.servers.update(server.id, { enabled: false }, 2000, 1)).toBe(true)
    expect(await tx.servers.update(server.id, { enabled: true }, 3000, 1)).toBe(false)
    expect(await tx.servers.update(newId<'server'>(), { enabled: true }, 3000)).toBe(false)
  })
  expect(await store.read.profiles.get(owner, profile.id)).toMatchObject({ name: 'one', version: 2, updatedAt: 2000 })
  expect(await store.read.servers.get(owner, server.id)).toMatchObject({ enabled: false, version: 2, updatedAt: 2000 })
})

test('updated_at always moves on, even when the clock does not', async () => {
  const store = await tempStore()
  const profile = aProfile()
  await store.transaction((tx) => tx.profiles.insert(profile))
  await store.transaction((tx) => tx.profiles.update(profile.id, { name: 'x' }, 1000))
  expect(await store.read.profiles.get(owner, profile.id)).toMatchObject({ updatedAt: 1001 })
})

test('servers: found by id before slug before name; names are taken per owner and without regard to case', async () => {
  const store = await tempStore()
  const first = aServer({ ...ownership, name: 'Files', slug: 'files-a' })
  const second = aServer({ ...ownership, name: 'files-a', slug: 'other' })
  await store.transaction(async (tx) => {
    await createOwner(tx)
    await tx.servers.insert(first)
    await tx.servers.insert(second)
  })
  expect(await store.read.servers.get(owner, 'files-a')).toEqual(first)
  expect(await store.read.servers.get(owner, 'FILES')).toEqual(first)
  expect(await store.read.servers.get(owner, second.id)).toEqual(second)
  expect(await store.read.servers.nameTaken(OWNER.email, 'fIlEs')).toBe(true)
  expect(await store.read.servers.nameTaken(OWNER.email, 'Files', first.id)).toBe(false)
  expect(await store.read.servers.nameTaken(null, 'Files')).toBe(false)
  const twin = aServer({ ...ownership, name: 'FILES' })
  await expect(store.transaction((tx) => tx.servers.insert(twin))).rejects.toMatchObject({ code: 'NAME_EXISTS' })

  await store.transaction((tx) => tx.servers.softDelete(first.id, 2000))
  await store.transaction((tx) => tx.servers.insert(twin))
  expect(await store.read.servers.get(owner, 'files')).toEqual(twin)
})

test('a deleted server is in no list, but keeps slug, endpoint and links; it comes back whole, or is purged with all that is its own', async () => {
  const options = optionsFor()
  const store = await tempStore(options)
  const [server, profile] = [aServer({ slug: 'gone' }), aProfile()]
  await store.transaction(async (tx) => {
    await tx.servers.insert(server)
    await tx.profiles.insert(profile)
    await tx.links.insert(aLink(profile, server, 0), 1000)
    await tx.tools.replace(server.id, [], 1000)
    await tx.servers.softDelete(server.id, 2000)
    expect(await tx.servers.update(server.id, { enabled: false }, 3000)).toBe(false)
  })
  const { read } = store
  expect(await read.servers.list(owner)).toEqual([])
  expect(await read.servers.get(owner, server.id)).toBeNull()
  expect([await read.links.listAll(), await read.links.listByProfile(profile.id)]).toEqual([[], []])
  expect(await read.links.listByServer(server.id)).toHaveLength(1)
  expect(await read.tools.listAll()).toEqual(new Map())
  expect(await read.servers.slugs()).toEqual(['gone'])
  expect(await read.servers.listDeleted(owner)).toEqual([{ ...server, version: 2, updatedAt: 2000, deletedAt: 2000 }])

  const stranger = viewer(newId<'user'>(), 'stranger@example.com')
  expect(await read.servers.listDeleted(stranger)).toEqual([])
  expect(await read.servers.getDeleted(stranger, server.id)).toBeNull()
  await store.transaction((tx) => tx.servers.purge(newId<'server'>()))
  await store.transaction((tx) => tx.servers.restore(server.id, 'Back', 3000))
  // A live one is neither restored nor purged.
  await store.transaction((tx) => tx.servers.restore(server.id, 'Again', 3500))
  await store.transaction((tx) => tx.servers.purge(server.id))
  expect(await read.servers.get(owner, 'gone')).toEqual({ ...server, name: 'Back', version: 3, updatedAt: 3000 })
  expect(await read.links.listAll()).toHaveLength(1)

  const db = openGuarded(options.path)
  const other = newId()
  db.prepare(`INSERT INTO secrets (id, name, scope, scope_id, value) VALUES (?, 'key', 'server', ?, 'v1:x')`).run(newId(), server.id)
  db.prepare(`INSERT INTO secrets (id, name, scope, scope_id, value) VALUES (?, 'key', 'server', ?, 'v1:x')`).run(other, newId())
  db.prepare(`INSERT INTO oauth_tokens (id, mcp_server_id, access_token) VALUES (?, ?, 'v1:x')`).run(newId(), server.id)
  await store.transaction((tx) => tx.tools.replace(server.id, [{ kind: 'tool', name: 'told', definition: '{}' }], 4000))
  await store.transaction((tx) => tx.servers.softDelete(server.id, 5000))
  await store.transaction((tx) => tx.servers.purge(server.id))
  const count = (sql: string) => db.prepare(sql).pluck().get()
  expect(count(`SELECT count(*) FROM secrets WHERE scope_id = '${server.id}'`)).toBe(0)
  expect(count(`SELECT count(*) FROM secrets WHERE id = '${other}'`)).toBe(1)
  expect(count('SELECT count(*) FROM oauth_tokens')).toBe(0)
  expect(count(`SELECT count(*) FROM mcp_server_tools_cache WHERE tool_name = 'told'`)).toBe(0)
  expect(count(`SELECT count(*) FROM profile_mcp_servers WHERE mcp_server_id = '${server.id}'`)).toBe(0)
  expect(count(`SELECT count(*) FROM mcp_servers WHERE id = '${server.id}'`)).toBe(0)
  db.close()
})

test('links keep the order given, and refuse a server twice', async () => {
  const store = await tempStore()
  const profile = aProfile()
  const servers = [aServer(), aServer(), aServer()] as const
  const [a, b, c] = [aLink(profile, servers[0], 0), aLink(profile, servers[1], 1), aLink(profile, servers[2], 2)]
  await store.transaction(async (tx) => {
    await tx.profiles.insert(profile)
    for (const server of servers) await tx.servers.insert(server)
    for (const link of [c, a, b]) await tx.links.insert(link, 1000)
  })
  expect(await store.read.links.listByProfile(profile.id)).toEqual([a, b, c])
  await expect(store.transaction((tx) => tx.links.insert(aLink(profile, servers[0], 9), 1000))).rejects.toMatchObject({
    code: 'ALREADY_ADDED',
  })
  await store.transaction(async (tx) => {
    await tx.links.setOrder(profile.id, [c.serverId, a.serverId, b.serverId], 2000)
    await tx.links.setActive(a.id, false, 2000)
  })
  expect(await store.read.links.listAll()).toEqual([
    { ...c, order: 0 },
    { ...a, order: 1, isActive: false },
    { ...b, order: 2 },
  ])
  expect(await store.read.links.listByServer(servers[1].id)).toEqual([{ ...b, order: 2 }])
  await store.transaction((tx) => tx.links.delete(c.id))
  expect(await store.read.links.listByProfile(profile.id)).toHaveLength(2)
})

test('tokens: own ones newest first, by id or newest of the name, with what they are limited to and when they were revoked', async () => {
  const store = await tempStore()
  const profileIds = [newId<'profile'>()]
  const old = aToken(OWNER.id, { name: 'laptop', createdAt: 1 })
  const fresh = aToken(OWNER.id, {
    name: 'laptop',
    createdAt: 2,
    profileIds,
    permissions: ['profiles.read', 'servers.read'],
    serverIds: [newId<'server'>()],
    addresses: ['127.0.0.0/8', '::1'],
    timeWindow: { days: ['mon'], from: '09:00', zone: 'Europe/Prague' },
    usageLimits: { perMinute: 3 },
    description: 'for the laptop',
    expiresAt: 5000,
  })
  await store.transaction(async (tx) => {
    await createOwner(tx)
    await tx.tokens.insert(old)
    await expect(tx.tokens.insert(fresh)).rejects.toMatchObject({ code: 'NAME_EXISTS' })
    expect(await tx.tokens.nameTaken(OWNER.id, 'laptop')).toBe(true)
    await tx.tokens.revoke(old.id, OWNER.email, 'lost', 3000)
    await tx.tokens.revoke(old.id, OWNER.email, 'again', 4000)
    expect(await tx.tokens.nameTaken(OWNER.id, 'laptop')).toBe(false)
    await tx.tokens.insert(fresh)
  })
  const { tokens } = store.read
  expect(await tokens.list(owner)).toEqual([fresh, { ...old, revokedAt: 3000 }])
  expect(await tokens.get(owner, 'laptop')).toEqual(fresh)
  expect(await tokens.get(owner, old.id)).toEqual({ ...old, revokedAt: 3000 })
  expect(await tokens.listAll()).toEqual([{ ...old, revokedAt: 3000 }, fresh])
  expect([await tokens.revokedAt(old.id), await tokens.revokedAt(fresh.id)]).toEqual([3000, null])
  const other = { ...owner, userId: newId<'user'>() }
  expect([await tokens.list(other), await tokens.get(other, fresh.id)]).toEqual([[], null])

  await store.transaction((tx) => tx.tokens.touch(new Map([[fresh.id, { at: 700, count: 3 }]])))
  await store.transaction((tx) => tx.tokens.touch(new Map([[fresh.id, { at: 600, count: 2 }]])))
  expect(await tokens.get(owner, fresh.id)).toMatchObject({ lastUsedAt: 700, usedCount: 5 })
})

test('settings keep any JSON value', async () => {
  const store = await tempStore()
  expect(await store.read.settings.get('a')).toBeUndefined()
  for (const value of [{ b: [1, null] }, 'text', 0, false, null]) {
    await store.transaction((tx) => tx.settings.set('a', value, 1000))
    expect(await store.read.settings.get('a')).toEqual(value)
  }
})

test('tools: never listed, listed without any, and listed in order, byte for byte', async () => {
  const store = await tempStore()
  const [never, none, some] = [aServer(), aServer(), aServer()]
  const tool = (name: string, more = '') => ({
    kind: 'tool' as const,
    name,
    definition: `{ "name":"${name}",${more} "x": 1.0, "\\u0061":2}`,
  })
  await store.transaction(async (tx) => {
    for (const server of [never, none, some]) await tx.servers.insert(server)
    await tx.tools.replace(none.id, [], 1000)
    await tx.tools.replace(some.id, [tool('z'), tool('old'), tool('a')], 1000)
    await tx.tools.replace(some.id, [tool('m'), tool('a', '"new":1,'), tool('z'), tool('a', '"twice":1,')], 2000)
  })
  const expected = [tool('m'), tool('a', '"new":1,'), tool('z')]
  expect(await store.read.tools.list(never.id)).toBeNull()
  expect(await store.read.tools.list(none.id)).toEqual([])
  expect(await store.read.tools.list(some.id)).toEqual(expected)
  expect(await store.read.tools.listAll()).toEqual(
    new Map([
      [none.id, []],
      [some.id, expected],
    ]),
  )
  expect(await store.read.servers.get(owner, some.id)).toMatchObject({ updatedAt: 1000, version: 1 })
})

test('the pool gives the first free entry; deleted servers keep theirs; a new port moves all', async () => {
  const store = await tempStore()
  const url = (port: number, slot: number) => `http://127.0.0.1:${port}/s/${slot}`
  const [a, b] = [aServer({ endpoint: url(4444, 1) }), aServer({ endpoint: url(4444, 2) })]
  const custom = aServer({ endpoint: 'http://gateway.internal/one' })
  await store.transaction(async (tx) => {
    expect(await tx.pool.firstFree()).toBeNull()
    expect(await tx.pool.align({ port: 4444, generated: 3, entries: null }, 1)).toBe(0)
    expect(await tx.pool.firstFree()).toBe(url(4444, 1))
    for (const server of [a, b, custom]) await tx.servers.insert(server)
    await tx.servers.softDelete(a.id, 2000)
    expect(await tx.pool.firstFree()).toBe(url(4444, 3))
    expect(await tx.pool.align({ port: 4444, generated: 3, entries: null }, 1)).toBe(0)
  })
  await store.transaction(async (tx) => {
    expect(await tx.pool.align({ port: 5555, generated: 4, entries: null }, 1)).toBe(2)
    expect(await tx.pool.firstFree()).toBe(url(5555, 3))
    expect(await tx.servers.get(owner, b.id)).toMatchObject({ endpoint: url(5555, 2), version: 1 })
    expect(await tx.servers.get(owner, custom.id)).toMatchObject({ endpoint: custom.endpoint })
    await tx.servers.insert(aServer({ endpoint: url(5555, 3) }))
    expect(await tx.pool.firstFree()).toBe(url(5555, 4))
    await tx.servers.insert(aServer({ endpoint: url(5555, 4) }))
    expect(await tx.pool.firstFree()).toBeNull()
  })
})

test('entries of one’s own come first and in their order; what is taken out retires, and generated ones that nobody has go', async () => {
  const store = await tempStore()
  const url = (port: number, slot: number) => `http://127.0.0.1:${port}/s/${slot}`
  const [held, own] = [aServer({ endpoint: url(4444, 1) }), aServer({ endpoint: 'https://a.example' })]
  const align = (entries: readonly string[] | null, port: number | null = 4444) =>
    store.transaction((tx) => tx.pool.align({ port, generated: 3, entries }, 9))
  const rows = async () => (await store.read.pool.list(owner)).map((row) => [row.url, row.position, row.retiredAt, row.holder?.id ?? null])
  await align(null)
  await store.transaction((tx) => tx.servers.insert(held))
  await align(['https://b.example', 'https://a.example'])
  expect(await rows()).toEqual([
    ['https://b.example', 0, null, null],
    ['https://a.example', 1, null, null],
    [url(4444, 1), 2, 9, held.id],
  ])
  await store.transaction((tx) => tx.servers.insert({ ...own, ownerEmail: null }))
  // Another order, one of them gone, and a generated address that somebody wrote down.
  await align(['https://c.example', url(5555, 1)])
  expect((await rows()).map(([address, at, retired]) => [address, at, retired])).toEqual([
    ['https://c.example', 0, null],
    [url(5555, 1), 1, null],
    ['https://b.example', 2, 9],
    ['https://a.example', 3, 9],
    [url(4444, 1), 4, 9],
  ])
  // The port moves there: the written one stands for the slot, and its server goes along.
  expect(await align(['https://c.example', url(5555, 1)], 5555)).toBe(1)
  expect(await store.read.servers.get(owner, held.id)).toMatchObject({ endpoint: url(5555, 1) })
  expect((await rows()).map(([address]) => address)).toEqual(['https://c.example', url(5555, 1), 'https://b.example', 'https://a.example'])
  // A single command that is told entries does not know the port.
  expect(await align(['https://c.example', url(5555, 1)], null)).toBe(0)
  expect(await store.read.servers.get(owner, held.id)).toMatchObject({ endpoint: url(5555, 1) })
  // Back to generated ones: nobody loses an address.
  await align(null, 5555)
  expect((await rows()).filter(([, , retired]) => retired === null).map(([address]) => address)).toEqual(
    [1, 2, 3].map((slot) => url(5555, slot)),
  )
  expect(await store.read.servers.get(owner, own.id)).toMatchObject({ endpoint: 'https://a.example' })
  // A second time changes nothing.
  const before = await rows()
  expect(await align(null, 5555)).toBe(0)
  expect(await rows()).toEqual(before)
})
