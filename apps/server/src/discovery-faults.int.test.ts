import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, copyFileSync, openSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type GatewayProcess, runCliJson, startGateway, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

const dir = await tempDir()
const path = `${dir.path}/db.sqlite`
let gateway: GatewayProcess
let token: string
let other: Database.Database

beforeAll(async () => {
  gateway = await startGateway({ databasePath: path })
  token = await gateway.token()
  other = new Database(path, { timeout: 10_000 })
  other.unsafeMode(true)
})
afterAll(async () => {
  other.close()
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

interface Answer {
  readonly status: number
  readonly body: { readonly code?: string; readonly check?: string; readonly data?: readonly { readonly name: string }[] }
}

async function ask(of = gateway, bearer = token, address = '/api/mcp/servers'): Promise<Answer> {
  const response = await fetch(`${of.origin}${address}`, { headers: { authorization: `Bearer ${bearer}` } })
  const text = await response.text()
  expect(text).not.toMatch(/\bat .*\.(?:ts|mjs|js):\d+|SELECT |node_modules/)
  return { status: response.status, body: JSON.parse(text) }
}

/** The fault is told as 503 by the name of the check, on every address of discovery, and is over when it is mended. */
async function expectFault(check: string, told: string): Promise<void> {
  for (const address of ['', '/gateway', '/gateway/status', '/nobody'])
    expect(await ask(gateway, token, `/api/mcp/servers${address}`), told).toMatchObject({ status: 503, body: { code: 'NOT_READY', check } })
  // Who comes in is still decided first.
  expect((await ask(gateway, 'wrong')).status, told).toBe(401)
}
async function expectWhole(told: string): Promise<void> {
  expect(await ask(), told).toMatchObject({ status: 200, body: { data: [{ name: 'Gateway' }] } })
  expect((await ask(gateway, token, '/api/mcp/servers/nobody')).status, told).toBe(404)
}

interface Part {
  readonly type: 'table' | 'index' | 'trigger' | 'view'
  readonly name: string
  readonly tbl_name: string
  readonly rootpage: number
  readonly sql: string | null
}

/** Rewrites what the file says of its tables, and leaves all data where it is. */
function rewriteSchema(parts: readonly Part[]): void {
  other.pragma('writable_schema = ON')
  other.transaction(() => {
    other.prepare('DELETE FROM sqlite_master').run()
    const insert = other.prepare(
      'INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES (@type, @name, @tbl_name, @rootpage, @sql)',
    )
    for (const part of parts) insert.run(part)
    other.pragma(`schema_version = ${Number(other.pragma('schema_version', { simple: true })) + 1}`)
  })()
  other.pragma('writable_schema = OFF')
}

describe('the schema', () => {
  const read = () => other.prepare<[], Part>('SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master').all()

  test('every table, view, index and trigger that is dropped', { timeout: 300_000 }, async () => {
    const parts = read()
    const droppable = parts.filter(({ name, sql }) => sql !== null && !name.startsWith('sqlite_'))
    const kinds = new Set<string>()
    for (const { type, name } of droppable) {
      kinds.add(type)
      rewriteSchema(parts.filter((part) => part.name !== name && !(type === 'table' && part.tbl_name === name)))
      await expectFault('schema', `${type} ${name} dropped`)
      rewriteSchema(parts)
    }
    await expectWhole('all of them put back')
    expect([...kinds].sort()).toEqual(['index', 'table', 'trigger', 'view'])
    expect(droppable.length).toBeGreaterThan(100)
  })

  test('every table that is renamed, and every column', { timeout: 300_000 }, async () => {
    const parts = read()
    for (const { name } of parts.filter(({ type }) => type === 'table')) {
      if (name.startsWith('sqlite_')) continue
      const columns = other.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(name)
      const faults = [
        `ALTER TABLE "${name}" RENAME TO renamed`,
        ...columns.map((column) => `ALTER TABLE "${name}" RENAME COLUMN "${column}" TO renamed`),
      ]
      for (const sql of faults) {
        other.exec(sql)
        expect(await ask(), sql).toMatchObject({ status: 503, body: { code: 'NOT_READY', check: 'schema' } })
        rewriteSchema(parts)
      }
      await expectWhole(`${name} has its names back`)
    }
  })

  test('a table that is replaced by one that has other columns, and one that is dropped for good and made again', async () => {
    const parts = read()
    rewriteSchema(parts.map((part) => (part.name === 'sources' ? { ...part, sql: 'CREATE TABLE sources (id TEXT PRIMARY KEY)' } : part)))
    await expectFault('schema', 'sources replaced')
    rewriteSchema(parts)
    await expectWhole('sources put back')
    const kept = parts.filter(({ tbl_name, sql }) => tbl_name === 'tool_metrics' && sql !== null)
    other.exec('DROP TABLE tool_metrics')
    await expectFault('schema', 'tool_metrics dropped for good')
    for (const { sql } of kept.toSorted((a, b) => Number(b.type === 'table') - Number(a.type === 'table'))) other.exec(sql as string)
    await expectWhole('tool_metrics made again')
  })

  test('a record of upgrades that is not ours', async () => {
    for (const [sql, undo] of [
      ['UPDATE schema_migrations SET dirty = 1 WHERE version = 1', 'UPDATE schema_migrations SET dirty = 0'],
      [`INSERT INTO schema_migrations VALUES (99, '0099_x', '', 0, 0, 0, '9')`, 'DELETE FROM schema_migrations WHERE version = 99'],
    ] as const) {
      other.exec(sql)
      await expectFault('migrations', sql)
      other.exec(undo)
      await expectWhole(undo)
    }
  })
})

describe('the file', () => {
  test('moved away, replaced, taken by a folder', async () => {
    const away = `${path}.away`
    const faults: readonly (readonly [string, () => void])[] = [
      ['moved away', () => {}],
      ['replaced by a copy', () => copyFileSync(away, path)],
      ['replaced by something else', () => writeFileSync(path, 'something else')],
    ]
    for (const [told, replace] of faults) {
      renameSync(path, away)
      replace()
      await expectFault('disk', told)
      rmSync(path, { force: true })
      renameSync(away, path)
      await expectWhole(`${told}, and put back`)
    }
  })

  test('locked by a writer that does not end', async () => {
    other.exec('BEGIN IMMEDIATE')
    await expectFault('write_probe', 'locked')
    other.exec('ROLLBACK')
    await expectWhole('unlocked')
  })

  test('a page of the servers that is damaged', async () => {
    const rootpage = Number(other.prepare(`SELECT rootpage FROM sqlite_master WHERE name = 'mcp_servers'`).pluck().get())
    const size = Number(other.pragma('page_size', { simple: true }))
    /** Moves all into the file, and makes every connection read it anew. */
    const settle = () => {
      other.exec(`UPDATE gateway_settings SET updated_at = updated_at + 1`)
      other.pragma('wal_checkpoint(TRUNCATE)')
    }
    settle()
    const sound = Buffer.alloc(size)
    const descriptor = openSync(path, 'r+')
    readSync(descriptor, sound, 0, size, (rootpage - 1) * size)
    writeSync(descriptor, Buffer.alloc(size, 0xff), 0, size, (rootpage - 1) * size)
    settle()
    expect(await ask()).toMatchObject({ status: 503, body: { code: 'NOT_READY', check: 'query_path' } })
    writeSync(descriptor, sound, 0, size, (rootpage - 1) * size)
    settle()
    await expectWhole('the page is as it was')
    // Last of all: it drops the locks that this process has on the file.
    closeSync(descriptor)
  })
})

test('a disk that is full', async (context) => {
  const disk = await tempDir()
  onTestFinished(() => disk[Symbol.asyncDispose]())
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'none', disk.path]).status !== 0)
    return context.skip('mounting a small tmpfs is not allowed here')
  onTestFinished(() => {
    execFileSync('umount', ['-l', disk.path])
  })
  const full = await startGateway({ databasePath: join(disk.path, 'db.sqlite') })
  onTestFinished(async () => {
    await full.stop()
  })
  const bearer = await full.token()
  expect((await ask(full, bearer)).status).toBe(200)
  writeFileSync(join(disk.path, 'filler'), Buffer.alloc(48 * 1024 * 1024))
  expect(await ask(full, bearer)).toMatchObject({ status: 503, body: { code: 'NOT_READY', check: 'disk' } })
  rmSync(join(disk.path, 'filler'))
  expect((await ask(full, bearer)).status).toBe(200)
})

test('a database that does not open at the start: 503 with the reason, not a list of nothing', async () => {
  const broken = await tempDir()
  onTestFinished(() => broken[Symbol.asyncDispose]())
  const databasePath = join(broken.path, 'db.sqlite')
  const { token: bearer } = await runCliJson<{ token: string }>({ databasePath }, 'token', 'create', '--name', 'x')
  const db = new Database(databasePath)
  db.pragma('foreign_keys = OFF')
  db.exec('DROP TABLE mcp_server_sources')
  db.close()
  const recovering = await startGateway({ databasePath })
  onTestFinished(async () => {
    await recovering.stop()
  })
  expect(recovering.event).toBe('recovery')
  expect(await ask(recovering, bearer)).toMatchObject({ status: 503, body: { code: 'NOT_READY', check: 'launch', cause: 'SCHEMA_DRIFT' } })
})
