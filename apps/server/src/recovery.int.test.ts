import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { badServer, type GatewayProcess, openRawSession, runCli, runCliJson, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Operations } from './cli/gateway-client.ts'

vi.setConfig({ testTimeout: 60_000 })

const fixture = fileURLToPath(new URL('../../../packages/database/fixtures/0001.db', import.meta.url))

/** The operations as the window has them: over the printed link, which works also where no file may be left. */
async function windowOf({ uiUrl }: { readonly uiUrl: string }): Promise<Operations> {
  const { origin, hash } = new URL(uiUrl)
  const answer = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: hash.slice('#code='.length) }),
  })
  const { session } = (await answer.json()) as { session: string }
  return socketOf(origin, session)
}

async function socketOf(origin: string, session: string): Promise<Operations> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, ['lmg.v1', `lmg.session.${session}`])
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  onTestFinished(() => socket.close())
  return createORPCClient(new RPCLink({ websocket: socket as never }))
}

/** Another window of the gateway, after it went down and came back. */
async function again(databasePath: string): Promise<Operations> {
  const { url } = await runCliJson<{ url: string }>({ databasePath }, 'open')
  return windowOf({ uiUrl: url })
}

async function ready(gateway: GatewayProcess): Promise<{ status: number; failing: { name: string; code: string; detail: string }[] }> {
  const answer = await fetch(`${gateway.origin}/health/ready`)
  const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean; code: string; detail: string }[] }
  return { status: answer.status, failing: checks.filter(({ ok }) => !ok) }
}

const isServing = (gateway: GatewayProcess) =>
  waitFor('the gateway to serve', async () => (await ready(gateway).catch(() => null))?.status === 200, 20_000)

function withDatabase(path: string, statements: string): void {
  const db = new Database(path)
  db.pragma('foreign_keys = OFF')
  db.exec(statements)
  db.close()
}

function damage(path: string): void {
  const bytes = readFileSync(path)
  bytes.fill(0xff, 4096, 12_288)
  writeFileSync(path, bytes)
}

/** A data folder with a server, a token and a backup in it, and the gateway stopped. */
async function usedFolder(databasePath: string): Promise<{ token: string }> {
  const gateway = await startGateway({ databasePath })
  await gateway.addServer('plain', badServer, 'plain')
  const token = await gateway.token()
  await gateway.cli('backup')
  await gateway.stop()
  return { token }
}

const SOUND = 'a database of ours'
const RECOVER = ['restore', 'salvage', 'copy_files', 'reset']

