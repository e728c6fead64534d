import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Finding } from '@local-mcp/contract'
import { readEnvironment } from '@local-mcp/runtime'
import { runCli, runCliJson, startGateway, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { withOperations } from './cli/gateway-client.ts'

/** In ms; the long form is that of row DB-11. */
const TOGETHER_MS = process.env.LMG_ENDURANCE ? 60_000 : 6000
const main = fileURLToPath(new URL('../dist/main.mjs', import.meta.url))

test(`the gateway and commands write together for ${TOGETHER_MS / 1000} s: nobody is told of a lock, nothing is lost`, async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await using gateway = await startGateway({ databasePath })
  const admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  const until = performance.now() + TOGETHER_MS
  const made: string[] = []
  const errors: string[] = []

  async function overRest(): Promise<void> {
    for (let turn = 0; performance.now() < until; turn += 1) {
      const answer = await fetch(`${gateway.origin}/api/profiles`, {
        method: 'POST',
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: `Rest ${turn}` }),
      })
      if (answer.ok) made.push(((await answer.json()) as { slug: string }).slug)
      else errors.push(`${answer.status} ${await answer.text()}`)
    }
  }
  async function byCommand(name: string): Promise<void> {
    for (let turn = 0; performance.now() < until; turn += 1) {
      const { code, stdout, stderr } = await runCli({ databasePath }, 'profile', 'create', '--name', `${name} ${turn}`, '--json')
      if (code === 0) made.push((JSON.parse(stdout) as { slug: string }).slug)
      else errors.push(`${code} ${stderr}`)
    }
  }
  /** Writes to the file without the gateway, as a second program of ours does. */
  async function besideIt(): Promise<void> {
    const db = new Database(databasePath, { timeout: 5000 })
    while (performance.now() < until) {
      db.exec(`BEGIN IMMEDIATE; UPDATE app_locks SET holder_pid = holder_pid + 1; COMMIT`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    db.close()
  }
  await Promise.all([overRest(), byCommand('One'), byCommand('Two'), besideIt()])
  expect(errors).toEqual([])
  const there = new Set((await gateway.cli<{ slug: string }[]>('profile', 'ls')).map(({ slug }) => slug))
  expect(made.filter((slug) => !there.has(slug))).toEqual([])
  expect(there.size).toBe(made.length + 1)
  expect(made.length).toBeGreaterThan(10)
  expect(gateway.stderr()).not.toMatch(/locked|DB_BUSY/)
  process.stdout.write(
    `[measured] gateway and commands together for ${TOGETHER_MS / 1000} s: profiles ${made.length}, errors ${errors.length}\n`,
  )
}, 200_000)

test('the doctor of the gateway works in its thread from the built files, while clients are answered', async () => {
  await using dir = await tempDir()
  const databasePath = `${dir.path}/db.sqlite`
  await using gateway = await startGateway({ databasePath })
  const db = new Database(databasePath)
  const insert = db.prepare(
    `INSERT INTO debug_logs (id, request_type, request_payload, status) VALUES (printf('%036d', ?), 'tools/call', hex(randomblob(16000)), 'success')`,
  )
  db.transaction(() => {
    for (let row = 0; row < 1500; row += 1) insert.run(row)
  })()
  db.close()
  let examining = true
  let slowest = 0
  let answers = 0
  const asking = (async () => {
    while (examining) {
      const started = performance.now()
      expect((await fetch(`${gateway.origin}/health`)).status).toBe(200)
      slowest = Math.max(slowest, performance.now() - started)
      answers += 1
    }
  })()
  const environment = readEnvironment({ DATABASE_PATH: databasePath })
  const started = performance.now()
  const findings = await withOperations(environment, (operations, running) => {
    expect(running).toBe(true)
    return operations.health.doctor()
  })
  const ms = performance.now() - started
  examining = false
  await asking
  process.stdout.write(
    `[measured] doctor inside the gateway: ${ms.toFixed(0)} ms, slowest of ${answers} answers ${slowest.toFixed(0)} ms\n`,
  )
  expect(findings.filter(({ level }) => level === 'error')).toEqual([])
  expect(findings.map(({ check }) => check)).toEqual(expect.arrayContaining(['integrity_check', 'row_checksums', 'write_probe']))
  expect(answers).toBeGreaterThan(3)
  // The locks of the gateway survived: it still writes, and is alone.
  await gateway.token()
  expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
})

