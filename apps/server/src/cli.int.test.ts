import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { runCli, runCliJson, startGateway, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'

const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
const errorOf = (stderr: string) => JSON.parse(stderr.trim().split('\n').at(-1) ?? '').error

test('without a gateway running, commands work on the database itself', async () => {
  await using dir = await tempDir()
  const options = { databasePath: `${dir.path}/data/db.sqlite` }
  const trap = `${dir.path}/trap`
  const added = await runCliJson(options, 'server', 'add', '--name', 'Trap', '--approve', '--command', `touch '${trap}'`)
  expect(added).toMatchObject({ name: 'Trap', slug: 'trap', approved: true, config: { command: 'touch', args: [trap] } })
  expect(await runCliJson(options, 'server', 'ls')).toHaveLength(2)
  // A command registers; running servers is for the gateway.
  await expect(stat(trap)).rejects.toThrow()
  await runCliJson(options, 'profile', 'create', '--name', 'Work', '--server', 'trap')
  expect(await runCliJson(options, 'profile', 'ls')).toMatchObject([
    { slug: 'default', isDefault: true },
    { slug: 'work', serverIds: [added.id] },
  ])
  const { token } = await runCliJson<{ token: string }>(options, 'token', 'create', '--name', 'x', '--profile', 'work')
  expect(token).toMatch(/^lmg_[\w-]{43}$/)
  expect(JSON.stringify(await runCliJson(options, 'token', 'ls'))).not.toContain(token)
  expect((await readFile(options.databasePath)).includes(token)).toBe(false)
  await runCliJson(options, 'server', 'rm', 'trap')
  expect(await runCliJson(options, 'server', 'ls')).toHaveLength(1)
})

test('files and folder are for this user only, whatever the umask', async () => {
  await using dir = await tempDir()
  const before = process.umask(0)
  try {
    await using gateway = await startGateway({ databasePath: `${dir.path}/data/db.sqlite` })
    await gateway.cli('profile', 'create', '--name', 'x')
    expect((await stat(`${dir.path}/data`)).mode & 0o777).toBe(0o700)
    const files = await readdir(`${dir.path}/data`)
    expect(files).toEqual(expect.arrayContaining(['db.sqlite', 'control.json']))
    for (const file of files) expect((await stat(`${dir.path}/data/${file}`)).mode & 0o777, file).toBe(0o600)
  } finally {
    process.umask(before)
  }
})

test.each([
  ['unknown verb', ['frobnicate'], 64],
  ['unknown option', ['serve', '--nope'], 64],
  ['missing option', ['server', 'add', '--command', 'x'], 64],
  ['neither command nor URL', ['server', 'add', '--name', 'x'], 65],
  ['both', ['server', 'add', '--name', 'x', '--command', 'a', '--url', 'http://a'], 65],
  ['an open quote', ['server', 'add', '--name', 'x', '--command', 'a "b'], 65],
  ['a bad URL', ['server', 'add', '--name', 'x', '--url', 'nonsense'], 65],
  ['a metadata address', ['server', 'add', '--name', 'x', '--url', 'http://169.254.169.254/'], 65],
  ['a bad slug', ['profile', 'create', '--name', 'x', '--slug', 'A'], 65],
  ['a reserved slug', ['profile', 'create', '--name', 'x', '--slug', 'gateway'], 65],
  ['a bad number', ['token', 'create', '--name', 'x', '--expires', 'soon'], 65],
  ['unknown server', ['server', 'rm', 'nope'], 66],
  ['unknown profile', ['token', 'create', '--name', 'x', '--profile', 'nope'], 66],
  ['help', ['--help'], 0],
  ['version', ['--version'], 0],
])('%s: exit code', async (_, args, code) => {
  await using dir = await tempDir()
  const result = await runCli({ databasePath: `${dir.path}/db.sqlite` }, ...args)
  expect(result.code, result.stderr).toBe(code)
})

test('a duplicate says so, in words and for programs', async () => {
  await using dir = await tempDir()
  const options = { databasePath: `${dir.path}/db.sqlite` }
  await runCliJson(options, 'token', 'create', '--name', 'Cursor')
  const human = await runCli(options, 'token', 'create', '--name', 'Cursor')
  expect(human.code).toBe(1)
  expect(human.stderr).toMatch(/^✗ There is a token "Cursor" already\n {2}- name: Taken\n {2}Choose another name\.\n$/)
  const machine = await runCli(options, 'token', 'create', '--name', 'Cursor', '--json')
  expect(errorOf(machine.stderr)).toEqual({
    code: 'NAME_EXISTS',
    message: 'There is a token "Cursor" already',
    next: 'Choose another name.',
    errors: [{ path: ['name'], message: 'Taken' }],
  })
})

describe('an environment that cannot be right is refused, naming the variable', () => {
  test.each([
    [{ PORT: 'http' }, 65, 'PORT'],
    [{ PORT: '70000' }, 65, 'PORT'],
    [{ HOST: '0.0.0.0' }, 65, 'HOST'],
    [{ LOG_LEVEL: 'loud' }, 65, 'LOG_LEVEL'],
    [{ CORS_ORIGINS: 'https://a.example, *' }, 65, 'CORS_ORIGINS'],
    [{ PLATFORM_ADMIN_EMAIL: 'nobody' }, 65, 'PLATFORM_ADMIN_EMAIL'],
  ])('%j', async (env, code, name) => {
    await using dir = await tempDir()
    const result = await runCli({ databasePath: `${dir.path}/db.sqlite`, env: env as Record<string, string> }, 'serve')
    expect(result.code).toBe(code)
    expect(result.stderr).toContain(name)
  })
})

describe('a database that is not ours is left alone', () => {
  async function refused(path: string, code: string): Promise<void> {
    const result = await runCli({ databasePath: path }, 'migrate', '--json')
    expect(result.code).toBe(1)
    expect(errorOf(result.stderr)).toMatchObject({ code })
    expect(errorOf(result.stderr).message).toContain(path)
  }

  test('a text file', async () => {
    await using dir = await tempDir()
    const path = `${dir.path}/notes.txt`
    await writeFile(path, 'dear diary '.repeat(1000))
    const before = await sha256(path)
    await refused(path, 'DATABASE_NOT_SQLITE')
    expect(await sha256(path)).toBe(before)
  })

  test("another program's database", async () => {
    await using dir = await tempDir()
    const path = `${dir.path}/other.db`
    const db = new Database(path)
    db.exec('CREATE TABLE migrations (id INTEGER); INSERT INTO migrations VALUES (1)')
    db.close()
    const before = await sha256(path)
    await refused(path, 'DATABASE_FOREIGN')
    expect(await sha256(path)).toBe(before)
  })

  test('a folder, and a place that cannot be written', async () => {
    await using dir = await tempDir()
    await mkdir(`${dir.path}/folder`)
    await refused(`${dir.path}/folder`, 'DATABASE_NOT_SQLITE')
    await writeFile(`${dir.path}/file`, '')
    await refused(`${dir.path}/file/below/db.sqlite`, 'DATABASE_UNWRITABLE')
  })
})

test('the doctor finds a healthy database healthy and a damaged one damaged', async () => {
  await using dir = await tempDir()
  const options = { databasePath: `${dir.path}/db.sqlite` }
  await runCliJson(options, 'migrate')
  const healthy = await runCli(options, 'doctor', '--json')
  expect(healthy.code).toBe(0)
  expect((JSON.parse(healthy.stdout) as { level: string }[]).filter(({ level }) => level === 'error')).toEqual([])
  const bytes = await readFile(options.databasePath)
  bytes.fill(0xff, 4096, 12_288)
  await writeFile(options.databasePath, bytes)
  const damaged = await runCli(options, 'doctor', '--json')
  expect(damaged.code).toBe(1)
  expect((JSON.parse(damaged.stdout) as { level: string }[]).some(({ level }) => level === 'error')).toBe(true)
})