/** Code and words of the error, what may help, and how to get there. */
const CASES: [what: string, code: string, names: string, remedies: string[], make: (path: string) => void][] = [
  ['a text file', 'DATABASE_NOT_SQLITE', 'not an SQLite database', [], (path) => writeFileSync(path, 'dear diary '.repeat(1000))],
  ['a folder', 'DATABASE_NOT_SQLITE', 'a folder', [], (path) => mkdirSync(path)],
  ["another program's database", 'DATABASE_FOREIGN', 'another program', [], (path) => withDatabase(path, 'CREATE TABLE theirs(x)')],
  [`${SOUND} with a damaged page`, 'DATABASE_CORRUPT', 'malformed', RECOVER, damage],
  [
    `${SOUND} with a damaged head`,
    'DATABASE_NOT_SQLITE',
    'not an SQLite database',
    RECOVER,
    (path) => writeFileSync(path, Buffer.concat([Buffer.alloc(100, 1), readFileSync(path).subarray(100)])),
  ],
  [
    `${SOUND} that is gone without its log`,
    'DATABASE_CORRUPT',
    'missing or empty',
    RECOVER,
    (path) => {
      rmSync(path)
      writeFileSync(`${path}-wal`, 'committed data')
    },
  ],
  [
    `${SOUND} with an unfinished upgrade`,
    'MIGRATION_DIRTY',
    'dirty at',
    ['clear_dirty', ...RECOVER],
    (path) => withDatabase(path, 'UPDATE schema_migrations SET dirty = 1 WHERE version = (SELECT max(version) FROM schema_migrations)'),
  ],
  [
    `${SOUND} of a newer version`,
    'MIGRATION_AHEAD',
    'version 99',
    ['restore', 'copy_files'],
    (path) => withDatabase(path, `INSERT INTO schema_migrations VALUES (99, '0099_x', '', 0, 0, 0, '9')`),
  ],
  [
    `${SOUND} with a changed migration`,
    'MIGRATION_CHANGED',
    '0001_initial',
    ['restore', 'copy_files'],
    (path) => withDatabase(path, `UPDATE schema_migrations SET checksum = 'x' WHERE version = 1`),
  ],
  [`${SOUND} without a table`, 'SCHEMA_DRIFT', 'table sources is missing', RECOVER, (path) => withDatabase(path, 'DROP TABLE sources')],
  [
    `${SOUND} without its record`,
    'SCHEMA_DRIFT',
    'table schema_migrations is missing',
    RECOVER,
    (path) => withDatabase(path, 'DROP TABLE schema_migrations'),
  ],
  [
    `${SOUND} without a column`,
    'SCHEMA_DRIFT',
    'column profiles.description is missing',
    RECOVER,
    (path) => withDatabase(path, 'ALTER TABLE profiles RENAME COLUMN description TO about'),
  ],
  [
    `${SOUND} without an index`,
    'SCHEMA_DRIFT',
    'index profiles_team_id_idx is missing',
    RECOVER,
    (path) => withDatabase(path, 'DROP INDEX profiles_team_id_idx'),
  ],
  [
    `${SOUND} without a trigger`,
    'SCHEMA_DRIFT',
    'trigger profiles_updated_at is missing',
    RECOVER,
    (path) => withDatabase(path, 'DROP TRIGGER profiles_updated_at'),
  ],
  [
    'a place that cannot be written',
    'DATABASE_UNWRITABLE',
    'cannot be',
    ['copy_files'],
    (path) => {
      rmSync(dirname(path), { recursive: true, force: true })
      writeFileSync(dirname(path), '')
    },
  ],
]

