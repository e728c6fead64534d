import type { ServerRecord, StoreWriter } from '@local-mcp/core'
import { newId, type ProfileId } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { getTableName, is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openConnection } from '../file/connection.ts'
import { migrateDatabase } from '../open-database.ts'
import { createWriter } from '../repositories/repositories.ts'
import * as schema from '../schema/index.ts'
import { fillEveryTable } from '../testing/fill-every-table.ts'
import { aGrant, anAccount, aRegistration, aSignIn, someTerms } from '../testing/oauth-rows.ts'
import {
  aKey,
  aLink,
  aProfile,
  aSecret,
  aServer,
  aToken,
  createOwner,
  OWNER,
  openGuarded,
  optionsFor,
  owner,
  ownership,
  tempStore,
} from '../testing/temp-store.ts'
import { CHECKSUM_COLUMN, damagedKeys, protectedTables } from './row-checksum.ts'

/** Why a table goes without checksums. A new table must be named here or carry the column. */
const UNPROTECTED: Record<string, string> = {
  app_locks: 'leases of minutes',
  backups: 'made anew from the folder; each backup has its own checksum',
  catalog_servers: 'fetched again',
  catalogs: 'no writer yet',
  client_connections: 'no writer yet',
  debug_logs: 'traffic that decides nothing',
  endpoint_pool: 'made anew at each start',
  import_runs: 'a record that decides nothing',
  interceptors: 'no writer yet',
  mcp_server_sources: 'no writer yet',
  mcp_server_history: 'what was, which decides nothing',
  oauth_sessions: 'sign-ins of minutes',
  profile_slug_history: 'no writer yet',
  sources: 'no writer yet',
  token_usage_logs: 'a record that decides nothing',
  tool_metrics: 'numbers that decide nothing',
}

async function filled() {
  const options = optionsFor()
  await migrateDatabase(options)
  const db = openGuarded(options.path)
  onTestFinished(() => {
    db.close()
  })
  fillEveryTable(db)
  return { options, db }
}

/** Keys of damaged rows by table, as the doctor sees them. */
function damaged(path: string): Record<string, string[]> {
  const db = openConnection(path)
  const found = protectedTables(db).map((table) => [table.name, damagedKeys(db, table)] as const)
  db.close()
  return Object.fromEntries(found.filter(([, keys]) => keys.length > 0))
}

test('every table is protected, or named here with a reason', async () => {
  const { db } = await filled()
  const tables = Object.values(schema)
    .filter((value) => is(value, SQLiteTable))
    .map((table) => getTableName(table))
  const guarded = protectedTables(db).map((table) => table.name)
  expect([...guarded, ...Object.keys(UNPROTECTED)].sort()).toEqual(tables.sort())
  for (const needed of ['profiles', 'mcp_servers', 'profile_mcp_servers', 'email_api_tokens', 'token_revocations', 'secrets']) {
    expect(guarded).toContain(needed)
  }
})

test('a change of any column is noticed, but of those that are listed as observed', async () => {
  const { options, db } = await filled()
  const unnoticed: string[] = []
  const plain = new Database(options.path)
  plain.pragma('ignore_check_constraints = ON')
  plain.pragma('foreign_keys = OFF')
  for (const { name, key } of protectedTables(db)) {
    for (const { name: column, type } of plain
      .prepare<[string], { name: string; type: string }>('SELECT name, type FROM pragma_table_info(?)')
      .all(name)) {
      const row = plain
        .prepare<[], { value: unknown; key: string }>(
          `SELECT "${column}" AS value, "${key}" AS key FROM "${name}" ORDER BY rowid LIMIT 1 OFFSET 1`,
        )
        .get()
      expect(row?.value, `${name}.${column} has a value to damage`).not.toBeNull()
      plain.exec('BEGIN')
      // Without the triggers of the file, so that only this one column changes.
      for (const trigger of plain
        .prepare<[string], string>(`SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?`)
        .pluck()
        .all(name)) {
        plain.exec(`DROP TRIGGER "${trigger}"`)
      }
      plain
        .prepare(`UPDATE "${name}" SET "${column}" = ? WHERE "${key}" = ?`)
        .run(/^INT/.test(type) ? Number(row?.value) + 10 : `${row?.value} `, row?.key)
      plain.exec('COMMIT')
      const found = damagedKeys(db, protectedTables(db).find((table) => table.name === name) as never)
      if (found.length === 0) unnoticed.push(`${name}.${column}`)
      plain.prepare(`UPDATE "${name}" SET "${column}" = ? WHERE "${key}" = ?`).run(row?.value, column === key ? `${row?.key} ` : row?.key)
      expect(damagedKeys(db, protectedTables(db).find((table) => table.name === name) as never)).toEqual([])
    }
  }
  plain.close()
  const listed = Object.entries(schema.OBSERVED_COLUMNS).flatMap(([table, columns]) => columns.map((column) => `${table}.${column}`))
  expect(unnoticed.sort()).toEqual(listed.sort())
})

