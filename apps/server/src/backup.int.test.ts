import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRawSession, runCli, runCliJson, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'

interface Backup {
  readonly id: string
  readonly path: string
  readonly name: string
  readonly kind: string
}

const names = async (list: Promise<unknown>) => ((await list) as { name: string }[]).map(({ name }) => name)
const errorOf = ({ stderr }: { stderr: string }) => JSON.parse(stderr.trim().split('\n').at(-1) ?? '').error

test('through the gateway that runs: backup, preview, restore; port, window session and client token go on', async () => {
  await using dir = await tempDir()
  const options = { databasePath: join(dir.path, 'data', 'db.sqlite') }
  await using gateway = await startGateway(options)
  await gateway.cli('server', 'add', '--name', 'Kept', '--command', 'cat', '--approve')
  const token = await gateway.token()
  const { path, kind } = await gateway.cli<Backup & Record<string, unknown>>('backup')
  expect(kind).toBe('manual')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  await gateway.cli('server', 'add', '--name', 'Later', '--command', 'cat')
  const shut = await gateway.cli<{ id: string }>('token', 'revoke', 'test-1')

  const preview = await gateway.cli<{ restored: boolean; preview: object }>('restore', path)
  expect(preview).toMatchObject({
    restored: false,
    preview: { holds: { servers: 1, tokens: 1 }, now: { servers: 2, tokens: 0 }, toApprove: 1 },
  })
  expect(await names(gateway.cli('server', 'ls'))).toContain('Later')

  const done = await gateway.cli<{ restored: boolean; keptIn: string }>('restore', path, '--yes')
  expect(done.restored).toBe(true)
  expect(await readdir(done.keptIn)).toEqual(['db.sqlite'])
  const servers = (await gateway.cli('server', 'ls')) as unknown as { name: string; approved: boolean }[]
  expect(servers.map(({ name }) => name)).toEqual(['Gateway', 'Kept'])
  expect(servers.find(({ name }) => name === 'Kept')?.approved).toBe(false)
  expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
  // It was revoked after the backup was made, and stays revoked.
  expect((await openRawSession(`${gateway.mcpUrl}/default`, token)).opened.status).toBe(401)
  expect(((await gateway.cli('token', 'ls')) as unknown as { id: string; revokedAt: number | null }[])[0]).toMatchObject({ id: shut.id })
  const fresh = await gateway.token()
  expect((await openRawSession(`${gateway.mcpUrl}/default`, fresh)).opened.status).toBe(200)
  expect(await gateway.stop()).toBe(0)
})