describe('what keeps the database from opening opens recovery, and stays as it is', () => {
  test.each(CASES)('%s: %s', async (what, code, names, remedies, make) => {
    await using dir = await tempDir()
    const databasePath = `${dir.path}/data/db.sqlite`
    mkdirSync(dirname(databasePath))
    if (what.startsWith(SOUND)) await (await startGateway({ databasePath })).stop()
    make(databasePath)
    const isFile = existsSync(databasePath) && !what.includes('folder')
    const before = isFile ? readFileSync(databasePath) : null
    const beside = remedies.length === 0 ? readdirSync(dirname(databasePath)) : null

    await using gateway = await startGateway({ databasePath })
    expect(gateway.event).toBe('recovery')
    const operations = await windowOf(gateway)
    const state = await operations.recovery.state()
    expect(state).toMatchObject({ code, path: databasePath, remedies, message: expect.stringContaining(names), next: expect.any(String) })
    if (what.startsWith(SOUND) && code === 'SCHEMA_DRIFT') expect(state?.differences).toContain(names)
    expect((await operations.health.doctor()).filter(({ level }) => level === 'error')).not.toEqual([])
    expect(Array.isArray(await operations.backups.list())).toBe(true)

    // Nothing of the business is reachable, by no way.
    for (const call of [
      () => operations.profiles.list(),
      () => operations.servers.create({ name: 'x', type: 'external', config: { command: 'cat' } }),
      () => operations.tokens.create({ name: 'x' }),
      () => operations.activity.recent(),
      () => operations.settings.getDefaultProfile(),
      () => operations.backups.run({}),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'NOT_READY' })
    expect((await fetch(`${gateway.origin}/api/profiles`)).status).toBe(503)

    // Clients are told why.
    expect((await fetch(`${gateway.origin}/health`)).status).toBe(200)
    const readiness = await ready(gateway)
    expect(readiness).toMatchObject({ status: 503, failing: [{ name: 'launch', code }] })
    if (code === 'SCHEMA_DRIFT') expect(readiness.failing[0]?.detail).toContain(names)
    const mcp = await fetch(`${gateway.mcpUrl}/default`, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' })
    const body = await mcp.text()
    expect(mcp.status).toBe(503)
    expect(JSON.parse(body)).toMatchObject({
      jsonrpc: '2.0',
      error: { code: -32603, data: { code: 'NOT_READY', next: expect.any(String) } },
    })
    expect(body + JSON.stringify(readiness)).not.toContain(dir.path)
    expect((await fetch(`${gateway.origin}/health/ready`, { headers: { origin: 'http://evil.com' } })).status).toBe(403)

    expect(await gateway.stop()).toBe(0)
    if (before) expect(readFileSync(databasePath).equals(before)).toBe(true)
    // Beside somebody else's file nothing is left.
    if (beside) expect(readdirSync(dirname(databasePath))).toEqual(beside)
  })

  test('no room for the backup that an upgrade begins with', async () => {
    await using dir = await tempDir()
    const databasePath = `${dir.path}/db.sqlite`
    copyFileSync(fixture, databasePath)
    // No file may grow beyond 128 KB. SQLite calls that an I/O error, where a full disk is BACKUP_NO_SPACE.
    await using gateway = await startGateway({ databasePath, fileBlocks: 256 })
    expect(await (await windowOf(gateway)).recovery.state()).toMatchObject({ code: 'BACKUP_UNWRITABLE', remedies: ['copy_files'] })
    expect(readFileSync(databasePath).equals(readFileSync(fixture))).toBe(true)
  })
})

test('another program that keeps the file locked: recovery, then "try again" when it is gone', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await usedFolder(databasePath)
  const other = new Database(databasePath)
  other.pragma('locking_mode = EXCLUSIVE')
  other.exec('BEGIN EXCLUSIVE')
  await using gateway = await startGateway({ databasePath })
  const operations = await windowOf(gateway)
  expect(await operations.recovery.state()).toMatchObject({ code: 'DB_BUSY', remedies: [] })
  await expect(operations.recovery.salvage()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  other.close()
  await operations.recovery.retry()
  await isServing(gateway)
  const served = await again(databasePath)
  expect(await served.recovery.state()).toBeNull()
  await expect(served.recovery.quit()).rejects.toMatchObject({ code: 'NOT_IN_RECOVERY' })
})

test('a damaged database: look at a backup, restore it, and clients go on with their tokens at the same port', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  const { token } = await usedFolder(databasePath)
  damage(databasePath)
  await using gateway = await startGateway({ databasePath })
  const operations = await windowOf(gateway)
  const [backup] = await operations.backups.list()
  const preview = await operations.backups.preview({ backup: backup?.id ?? '' })
  expect(preview).toMatchObject({ holds: { servers: 1 } })
  // One data folder, one gateway; a command is told why it cannot work.
  expect(await runCli({ databasePath }, 'serve')).toMatchObject({ code: 75 })
  expect(await runCli({ databasePath }, 'server', 'ls')).toMatchObject({ code: 1, stderr: expect.stringContaining('in recovery') })
  expect(await runCliJson({ databasePath }, 'backup', 'ls')).toHaveLength(1)

  await operations.backups.restore({ backup: backup?.id ?? '' })
  await isServing(gateway)
  expect(await gateway.cli('server', 'ls')).toHaveLength(2)
  const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
  expect(session.opened.status).toBe(200)
  const [kept] = readdirSync(dir.path).filter((name) => name.startsWith('before-restore-'))
  expect(readdirSync(`${dir.path}/${kept}`)).toContain('db.sqlite')
})

/** One of each kind, and the one without a record of its version, which cannot even be backed up. */
const RESTORED = CASES.filter(
  ([what, code, , remedies], index) =>
    remedies.includes('restore') &&
    (what.includes('record') || CASES.findIndex((other) => other[1] === code && other[3].length > 0) === index),
)