test('a row of NULL checksum, of another table or with text in place of a number is damaged', async () => {
  const { options, db } = await filled()
  const plain = new Database(options.path)
  plain.exec(`UPDATE token_revocations SET ${CHECKSUM_COLUMN} = NULL WHERE rowid = 1`)
  plain.exec(`UPDATE email_teams SET ${CHECKSUM_COLUMN} = (SELECT ${CHECKSUM_COLUMN} FROM email_users WHERE rowid = 2) WHERE rowid = 2`)
  plain.close()
  expect(Object.keys(damaged(options.path))).toEqual(['email_teams', 'token_revocations'])
  const [users] = protectedTables(db).filter((table) => table.name === 'email_users')
  const of = (value: string) => db.prepare(`SELECT lmg_row_checksum('t a b', ${value}, 'x')`).pluck().get()
  expect(new Set([of('1'), of(`'1'`), of(`x'31'`), of('1.5'), of('NULL'), of(`'1;b=t1:x'`)]).size).toBe(6)
  expect(users?.columns).not.toContain('last_login')
})

test('no method of the store leaves a row without its checksum', async () => {
  const options = optionsFor()
  const store = await tempStore(options)
  const probe = openGuarded(options.path)
  const expected = Object.entries(createWriter(probe, () => {})).flatMap(([name, repository]) =>
    Object.keys(repository).map((method) => `${name}.${method}`),
  )
  probe.close()
  const called = new Set<string>()
  const watch = (tx: StoreWriter): StoreWriter =>
    new Proxy(tx, {
      get: (target, name: string) =>
        new Proxy(Reflect.get(target, name), {
          get(repository, method: string) {
            called.add(`${name}.${method}`)
            return Reflect.get(repository, method)
          },
        }),
    })
  const profile = aProfile(ownership)
  const [one, two] = [aServer(ownership), aServer(ownership)]
  const token = aToken(OWNER.id)
  const link = aLink(profile, one, 0)
  const step = async (work: (tx: StoreWriter) => Promise<unknown>) => {
    await store.transaction((tx) => work(watch(tx)))
    expect(damaged(options.path)).toEqual({})
  }
  await step((tx) => createOwner(tx))
  await step((tx) => tx.profiles.insert(profile))
  await step((tx) => tx.servers.insert(one))
  await step((tx) => tx.servers.insert(two))
  await step((tx) => tx.links.insert(link, 1))
  await step((tx) => tx.links.insert(aLink(profile, two, 1), 1))
  await step((tx) => tx.tokens.insert(token))
  await step((tx) => tx.settings.set('a', { b: 1 }, 1))
  await step((tx) => tx.settings.set('a', null, 2))
  await step((tx) => tx.pool.align({ port: 4000, generated: 3, entries: null }, 1))
  await step((tx) => tx.pool.firstFree())
  const inPool = aServer({ ...ownership, endpoint: 'http://127.0.0.1:4000/s/1' })
  await step((tx) => tx.servers.insert(inPool))
  await step((tx) => tx.pool.align({ port: 4001, generated: 3, entries: null }, 1))
  await step((tx) => tx.profiles.update(profile.id, { name: 'New' }, 5))
  await step((tx) => tx.servers.update(one.id, { enabled: false, config: { command: 'x', args: [], env: {} } }, 5))
  await step((tx) => tx.links.setActive(link.id, false, 6))
  await step((tx) => tx.links.setOrder(profile.id, [two.id, one.id], 6))
  const secret = { ...aSecret('s'), id: newId<'secret'>() }
  await step((tx) => tx.secrets.insert(secret))
  await step((tx) => tx.secrets.replace(secret.id, { value: 'v1:b', hint: null }, 6))
  await step((tx) => tx.secrets.touch(new Map([[secret.id, 9]])))
  const key = aKey()
  await step((tx) => tx.keys.insert(key))
  await step((tx) => tx.keys.rewrap(key.id, { wrappedKey: 'v1:c', wrapMethod: 'file', kdf: { path: '/x' } }))
  await step((tx) => tx.keys.retire(key.id, 7))
  await step((tx) => tx.keys.delete(aKey().id))
  await step((tx) => tx.keys.reseal({ table: 'secrets', column: 'value', rowId: secret.id }, 'v1:d'))
  await step((tx) => tx.tools.replace(one.id, [{ kind: 'tool', name: 't', definition: '{}' }], 7))
  await step((tx) => tx.tools.replace(one.id, [{ kind: 'tool', name: 't', definition: '{"name":"t"}' }], 7))
  await step((tx) => tx.tools.accept(one.id, { kind: 'tool', name: 't' }, 8))
  await step((tx) => tx.toolChoices.switchAtServer(one.id, 't', false, 8))
  await step((tx) => tx.toolChoices.switchAtLink(link.id, 't', false, 8))
  await step((tx) => tx.toolChoices.customize(link.id, 't', { name: 'u', description: null, inputSchema: {} }, true, 8))
  await step((tx) => tx.links.setToolPolicy(link.id, 'allowlist', 8))
  const account = anAccount(one.id)
  const other = anAccount(one.id, { name: 'other', isDefault: false })
  const grant = aGrant(account)
  const terms = someTerms()
  const registration = aRegistration(one.id, { id: terms.registrationId })
  const renewed = { accessToken: 'v1:n', refreshToken: 'v1:m', tokenType: 'Bearer', expiresAt: 9, scope: null }
  await step((tx) => tx.oauth.insertAccount(account))
  await step((tx) => tx.oauth.insertAccount(other))
  await step((tx) => tx.oauth.renameAccount(other.id, 'another', 8))
  await step((tx) => tx.oauth.makeDefault(other, 8))
  await step((tx) => tx.links.setAccount(link.id, account.id, 8))
  await step((tx) => tx.oauth.putRegistration(registration))
  await step((tx) => tx.oauth.putGrant(grant, terms))
  await step((tx) => tx.oauth.beginRenewal(account.id, 'v1:r'))
  await step((tx) => tx.oauth.endRenewal(account.id, renewed, 9))
  await step((tx) => tx.oauth.failGrant(account.id, 'refused'))
  await step((tx) => tx.oauth.setConfig(one.id, { scopes: 'a' }, 9))
  const signIn = aSignIn(account)
  await step((tx) => tx.oauth.insertSignIn(signIn))
  await step((tx) => tx.oauth.useSignIn(signIn.stateHash, 9))
  await step((tx) => tx.leases.take('l', { pid: 1, id: 'h' }, 9, 10, () => true))
  await step((tx) => tx.leases.release('l', { pid: 1, id: 'h' }))
  await step(async (tx) => {
    await tx.oauth.accounts()
    await tx.oauth.account(account.id)
    await tx.oauth.grant(account.id)
    await tx.oauth.grants()
    await tx.oauth.registrations(one.id)
    await tx.oauth.registration(registration.id)
    await tx.oauth.signIn(signIn.stateHash)
    await tx.oauth.config(one.id)
    await tx.oauth.purgeSignIns(0)
  })
  await step((tx) => tx.oauth.deleteGrant(account.id))
  await step((tx) => tx.oauth.deleteRegistration(registration.id))
  await step((tx) => tx.oauth.deleteAccount(account.id))
  await step((tx) => tx.tokens.touch(new Map([[token.id, { at: 9, count: 1 }]])))
  await step((tx) => tx.tokens.revoke(token.id, 'me', null, 9))
  await step(async (tx) => {
    await tx.profiles.list(owner)
    await tx.profiles.get(owner, profile.id)
    await tx.profiles.slugs()
    await tx.servers.list(owner)
    await tx.servers.get(owner, one.id)
    await tx.servers.listDeleted(owner)
    await tx.servers.getDeleted(owner, one.id)
    await tx.servers.slugs()
    await tx.pool.list(owner)
    await tx.sources.list(owner)
    await tx.sources.get(owner, 'x')
    await tx.sources.nameTaken(null, 'x')
    await tx.sources.users()
    await tx.servers.nameTaken(null, 'x')
    await tx.links.listAll()
    await tx.links.listByProfile(profile.id)
    await tx.links.listByServer(one.id)
    await tx.tokens.list(owner)
    await tx.tokens.get(owner, token.id)
    await tx.tokens.listAll()
    await tx.tokens.revokedAt(token.id)
    await tx.tokens.nameTaken(OWNER.id, 'x')
    await tx.tokenUsage.insert([])
    await tx.tokenUsage.purge(0, 1, 1)
    await tx.tokenUsage.stats(token.id)
    await tx.tokenUsage.list(token.id, 1, null)
    await tx.tokenUsage.countSince(token.id, 0)
    await tx.settings.get('a')
    await tx.tools.list(one.id)
    await tx.tools.listAll()
    await tx.tools.pins()
    await tx.tools.changes(one.id)
    await tx.tools.countChanges()
    await tx.toolChoices.ofServers()
    await tx.toolChoices.ofLinks()
    await tx.identity.localOwner()
    await tx.secrets.list()
    await tx.secrets.get('global', null, 's')
    await tx.keys.list()
    await tx.keys.sealed()
    await tx.keys.countSealed()
  })
  await step((tx) => tx.secrets.delete(secret.id))
  const source = {
    id: newId<'source'>(),
    name: 'S',
    type: 'generic',
    metadata: { a: 'b' },
    sealed: null,
    createdAt: 1,
    updatedAt: 1,
    ...ownership,
  } as const
  await step((tx) => tx.sources.insert({ ...source, visibility: 'private' }))
  await step((tx) => tx.servers.setSources(one.id, [source.id]))
  await step((tx) => tx.sources.update(source.id, { name: 'T' }, 5, 1))
  await step((tx) => tx.servers.loseSource(one.id, 'T'))
  await step((tx) => tx.sources.delete(source.id))
  await step((tx) => tx.links.delete(link.id))
  await step((tx) => tx.servers.softDelete(two.id, 10))
  await step((tx) => tx.servers.restore(two.id, 'Back', 11))
  await step((tx) => tx.servers.softDelete(two.id, 12))
  await step((tx) => tx.servers.purge(two.id))
  await step((tx) => tx.profiles.delete(profile.id))
  expect([...called].sort()).toEqual(expected.sort())
})