test('how many backups are kept: the same setting over REST and by command, with and without a gateway', async () => {
  await using dir = await tempDir()
  const options = { databasePath: join(dir.path, 'data', 'db.sqlite') }
  {
    await using gateway = await startGateway(options)
    const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')
    const other = await gateway.token()
    const ask = async (method: string, body?: object, bearer = token) => {
      const answer = await fetch(`${gateway.origin}/api/backups/settings`, {
        method,
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      return [answer.status, await answer.json()] as const
    }
    expect(await ask('GET')).toEqual([200, { keepDaily: 7, keepWeekly: 4 }])
    expect(await ask('PATCH', { keepDaily: 14 })).toEqual([200, { keepDaily: 14, keepWeekly: 4 }])
    expect(await gateway.cli('backup', 'settings', '--keep-weekly', '0')).toEqual({ keepDaily: 14, keepWeekly: 0 })
    for (const wrong of [{ keepDaily: 0 }, { keepDaily: 1.5 }, { keepWeekly: -1 }, { keepDaily: '7' }, { keepMonthly: 1 }]) {
      expect((await ask('PATCH', wrong))[1]).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    }
    expect((await ask('GET', undefined, other))[0]).toBe(403)
    expect((await ask('PATCH', { keepDaily: 1 }, other))[0]).toBe(403)
  }
  expect(await runCliJson(options, 'backup', 'settings')).toEqual({ keepDaily: 14, keepWeekly: 0 })
  const refused = await runCli(options, 'backup', 'settings', '--keep-daily', 'many', '--json')
  expect([refused.code, errorOf(refused).code]).toEqual([65, 'VALIDATION_ERROR'])
})

test('reset through the gateway ends every token at once, and its backup undoes it', async () => {
  await using dir = await tempDir()
  await using gateway = await startGateway({ databasePath: join(dir.path, 'data', 'db.sqlite') })
  await gateway.cli('server', 'add', '--name', 'Mine', '--command', 'cat')
  const token = await gateway.token()
  const { backup } = await gateway.cli<{ backup: Backup }>('reset', '--confirm', 'reset')
  expect(backup.kind).toBe('pre_reset')
  expect(await names(gateway.cli('server', 'ls'))).toEqual(['Gateway'])
  expect(await names(gateway.cli('profile', 'ls'))).toEqual(['Default'])
  expect((await openRawSession(`${gateway.mcpUrl}/default`, token)).opened.status).toBe(401)
  await gateway.cli('restore', backup.name, '--yes')
  expect(await names(gateway.cli('server', 'ls'))).toEqual(['Gateway', 'Mine'])
  expect((await openRawSession(`${gateway.mcpUrl}/default`, token)).opened.status).toBe(200)
})

test('without a gateway: the same, also where the database is too damaged to open', async () => {
  await using dir = await tempDir()
  const options = { databasePath: join(dir.path, 'data', 'db.sqlite') }
  await runCliJson(options, 'server', 'add', '--name', 'Mine', '--command', 'cat')
  const to = join(dir.path, 'elsewhere')
  const { path } = await runCliJson<Backup & Record<string, unknown>>(options, 'backup', '--to', to)
  expect(path.startsWith(to)).toBe(true)
  await runCliJson(options, 'backup')
  await writeFile(options.databasePath, 'no database any more '.repeat(1000))
  expect((await runCli(options, 'server', 'ls')).code).toBe(1)
  const list = (await runCliJson(options, 'backup', 'ls')) as unknown as Backup[]
  expect(list).toHaveLength(1)
  await runCliJson(options, 'restore', list[0]?.path ?? '', '--yes')
  expect(await names(runCliJson(options, 'server', 'ls'))).toEqual(['Gateway', 'Mine'])
  const { keptIn } = await runCliJson<{ keptIn: string }>(options, 'reset', '--confirm', 'reset')
  expect(await readdir(keptIn)).toEqual(['db.sqlite'])
  expect(await names(runCliJson(options, 'server', 'ls'))).toEqual(['Gateway'])
})

test('what is refused: exit codes, and nothing changed', async () => {
  await using dir = await tempDir()
  const options = { databasePath: join(dir.path, 'data', 'db.sqlite') }
  await runCliJson(options, 'migrate')
  const refused = async (code: number, error: string, ...args: string[]) => {
    const result = await runCli(options, ...args, '--json')
    expect([args, result.code]).toEqual([args, code])
    expect(errorOf(result).code).toBe(error)
    expect(errorOf(result).next).toMatch(/\w/)
  }
  await refused(65, 'VALIDATION_ERROR', 'reset', '--confirm', 'yes')
  await refused(66, 'BACKUP_NOT_FOUND', 'restore', 'no-such-backup', '--yes')
  await refused(65, 'BACKUP_INVALID', 'restore', dir.path, '--yes')
  await refused(65, 'BACKUP_INVALID', 'restore', '/etc/hostname', '--yes')
  expect((await runCli(options, 'reset')).code).toBe(64)
  expect(await runCliJson(options, 'migrate', '--dry-run')).toMatchObject({ pending: [] })
  expect(await runCliJson(options, 'migrate', '--clear-dirty')).toMatchObject({ outcome: 'nothing_to_do' })
})

test('a reset while another process has the database open is refused and names it; the gateway goes on', async () => {
  await using dir = await tempDir()
  const databasePath = join(dir.path, 'data', 'db.sqlite')
  await using gateway = await startGateway({ databasePath })
  const other = new Database(databasePath)
  other.prepare('SELECT count(*) FROM profiles').get()
  const refused = await runCli({ databasePath }, 'reset', '--confirm', 'reset', '--json')
  other.close()
  expect(refused.code).toBe(75)
  expect(errorOf(refused)).toMatchObject({ code: 'DATABASE_IN_USE', message: expect.stringContaining(String(process.pid)) })
  expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
})

test('the mark of an unfinished upgrade is taken away only where the tables allow it', async () => {
  await using dir = await tempDir()
  const options = { databasePath: join(dir.path, 'data', 'db.sqlite') }
  const { to: head } = await runCliJson<{ to: number }>(options, 'migrate')
  const edit = (sql: string) => {
    const db = new Database(options.databasePath)
    db.exec(sql)
    db.close()
  }
  const markNewest = 'UPDATE schema_migrations SET dirty = 1 WHERE version = (SELECT max(version) FROM schema_migrations)'
  edit(markNewest)
  expect(errorOf(await runCli(options, 'server', 'ls', '--json')).code).toBe('MIGRATION_DIRTY')
  const cleared = await runCliJson<{ outcome: string; backup: string }>(options, 'migrate', '--clear-dirty')
  expect(cleared).toMatchObject({ outcome: 'done', version: head })
  expect((await stat(cleared.backup)).isFile()).toBe(true)
  await runCliJson(options, 'server', 'ls')
  edit(`${markNewest}; DROP TABLE interceptors`)
  const kept = await runCli(options, 'migrate', '--clear-dirty', '--json')
  expect(errorOf(kept).code).toBe('MIGRATION_DIRTY')
})

test('a token may back up over REST, but neither choose a folder nor go back', async () => {
  await using dir = await tempDir()
  await using gateway = await startGateway({ databasePath: join(dir.path, 'data', 'db.sqlite') })
  const call = async (token: string, method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${gateway.origin}/api${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
    return { status: response.status, body: (await response.json()) as { code?: string; id?: string }[] & { code?: string; id?: string } }
  }
  const { token: admin } = await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')
  const made = await call(admin, 'POST', '/backups', {})
  expect(made.status).toBe(201)
  expect((await call(admin, 'GET', '/backups')).body).toMatchObject([{ id: made.body.id }])
  expect(await call(admin, 'POST', '/backups', { to: dir.path })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
  expect((await call(await gateway.token(), 'GET', '/backups')).status).toBe(403)
  expect((await call(admin, 'POST', '/backups/restore', {})).status).toBe(404)
  await waitFor('nothing else to be written', async () => (await readdir(join(dir.path, 'data', 'backups'))).length === 2)
})

test('a gateway that is killed while it restarts on a backup: the next start is clean, old or new', async () => {
  await using dir = await tempDir()
  const options = { databasePath: join(dir.path, 'data', 'db.sqlite') }
  await runCliJson(options, 'server', 'add', '--name', 'Old', '--command', 'cat')
  const { path } = await runCliJson<Backup & Record<string, unknown>>(options, 'backup')
  for (let round = 0; round < 5; round += 1) {
    const name = `New ${round}`
    await runCliJson(options, 'server', 'add', '--name', name, '--command', 'cat')
    const gateway = await startGateway(options)
    const restore = runCli(options, 'restore', path, '--yes')
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 500))
    gateway.child.kill('SIGKILL')
    await gateway.exited
    // It was done, or it says why not; it does not hang.
    const { code } = await restore
    expect([0, 1]).toContain(code)
    const list = await names(runCliJson(options, 'server', 'ls'))
    expect(list).toContain('Old')
    if (code === 0) expect(list).not.toContain(name)
    expect(await runCliJson(options, 'status')).toMatchObject({ pending: [] })
    expect((await readdir(join(dir.path, 'data'))).filter((file) => file.startsWith('.restore'))).toEqual([])
    if (list.includes(name)) await runCliJson(options, 'server', 'rm', name)
  }
})