test.each(RESTORED)('%s, %s, and no gateway: the doctor says so, and a command restores', async (_what, _code, _names, _remedies, make) => {
  await using dir = await tempDir()
  const options = { databasePath: `${dir.path}/db.sqlite` }
  await runCliJson(options, 'profile', 'create', '--name', 'Kept')
  const backup = await runCliJson<{ name: string }>(options, 'backup')
  // As a gateway that ran here once leaves it.
  writeFileSync(`${dir.path}/.local-mcp-gateway-instance.lock`, '')
  make(options.databasePath)
  expect((await runCli(options, 'doctor')).code).toBe(1)
  expect((await runCli(options, 'profile', 'ls')).code).toBe(1)
  expect(await runCliJson(options, 'backup', 'ls')).not.toEqual([])
  expect(await runCliJson(options, 'restore', backup.name, '--yes')).toMatchObject({ restored: true })
  expect(await runCliJson(options, 'profile', 'ls')).toHaveLength(2)
  expect((await runCli(options, 'doctor')).code).toBe(0)
})

test('the same from a command, while recovery runs', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await usedFolder(databasePath)
  damage(databasePath)
  await using gateway = await startGateway({ databasePath })
  const [backup] = await runCliJson<{ name: string }[]>({ databasePath }, 'backup', 'ls')
  expect(await gateway.cli('restore', backup?.name ?? '', '--yes')).toMatchObject({ restored: true })
  expect((await ready(gateway)).status).toBe(200)
})

test('without a backup: the rows that are whole come back into a new file, which then takes the place', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await runCliJson({ databasePath }, 'profile', 'create', '--name', 'Kept')
  await runCliJson({ databasePath }, 'server', 'add', '--name', 'Runs', '--command', 'cat', '--approve')
  withDatabase(databasePath, 'DROP TABLE catalogs')
  await using gateway = await startGateway({ databasePath })
  const operations = await windowOf(gateway)
  const report = await operations.recovery.salvage()
  expect(report).toMatchObject({ swapped: false, path: expect.stringContaining('.salvaged-') })
  expect(report.tables.find(({ table }) => table === 'profiles')).toMatchObject({ kept: 2, damaged: 0 })
  expect(report.copies.every((copy) => existsSync(copy))).toBe(true)
  expect(await operations.recovery.state()).toMatchObject({ code: 'SCHEMA_DRIFT' })
  expect(await operations.backups.preview({ backup: report.path })).toMatchObject({ holds: { profiles: 2, servers: 1 }, toApprove: 1 })
  await operations.backups.restore({ backup: report.path })
  await isServing(gateway)
  expect((await gateway.cli<{ name: string }[]>('profile', 'ls')).map(({ name }) => name).sort()).toEqual(['Default', 'Kept'])
  expect(await gateway.cli('server', 'status', 'runs')).toMatchObject({ state: 'approval_required' })
})

test('an upgrade that is marked as unfinished but whole: the mark goes, the gateway serves', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await usedFolder(databasePath)
  withDatabase(databasePath, 'UPDATE schema_migrations SET dirty = 1 WHERE version = (SELECT max(version) FROM schema_migrations)')
  await using gateway = await startGateway({ databasePath })
  expect(await (await windowOf(gateway)).recovery.clearDirty()).toMatchObject({
    version: expect.any(Number),
    outcome: 'done',
    backup: expect.any(String),
  })
  await isServing(gateway)
})

