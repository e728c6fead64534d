import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AccountRecord, Store } from '@local-mcp/core'
import type { ServerId } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { migrateDatabase, type OpenOptions } from '../open-database.ts'
import { openStore } from '../store.ts'
import { aGrant, anAccount, aRegistration, someTerms } from '../testing/oauth-rows.ts'
import {
  aProfile,
  aServer,
  aToken,
  createOwner,
  fingerprint,
  OWNER,
  optionsFor,
  owner,
  schemaOf,
  tempDir,
  tempStore,
  testClock,
} from '../testing/temp-store.ts'
import { openBackups } from './open-backups.ts'

// Each starts threads and processes, which load the sources anew.
vi.setConfig({ testTimeout: 30_000 })

let options: OpenOptions
let clock: ReturnType<typeof testClock>

beforeEach(() => {
  clock = testClock()
  clock.time = Date.UTC(2026, 10, 21, 1, 2, 3, 4)
  options = optionsFor(join(tempDir(), 'data', 'gateway.db'), { clock })
})

const folder = () => join(dirname(options.path), 'backups')
const set = (store: Store, key: string, value: unknown) => store.transaction((tx) => tx.settings.set(key, value, 1))
const entries = () => readdirSync(dirname(options.path)).sort()

/** The database that a restore or reset left behind, opened again. */
async function reopened(): Promise<Store> {
  return tempStore(options)
}

async function restored(source: string): Promise<Store> {
  await openBackups(options).stageRestore(source)
  return reopened()
}

test('a backup is a whole database of its own, for this user alone, with its checksum beside it', async () => {
  const before = process.umask(0)
  onTestFinished(() => {
    process.umask(before)
  })
  const store = await tempStore(options)
  await set(store, 'mark', 'here')
  const progress: number[] = []
  const backup = await store.backups.create('manual', { onProgress: ({ totalBytes }) => progress.push(totalBytes) })
  expect(backup).toMatchObject({
    name: 'local-mcp-gateway-2026-11-21T01-02-03.004Z.db',
    path: join(folder(), 'local-mcp-gateway-2026-11-21T01-02-03.004Z.db'),
    kind: 'manual',
    createdAt: clock.time,
    missing: false,
  })
  expect(progress[0]).toBeGreaterThan(0)
  expect(readdirSync(folder()).sort()).toEqual([backup.name, `${backup.name}.sha256`])
  expect(statSync(folder()).mode & 0o777).toBe(0o700)
  for (const name of readdirSync(folder())) expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600)
  const sha256 = createHash('sha256').update(readFileSync(backup.path)).digest('hex')
  expect(backup.sha256).toBe(sha256)
  expect(readFileSync(`${backup.path}.sha256`, 'utf8').split('\n')[1]).toBe(`${sha256}  ${backup.name}`)
  expect(await store.backups.list()).toEqual([backup])
  const copy = new Database(backup.path, { readonly: true })
  expect(copy.prepare(`SELECT value FROM gateway_settings WHERE key = 'mark'`).pluck().get()).toBe('"here"')
  copy.close()
})

test('two in one millisecond get two names', async () => {
  const store = await tempStore(options)
  const [one, two] = await Promise.all([store.backups.create('manual'), store.backups.create('scheduled')])
  expect(one.path).not.toBe(two.path)
  expect((await store.backups.list()).map(({ kind }) => kind).sort()).toEqual(['manual', 'scheduled'])
})

