import { existsSync, readdirSync } from 'node:fs'
import { runCli, runCliJson, startGateway, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'

test('a gateway that runs but does not answer: commands are refused and write nothing behind its back', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await using gateway = await startGateway({ databasePath })
  const { id } = await gateway.cli<{ id: string }>('token', 'create', '--name', 'Cursor')
  const db = new Database(databasePath, { readonly: true })
  onTestFinished(() => {
    db.close()
  })
  const version = () => db.pragma('data_version', { simple: true })
  const before = version()
  process.kill(gateway.pid, 'SIGSTOP')
  try {
    const commands = [
      ['token', 'revoke', id],
      ['profile', 'create', '--name', 'Behind'],
      ['server', 'add', '--name', 'Behind', '--command', 'cat', '--approve'],
      ['restore', databasePath, '--yes'],
      ['reset', '--confirm', 'reset'],
      ['backup'],
    ]
    for (const { code, stderr } of await Promise.all(commands.map((command) => runCli({ databasePath }, ...command, '--json')))) {
      expect(code).toBe(1)
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'NOT_READY', message: expect.stringContaining('does not answer') } })
    }
    // Serving beside it is refused at once.
    const second = await runCli({ databasePath }, 'serve', '--json')
    expect(second.code).toBe(75)
    expect(second.stderr).toContain(`pid ${gateway.pid}`)
    expect(version()).toBe(before)
    expect(readdirSync(dir.path).filter((name) => /^before-|^\.restore|^backups$/.test(name))).toEqual([])
    // Looking is allowed.
    expect(await runCliJson({ databasePath }, 'status')).toMatchObject({ running: true })
  } finally {
    process.kill(gateway.pid, 'SIGCONT')
  }
  expect(await gateway.cli('token', 'revoke', id)).toMatchObject({ revokedAt: expect.any(Number) })
})

test('a program that keeps the database locked for long: REST says busy and when to come back, and nothing is half done', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await using gateway = await startGateway({ databasePath })
  const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')
  const other = new Database(databasePath)
  onTestFinished(() => {
    other.close()
  })
  const create = () =>
    fetch(`${gateway.origin}/api/profiles`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Waits' }),
    })
  other.exec('BEGIN IMMEDIATE')
  const [refused, ready] = await Promise.all([create(), fetch(`${gateway.origin}/health/ready`)])
  expect(ready.status).toBe(503)
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ code: 'DB_BUSY' })
  other.exec('ROLLBACK')
  expect((await create()).status).toBe(201)
  expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
  expect(await gateway.cli('profile', 'ls')).toHaveLength(2)
})

test('the place of a new database is judged before anything is written there', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/Dropbox/data/db.sqlite`
  const { code, stderr } = await runCli({ databasePath: `${dir.path}/unused` }, 'profile', 'ls', '--json', '--database', databasePath)
  expect(code).toBe(0)
  expect(stderr).toMatch(/Nothing was written yet, but the database is going to be on Dropbox.*--database/)
  expect(existsSync(`${dir.path}/unused`)).toBe(false)
  await using gateway = await startGateway({ databasePath })
  expect(gateway.stderr()).toContain('The database is on Dropbox')
})