test('the files are copied together, with a log that was never folded in, and only into a folder that can be written', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/data/db.sqlite`
  await usedFolder(databasePath)
  // A second process that has the file open keeps the log from being folded in when the gateway ends.
  const other = new Database(databasePath)
  onTestFinished(() => {
    other.close()
  })
  other.exec('DROP INDEX profiles_team_id_idx')
  await using gateway = await startGateway({ databasePath })
  const operations = await windowOf(gateway)
  const { folder, files } = await operations.recovery.copyFiles({})
  expect(dirname(folder)).toBe(dirname(databasePath))
  expect(files.map(({ name }) => name)).toEqual(['db.sqlite', 'db.sqlite-wal', 'db.sqlite-shm'])
  for (const { name, sizeBytes } of files) {
    const copy = readFileSync(`${folder}/${name}`)
    expect(copy.length).toBe(sizeBytes)
    if (!name.endsWith('-shm')) expect(copy.equals(readFileSync(`${dirname(databasePath)}/${name}`))).toBe(true)
  }
  const elsewhere = await operations.recovery.copyFiles({ to: dir.path })
  expect(dirname(elsewhere.folder)).toBe(dir.path)
  await expect(operations.recovery.copyFiles({ to: 'x' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
  await expect(operations.recovery.copyFiles({ to: `${dir.path}/nope` })).rejects.toMatchObject({ code: 'BACKUP_UNWRITABLE' })
})

test('beginning anew keeps what was there, and quitting ends the program', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await usedFolder(databasePath)
  damage(databasePath)
  const gateway = await startGateway({ databasePath })
  await (await windowOf(gateway)).data.reset({ confirm: 'reset' })
  await isServing(gateway)
  expect(await gateway.cli('server', 'ls')).toHaveLength(1)
  await gateway.stop()

  damage(databasePath)
  const second = await startGateway({ databasePath })
  await (await windowOf(second)).recovery.quit()
  expect(await second.exited).toBe(0)
  expect(existsSync(`${dir.path}/control.json`)).toBe(false)
})

test('a restart that finds the database gone bad goes into recovery, not down', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await usedFolder(databasePath)
  await using gateway = await startGateway({ databasePath })
  expect(gateway.event).toBe('ready')
  const operations = await windowOf(gateway)
  // The restore is ordered and then taken back, so that the restart finds the old database, which has drifted.
  await operations.backups.restore({ backup: (await operations.backups.list())[0]?.id ?? '' })
  rmSync(`${dir.path}/.restore-pending.json`, { force: true })
  withDatabase(databasePath, 'DROP INDEX profiles_team_id_idx')
  await waitFor('recovery', async () => (await ready(gateway).catch(() => null))?.failing[0]?.name === 'launch', 20_000)
  expect(await (await again(databasePath)).recovery.state()).toMatchObject({ code: 'SCHEMA_DRIFT' })
})

test('a gateway that serves says what was taken from its schema, and that it is back', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await using gateway = await startGateway({ databasePath })
  const other = new Database(databasePath)
  onTestFinished(() => {
    other.close()
  })
  other.pragma('foreign_keys = OFF')
  const part = (name: string) => String(other.prepare('SELECT sql FROM sqlite_master WHERE name = ?').pluck().get(name))
  for (const [kind, name, take, putBack] of [
    ['table', 'secrets', 'DROP TABLE secrets', null],
    ['index', 'profiles_team_id_idx', 'DROP INDEX profiles_team_id_idx', null],
    ['trigger', 'profiles_updated_at', 'DROP TRIGGER profiles_updated_at', null],
    [
      'column',
      'gateway_settings.value',
      'ALTER TABLE gateway_settings RENAME COLUMN value TO x',
      'ALTER TABLE gateway_settings RENAME COLUMN x TO value',
    ],
  ] as const) {
    const parts = other.prepare<[string], string>('SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL').pluck().all(name)
    const back = putBack ?? (kind === 'table' ? parts.join(';') : part(name))
    other.exec(take)
    const { status, failing } = await ready(gateway)
    expect([status, failing[0]]).toEqual([
      503,
      expect.objectContaining({ name: 'schema', code: 'SCHEMA_DRIFT', detail: expect.stringContaining(`${kind} ${name} is missing`) }),
    ])
    other.exec(back)
    await waitFor(`${name} to be back`, async () => (await ready(gateway)).status === 200)
  }
})