test('from damage to a sound database: the doctor names it, salvage brings back what is whole, the launch goes on', async () => {
  await using dir = await tempDir()
  const options = { databasePath: `${dir.path}/db.sqlite` }
  await runCliJson(options, 'profile', 'create', '--name', 'Kept')
  await runCliJson(options, 'profile', 'create', '--name', 'Broken')
  const db = new Database(options.databasePath)
  db.exec(`UPDATE profiles SET description = 'not what was written', updated_at = updated_at WHERE name = 'Broken'`)
  db.close()

  const ill = await runCli(options, 'doctor', '--json')
  expect(ill.code).toBe(1)
  const error = (JSON.parse(ill.stdout) as Finding[]).find(({ check }) => check === 'row_checksums')
  expect(error).toMatchObject({ level: 'error', message: expect.stringContaining('profiles'), next: expect.stringContaining('salvage') })

  {
    await using gateway = await startGateway(options)
    const refused = await runCli(options, 'salvage', '--json')
    expect([refused.code, refused.stderr]).toEqual([75, expect.stringContaining('ALREADY_RUNNING')])
    // A list goes on without the damaged row.
    expect((await gateway.cli<{ name: string }[]>('profile', 'ls')).map(({ name }) => name).sort()).toEqual(['Default', 'Kept'])
  }
  const before = readFileSync(options.databasePath)
  const trial = await runCliJson<{ path: string; swapped: boolean }>(options, 'salvage', '--to', `${dir.path}/new.db`)
  expect(trial).toMatchObject({ path: `${dir.path}/new.db`, swapped: false })
  expect(readFileSync(options.databasePath).equals(before)).toBe(true)
  const swapped = await runCli(options, 'salvage', '--swap')
  expect(swapped).toMatchObject({ code: 0, stdout: expect.stringMatching(/profiles\s+2\s+1\s+0\s+0\n/) })
  expect(readdirSync(dir.path).filter((name) => name.includes('.corrupt-')).length).toBeGreaterThanOrEqual(2)
  expect((await runCli(options, 'doctor')).code).toBe(0)
  expect((await runCliJson<{ name: string }[]>(options, 'profile', 'ls')).map(({ name }) => name).sort()).toEqual(['Default', 'Kept'])
}, 60_000)

const nobody = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, main, '--version'])
if (nobody.status !== 0) process.stdout.write('A folder that cannot be written was not tested: it takes root and setpriv.\n')

test.skipIf(nobody.status !== 0)('a folder or file that this user cannot write is refused by name and left as it is', async () => {
  await using dir = await tempDir()
  chmodSync(dir.path, 0o755)
  const databasePath = `${dir.path}/db.sqlite`
  copyFileSync(fileURLToPath(new URL('../../../packages/database/fixtures/0001.db', import.meta.url)), databasePath)
  const bytes = readFileSync(databasePath)
  const asNobody = (...command: string[]) =>
    spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, main, ...command], {
      env: { ...process.env, DATABASE_PATH: databasePath, HOME: dir.path },
      encoding: 'utf8',
    })
  for (const [mode, folderOwner] of [
    [0o666, 0],
    [0o444, 65_534],
  ] as const) {
    chmodSync(databasePath, mode)
    chownSync(dir.path, folderOwner, folderOwner)
    const { status, stderr } = asNobody('migrate', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'DATABASE_UNWRITABLE', message: expect.stringContaining(dir.path) },
    })
    const { status: doctor, stdout } = asNobody('doctor', '--json')
    expect(doctor).toBe(1)
    expect((JSON.parse(stdout) as Finding[]).some(({ level }) => level === 'error')).toBe(true)
    expect(readFileSync(databasePath).equals(bytes)).toBe(true)
    // SQLite leaves an empty log beside a file that it may read but not write.
    expect(readdirSync(dir.path).filter((name) => !/-(wal|shm)$|migration\.lock$/.test(name))).toEqual(['db.sqlite'])
  }
})