test('what a foreign key or the trigger of a table changes has its checksum too', async () => {
  const { options, db } = await filled()
  db.exec(`UPDATE email_users SET email = 'new@example.com' WHERE rowid = 2`)
  expect(db.prepare(`SELECT count(*) FROM profiles WHERE owner_email = 'new@example.com'`).pluck().get()).toBe(1)
  db.exec('UPDATE catalog_servers SET name = name; DELETE FROM catalog_servers')
  expect(db.prepare('SELECT count(catalog_server_id) FROM mcp_servers').pluck().get()).toBe(0)
  const before = db.prepare('SELECT updated_at FROM profiles WHERE rowid = 1').pluck().get()
  db.exec(`UPDATE profiles SET description = 'x' WHERE rowid = 1`)
  expect(db.prepare('SELECT updated_at FROM profiles WHERE rowid = 1').pluck().get()).not.toBe(before)
  expect(damaged(options.path)).toEqual({})
})

test('a row that brings its checksum along keeps its time of change', async () => {
  const { db } = await filled()
  const before = db.prepare<[], Record<string, unknown>>('SELECT * FROM gateway_settings ORDER BY rowid LIMIT 1').get() ?? {}
  db.exec('DELETE FROM gateway_settings')
  db.prepare('INSERT INTO gateway_settings (key, value, updated_at, row_checksum) VALUES (@key, @value, @updated_at, @row_checksum)').run(
    before,
  )
  expect(db.prepare('SELECT * FROM gateway_settings').get()).toEqual(before)
})