test('another folder is remembered, and a file that is gone is said to be missing', async () => {
  const store = await tempStore(options)
  const elsewhere = tempDir()
  const { path, id } = await store.backups.create('manual', { folder: join(elsewhere, 'deep', 'down') })
  expect(dirname(path)).toBe(join(elsewhere, 'deep', 'down'))
  expect(await store.backups.list()).toMatchObject([{ id, missing: false }])
  await store.backups.delete(id)
  expect(existsSync(path)).toBe(false)
  expect(await store.backups.list()).toEqual([])
  await expect(store.backups.create('manual', { folder: 'relative' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
})

test.each([
  ['a file', () => join(options.path, 'backups')],
  ['a place that cannot be made', () => '/proc/nowhere'],
])('where %s is in the way nothing is written and the store goes on', async (_, target) => {
  const store = await tempStore(options)
  await expect(store.backups.create('manual', { folder: target() })).rejects.toMatchObject({ code: 'BACKUP_UNWRITABLE' })
  await set(store, 'still', 'alive')
  expect(await store.backups.list()).toEqual([])
})

test('verifying notices one changed byte', async () => {
  const store = await tempStore(options)
  const { id, path } = await store.backups.create('manual')
  clock.time += 5000
  expect((await store.backups.verify(id)).verifiedAt).toBe(clock.time)
  expect((await store.backups.list())[0]?.verifiedAt).toBe(clock.time)
  const bytes = readFileSync(path)
  bytes[bytes.length - 100] = (bytes.at(-100) ?? 0) ^ 1
  writeFileSync(path, bytes)
  await expect(store.backups.verify(id)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
  await expect(store.backups.preview(id)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
})

test('a row that somebody else changed: the backup is kept but never called verified, and the newest verified one stays', async () => {
  const store = await tempStore(options)
  await set(store, 'mark', 'as written')
  const good = await store.backups.create('scheduled')
  const db = new Database(options.path)
  db.exec(`UPDATE gateway_settings SET value = '"changed"' WHERE key = 'mark'`)
  db.close()
  clock.time += 1
  const { id, verifiedAt } = await store.backups.create('scheduled')
  expect(verifiedAt).toBeNull()
  expect((await store.backups.list()).map((backup) => [backup.id, backup.verifiedAt])).toEqual([
    [id, null],
    [good.id, good.createdAt],
  ])
  // Also by the files alone.
  expect((await openBackups(options).list()).map((backup) => backup.verifiedAt)).toEqual([null, good.createdAt])
  await expect(store.backups.verify(id)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED', message: expect.stringContaining('1 rows') })
  expect(await store.backups.prune()).toEqual([])
  expect((await store.backups.verify(good.id)).verifiedAt).toBe(clock.time)
})

test('how many are kept is a setting; one that is damaged deletes nothing', async () => {
  const store = await tempStore(options)
  expect(await store.backups.settings()).toEqual({ keepDaily: 7, keepWeekly: 4 })
  for (let day = 0; day < 10; day += 1) {
    clock.time += 24 * 60 * 60 * 1000
    await store.backups.create('scheduled')
  }
  await store.backups.saveSettings({ keepDaily: 3, keepWeekly: 0 })
  expect(await store.backups.settings()).toEqual({ keepDaily: 3, keepWeekly: 0 })
  expect(await store.backups.prune()).toHaveLength(7)
  expect(await store.backups.list()).toHaveLength(3)
  await expect(store.backups.saveSettings({ keepDaily: 0, keepWeekly: 0 })).rejects.toThrow()
  // By hand, through our own means: nothing that could be read.
  await set(store, 'backups', { keepDaily: 'all' })
  expect(await store.backups.settings()).toEqual({ keepDaily: 7, keepWeekly: 4 })
  const db = new Database(options.path)
  db.exec(`UPDATE gateway_settings SET value = '{"keepDaily":1,"keepWeekly":0}' WHERE key = 'backups'`)
  db.close()
  // Damage deletes no backup.
  await expect(store.backups.prune()).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' })
  expect(await store.backups.list()).toHaveLength(3)
  await store.backups.saveSettings({ keepDaily: 7, keepWeekly: 4 })
  expect(await store.backups.prune()).toEqual([])
})

test('what died in the middle is swept at the next start, what is being written is not', async () => {
  mkdirSync(folder(), { recursive: true, mode: 0o700 })
  const part = (pid: number) => `.local-mcp-gateway-2026-01-01T00-00-00.000Z.db.${pid}.part`
  for (const name of [part(2 ** 22 + 1), `${part(2 ** 22 + 1)}.sha256`, part(1)]) writeFileSync(join(folder(), name), 'x')
  writeFileSync(join(dirname(options.path), `.restore.${2 ** 22 + 1}.part`), 'x')
  // Nobody ordered it: a process died just before that, an hour ago.
  const lonely = join(dirname(options.path), '.restore-pending')
  writeFileSync(lonely, 'x')
  utimesSync(lonely, 0, 0)
  await tempStore(options)
  expect(existsSync(lonely)).toBe(false)
  expect(readdirSync(folder())).toEqual([part(1)])
  expect(entries().filter((name) => name.endsWith('.part'))).toEqual([])
})

async function filled(): Promise<Store> {
  const store = await tempStore(options)
  await store.transaction(async (tx) => {
    await createOwner(tx)
    await tx.profiles.insert(aProfile({ ownerEmail: OWNER.email }))
    await tx.servers.insert(aServer({ approvedSha256: 'a'.repeat(64), ownerEmail: OWNER.email }))
    await tx.servers.insert(aServer({ type: 'builtin', ownerEmail: OWNER.email }))
    await tx.tokens.insert(aToken(OWNER.id, { name: 'first' }))
    await tx.settings.set('mark', 'old', 1)
  })
  return store
}

test('a preview says what is in the file and what is there now, and changes nothing', async () => {
  const store = await filled()
  const { id, createdAt } = await store.backups.create('manual')
  await store.transaction((tx) => tx.profiles.insert(aProfile()))
  clock.time += 1000
  const before = entries()
  expect(await store.backups.preview(id)).toMatchObject({
    createdAt,
    holds: { profiles: 1, servers: 1, tokens: 1 },
    now: { profiles: 2, servers: 1, tokens: 1 },
    toApprove: 1,
  })
  expect(entries()).toEqual(before)
})

test('a restore brings the old state, keeps the one that was there, and lets nothing run unseen', async () => {
  const store = await filled()
  const { path } = await store.backups.create('manual')
  const token = (await store.read.tokens.listAll())[0]
  clock.time += 1000
  await store.transaction(async (tx) => {
    await tx.settings.set('mark', 'new', 2)
    await tx.tokens.revoke(token?.id as never, OWNER.email, 'lost', 2000)
  })
  await store.close()

  const after = await restored(path)
  expect(await after.read.settings.get('mark')).toBe('old')
  // Who was shut out since stays out.
  expect((await after.read.tokens.listAll()).filter(({ revokedAt }) => revokedAt === null)).toEqual([])
  const outcome = await after.backups.lastReplacement()
  expect(outcome).toMatchObject({ kind: 'restore', source: path, error: null })
  const kept = new Database(join(outcome?.keptIn ?? '', 'gateway.db'), { readonly: true })
  expect(kept.prepare(`SELECT value FROM gateway_settings WHERE key = 'mark'`).pluck().get()).toBe('"new"')
  kept.close()
  const db = new Database(options.path, { readonly: true })
  expect(db.prepare('SELECT count(*) FROM mcp_servers WHERE command_sha256_approved IS NOT NULL').pluck().get()).toBe(0)
  db.close()
  // The one that was made before the restore is in the list, and so is the source.
  expect((await after.backups.list()).map(({ kind }) => kind)).toEqual(['pre_restore', 'manual'])
  expect(statSync(outcome?.keptIn ?? '').mode & 0o777).toBe(0o700)
  expect(statSync(options.path).mode & 0o777).toBe(0o600)
})

test('a restore keeps what servers granted since: an old refresh token would end the sign-in, and who signed out stays out', async () => {
  const store = await filled()
  const server = (await store.read.servers.list(owner))[0] as { id: ServerId }
  const [renewed, signedOut, quiet] = ['renewed', 'out', 'quiet'].map((name, i) => anAccount(server.id, { name, isDefault: i === 0 }))
  const all = [renewed, signedOut, quiet] as AccountRecord[]
  const first = aRegistration(server.id)
  const second = aRegistration(server.id, { clientId: 'another' })
  await store.transaction(async (tx) => {
    await tx.oauth.putRegistration(first)
    for (const account of all) {
      await tx.oauth.insertAccount(account)
      await tx.oauth.putGrant(aGrant(account), someTerms({ registrationId: first.id }))
    }
  })
  const { path } = await store.backups.create('manual')
  clock.time += 1000
  const fresh = { accessToken: 'v1:newer', refreshToken: 'v1:newest', tokenType: 'Bearer', expiresAt: 9000, scope: 'read' }
  await store.transaction(async (tx) => {
    await tx.oauth.putRegistration(second)
    await tx.oauth.putGrant(aGrant(all[0] as AccountRecord, { ...fresh, createdAt: 2000 }), someTerms({ registrationId: second.id }))
    await tx.oauth.beginRenewal((all[0] as AccountRecord).id, 'v1:pending')
    await tx.oauth.deleteGrant((all[1] as AccountRecord).id)
  })
  await store.close()

  const after = await restored(path)
  const { oauth } = after.read
  expect(await oauth.grant((all[0] as AccountRecord).id)).toMatchObject({ accessToken: 'v1:newer', refreshToken: 'v1:newest' })
  expect(await oauth.account((all[0] as AccountRecord).id)).toMatchObject({ renewal: 'v1:pending', terms: { registrationId: second.id } })
  expect(await oauth.registration(second.id)).toMatchObject({ clientId: 'another' })
  expect(await oauth.grant((all[1] as AccountRecord).id)).toBeNull()
  expect(await oauth.grant((all[2] as AccountRecord).id)).toMatchObject({ refreshToken: 'v1:refresh' })
})

test('a reset begins anew and is undone by its backup', async () => {
  await (await filled()).close()
  const before = await openBackups(options).stageReset()
  const empty = await reopened()
  expect(await empty.read.settings.get('mark')).toBeUndefined()
  expect(await empty.read.tokens.listAll()).toEqual([])
  expect(await empty.backups.lastReplacement()).toMatchObject({ kind: 'reset', error: null })
  expect((await empty.backups.list()).map(({ id, kind }) => [id, kind])).toEqual([[before?.id, 'pre_reset']])
  await empty.close()
  clock.time += 29 * 24 * 60 * 60 * 1000
  const late = await reopened()
  expect(await late.backups.prune()).toEqual([])
  await late.close()
  const back = await restored(before?.path ?? '')
  expect(await back.read.settings.get('mark')).toBe('old')
  expect((await back.read.tokens.listAll()).map(({ revokedAt }) => revokedAt)).toEqual([null])
})

test('former databases are removed after 30 days, and not before', async () => {
  await (await filled()).close()
  await openBackups(options).stageReset()
  const store = await reopened()
  const kept = (await store.backups.lastReplacement())?.keptIn ?? ''
  clock.time += 30 * 24 * 60 * 60 * 1000 - 1
  await store.backups.prune()
  expect(existsSync(kept)).toBe(true)
  clock.time += 1000
  await store.backups.prune()
  expect(existsSync(kept)).toBe(false)
})

const refused: [what: string, code: string, make: (path: string, good: string) => void][] = [
  ['a text file', 'BACKUP_INVALID', (path) => writeFileSync(path, 'hello '.repeat(1000))],
  ['an empty file', 'BACKUP_INVALID', (path) => writeFileSync(path, '')],
  ['a folder', 'BACKUP_INVALID', (path) => mkdirSync(path)],
  ['nothing', 'BACKUP_NOT_FOUND', () => {}],
  ['a database of another program', 'BACKUP_INVALID', (path) => edit(path, 'PRAGMA application_id = 7; CREATE TABLE a(x)')],
  ['one of ours that holds nothing', 'BACKUP_INVALID', (path) => edit(path, `PRAGMA application_id = ${0x4c4d4757}`)],
  ['a cut file', 'BACKUP_DAMAGED', (path, good) => copyThen(good, path, () => truncateSync(path, 4096 * 20))],
  ['a file with a torn page', 'BACKUP_DAMAGED', (path, good) => copyThen(good, path, () => tear(path))],
  ['a newer version', 'BACKUP_AHEAD', (path, good) => copyThen(good, path, () => edit(path, newer))],
  [
    'an unfinished upgrade',
    'BACKUP_INVALID',
    (path, good) => copyThen(good, path, () => edit(path, 'UPDATE schema_migrations SET dirty = 1')),
  ],
  [
    'another checksum of a migration',
    'BACKUP_INVALID',
    (path, good) => copyThen(good, path, () => edit(path, `UPDATE schema_migrations SET checksum = 'x'`)),
  ],
  ['a trigger of somebody else', 'BACKUP_INVALID', (path, good) => copyThen(good, path, () => edit(path, trigger))],
  ['a view of somebody else', 'BACKUP_INVALID', (path, good) => copyThen(good, path, () => edit(path, 'CREATE VIEW evil AS SELECT 1'))],
  ['rows that lead nowhere', 'BACKUP_DAMAGED', (path, good) => copyThen(good, path, () => edit(path, orphan))],
]
const newer = `INSERT INTO schema_migrations (version, name, checksum, applied_at, duration_ms, app_version) SELECT max(version) + 1, '9999_future', 'x', 1, 1, '9.0.0' FROM schema_migrations`
const trigger = `CREATE TRIGGER evil AFTER INSERT ON gateway_settings BEGIN UPDATE mcp_servers SET enabled = 1; END`
const orphan = `PRAGMA foreign_keys = OFF; INSERT INTO profile_mcp_servers (id, profile_id, mcp_server_id, "order") VALUES ('00000000-0000-4000-8000-000000000001', 'x', 'y', 0)`

function edit(path: string, sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}
function copyThen(from: string, to: string, change: () => void): void {
  copyFileSync(from, to)
  change()
}
function tear(path: string): void {
  const bytes = readFileSync(path)
  for (let page = 4096 * 3; page < bytes.length; page += 4096 * 2) bytes.fill(0xa5, page, page + 512)
  writeFileSync(path, bytes)
}

test.each(refused)('%s is refused with %s before anything changes', async (_what, code, make) => {
  const store = await filled()
  const { path } = await store.backups.create('manual')
  const source = join(tempDir(), 'source.db')
  make(source, path)
  await store.close()
  const before = fingerprint(options.path)
  const backups = openBackups(options)
  await expect(backups.preview(source)).rejects.toMatchObject({ code, message: expect.stringContaining(source) })
  await expect(backups.stageRestore(source)).rejects.toMatchObject({ code })
  expect(fingerprint(options.path)).toEqual(before)
  expect(await backups.list()).toHaveLength(1)
})

test('the files of this app itself are refused without being opened', async () => {
  const store = await filled()
  for (const file of [options.path, `${options.path}-wal`, join(dirname(options.path), '.local-mcp-gateway-migration.lock')]) {
    await expect(store.backups.preview(file)).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
  }
  await set(store, 'still', 'locked')
})

test('a copy of the files of a gateway that was running is read with its log', async () => {
  const store = await filled()
  await set(store, 'mark', 'in the log')
  const copy = join(tempDir(), 'copy.db')
  // Opened by SQLite alone in this process: the copy is made by another one.
  const { execFileSync } = await import('node:child_process')
  execFileSync('cp', [options.path, copy])
  execFileSync('cp', [`${options.path}-wal`, `${copy}-wal`])
  await store.close()
  const after = await restored(copy)
  expect(await after.read.settings.get('mark')).toBe('in the log')
})

test('an upgrade is preceded by a backup of what was there, and a failed one names it', async () => {
  const one = { ...options, schema: schemaOf('CREATE TABLE one(a)') }
  await migrateDatabase(one)
  edit(options.path, 'INSERT INTO one VALUES (7)')
  const broken = { ...options, schema: schemaOf('CREATE TABLE one(a)', 'CREATE TABLE two(b); INSERT INTO nowhere VALUES (1)') }
  const failure = await migrateDatabase(broken).catch((error: unknown) => error)
  const [backup] = await openBackups(options).list()
  expect(backup).toMatchObject({ kind: 'pre_migration', schemaVersion: 1 })
  expect(failure).toMatchObject({ code: 'MIGRATION_FAILED', next: expect.stringContaining(backup?.path ?? '?') })
  const copy = new Database(backup?.path ?? '', { readonly: true })
  expect(copy.prepare('SELECT a FROM one').pluck().all()).toEqual([7])
  copy.close()
})

test('no backup, no upgrade', async () => {
  const one = { ...options, schema: schemaOf('CREATE TABLE one(a)') }
  await migrateDatabase(one)
  writeFileSync(folder(), 'in the way')
  const two = { ...options, schema: schemaOf('CREATE TABLE one(a)', 'CREATE TABLE two(b)') }
  await expect(migrateDatabase(two)).rejects.toMatchObject({ code: 'BACKUP_UNWRITABLE' })
  expect((await migrateDatabase(one)).to).toBe(1)
})

test('a new database is not backed up before its first upgrade', async () => {
  await migrateDatabase(options)
  expect(existsSync(folder())).toBe(false)
})

test('a value that was planted as a token is nowhere in a backup', async () => {
  const store = await filled()
  const canary = 'lmg_canary-0123456789abcdefghijklmnop'
  await store.transaction((tx) =>
    tx.tokens.insert(aToken(OWNER.id, { name: 'canary', tokenHash: createHash('sha256').update(canary).digest('hex') })),
  )
  // Once in clear, by mistake, and taken back: the pages of the copy hold only what is there.
  await set(store, 'slip', canary)
  await set(store, 'slip', null)
  const { path } = await store.backups.create('manual')
  expect(readFileSync(path).includes(canary)).toBe(false)
})

test('the store of a database that is open elsewhere in this process is not replaced', async () => {
  const store = await filled()
  const { path } = await store.backups.create('manual')
  await openBackups(options).stageRestore(path)
  const second = await openStore({ ...options })
  expect(await second.backups.lastReplacement()).toMatchObject({ error: { code: 'DATABASE_IN_USE' } })
  expect(await second.read.settings.get('mark')).toBe('old')
  await second.close()
}, 30_000)

test("another program's database in the place of ours is not moved away", async () => {
  const { path } = await (await filled()).backups.create('manual')
  const theirs = { ...options, path: join(tempDir(), 'theirs.db') }
  edit(theirs.path, 'CREATE TABLE theirs(x)')
  const before = fingerprint(theirs.path)
  await expect(openBackups(theirs).stageRestore(path)).rejects.toMatchObject({ code: 'DATABASE_FOREIGN' })
  await expect(openBackups(theirs).stageReset()).rejects.toMatchObject({ code: 'DATABASE_FOREIGN' })
  expect(fingerprint(theirs.path)).toEqual(before)
})