async function withDamage() {
  const error = vi.fn()
  const logger = { debug() {}, info() {}, warn() {}, error }
  const options = optionsFor(undefined, { logger: logger as never })
  const store = await tempStore(options)
  const rows = { profiles: [aProfile(ownership), aProfile(ownership)], servers: [aServer(ownership), aServer(ownership)] } as const
  const tokens = [aToken(OWNER.id), aToken(OWNER.id)] as const
  await store.transaction(async (tx) => {
    await createOwner(tx)
    for (const [index, profile] of rows.profiles.entries()) {
      const server = rows.servers[index] as (typeof rows.servers)[0]
      await tx.profiles.insert(profile)
      await tx.servers.insert(server)
      await tx.links.insert(aLink(profile, server, 0), 1)
      await tx.tokens.insert(tokens[index] as (typeof tokens)[0])
    }
    await tx.settings.set('a', 1, 1)
    await tx.settings.set('b', 1, 1)
  })
  const damage = (table: string, change: string) => {
    const plain = new Database(options.path)
    plain.exec(`UPDATE ${table} SET ${change}`)
    plain.close()
  }
  return { store, options, rows, tokens, damage, error }
}

test('lists go on without a damaged row and report it once; asking for it by name says which it is', async () => {
  const { store, rows, tokens, damage, error } = await withDamage()
  const [bad, good] = rows.profiles
  damage('profiles', `name = 'Other', updated_at = updated_at WHERE id = '${bad.id}'`)
  damage('mcp_servers', `config = '{"command":"evil"}' WHERE id = '${rows.servers[0].id}'`)
  damage('profile_mcp_servers', `"order" = 7 WHERE profile_id = '${bad.id}'`)
  damage('email_api_tokens', `resource_scopes = '["*"]' WHERE id = '${tokens[0].id}'`)
  damage('gateway_settings', `value = '2' WHERE key = 'a'`)
  expect((await store.read.profiles.list(owner)).map((row) => row.id)).toEqual([good.id])
  expect((await store.read.servers.list(owner)).map((row) => row.id)).toEqual([rows.servers[1].id])
  expect((await store.read.links.listAll()).map((row) => row.profileId)).toEqual([good.id])
  expect((await store.read.tokens.listAll()).map((row) => row.id)).toEqual([tokens[1].id])
  expect(await store.read.profiles.list(owner)).toHaveLength(1)
  expect(error.mock.calls.map(([, data]) => data.table).sort()).toEqual([
    'email_api_tokens',
    'mcp_servers',
    'profile_mcp_servers',
    'profiles',
  ])
  for (const [look, table] of [
    [() => store.read.profiles.get(owner, bad.id), 'profiles'],
    [() => store.read.servers.get(owner, rows.servers[0].id), 'mcp_servers'],
    [() => store.read.tokens.get(owner, tokens[0].id), 'email_api_tokens'],
    [() => store.read.settings.get('a'), 'gateway_settings'],
  ] as const) {
    await expect(look()).rejects.toMatchObject({ code: 'DATABASE_CORRUPT', message: expect.stringContaining(table) })
  }
  expect(await store.read.settings.get('b')).toBe(1)
})

test('damage never gets a checksum of its own, but can be deleted or replaced whole', async () => {
  const { store, options, rows, damage } = await withDamage()
  const { id } = rows.profiles[0]
  damage('profiles', `visibility = 'public' WHERE id = '${id}'`)
  damage('gateway_settings', `value = '2' WHERE key = 'a'`)
  await expect(store.transaction((tx) => tx.profiles.update(id, { name: 'x' }, 9))).rejects.toMatchObject({
    code: 'DATABASE_CORRUPT',
    message: expect.stringContaining(`profiles ${id}`),
  })
  expect(damaged(options.path)).toEqual({ gateway_settings: ['a'], profiles: [id] })
  await store.transaction((tx) => tx.settings.set('a', 3, 9))
  expect(await store.read.settings.get('a')).toBe(3)
  await store.transaction((tx) => tx.profiles.delete(id as ProfileId))
  expect(damaged(options.path)).toEqual({})
})

test('a damaged server does not keep a gateway on another port from starting', async () => {
  const { store, damage } = await withDamage()
  const [bad, good] = [1, 2].map((slot) => aServer({ ...ownership, endpoint: `http://127.0.0.1:4000/s/${slot}` })) as [
    ServerRecord,
    ServerRecord,
  ]
  await store.transaction(async (tx) => {
    await tx.pool.align({ port: 4000, generated: 3, entries: null }, 1)
    await tx.servers.insert(bad)
    await tx.servers.insert(good)
  })
  damage('mcp_servers', `name = 'x' WHERE id = '${bad.id}'`)
  expect(await store.transaction((tx) => tx.pool.align({ port: 4001, generated: 3, entries: null }, 1))).toBe(1)
  expect(await store.read.servers.get(owner, good.id)).toMatchObject({ endpoint: 'http://127.0.0.1:4001/s/2' })
})

test('a damaged account or membership lets nobody in', async () => {
  const { store, damage } = await withDamage()
  damage('email_users', `full_name = 'x'`)
  await expect(store.read.identity.localOwner()).rejects.toMatchObject({
    code: 'DATABASE_CORRUPT',
    message: expect.stringContaining('email_users'),
  })
  const member = { ...owner, isLocalOwner: false, email: 'else@example.com' }
  await store.transaction((tx) => tx.profiles.insert(aProfile({ ...ownership, ownerEmail: null, visibility: 'team' })))
  expect(await store.read.profiles.list(member)).toHaveLength(1)
  damage('email_team_members', `role = 'member'`)
  expect(await store.read.profiles.list(member)).toHaveLength(0)
})

test('a revoked token stays revoked when the record of it is damaged', async () => {
  const { store, tokens, damage } = await withDamage()
  await store.transaction((tx) => tx.tokens.revoke(tokens[0].id, 'me', null, 5))
  damage('token_revocations', `revoked_at = 6`)
  expect((await store.read.tokens.listAll()).filter(({ revokedAt }) => revokedAt === null).map((row) => row.id)).toEqual([tokens[1].id])
})
