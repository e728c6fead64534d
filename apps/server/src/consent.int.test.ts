import { mkdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  badServer,
  type GatewayProcess,
  openRawSession,
  pidsOf,
  runCli,
  runCliJson,
  startGateway,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const dir = await tempDir()
const options = {
  databasePath: join(dir.path, 'db.sqlite'),
  env: { LMG_TEST_CANARY: 'canary-7f3a9c', LANG: 'C', NODE_OPTIONS: '--no-deprecation' },
}
let gateway: GatewayProcess
let admin: string

beforeAll(async () => {
  gateway = await startGateway(options)
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
})
afterAll(async () => {
  await gateway.stop()
  await dir[Symbol.asyncDispose]()
})

interface Status {
  readonly state: string
  readonly program: string | null
  readonly problem: { readonly code: string; readonly evidence: string[]; readonly message: string } | null
}
const status = (slug: string) => gateway.cli<Status>('server', 'status', slug)
const settled = (slug: string, wanted: (status: Status) => boolean) =>
  waitFor(
    `${slug} to settle`,
    async () => {
      const seen = await status(slug)
      return wanted(seen) ? seen : null
    },
    30_000,
  )

async function api(method: string, path: string, body?: object): Promise<{ status: number; body: { id: string; code?: string } }> {
  const headers = { authorization: `Bearer ${admin}`, ...(body ? { 'content-type': 'application/json' } : {}) }
  const response = await fetch(`${gateway.origin}/api${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

/** A program that writes down that it was started. */
async function trap(name: string) {
  const path = join(dir.path, name)
  const log = `${path}.started`
  await writeFile(path, `#!/bin/sh\necho "$@" >> ${log}\nexec ${process.execPath} ${badServer} plain\n`, { mode: 0o755 })
  const starts = async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').length - 1
  return { path, starts }
}

/** A server that everybody may start is up, so whatever was to be started before it has been. */
async function everythingStarted(): Promise<void> {
  await gateway.cli('server', 'add', '--name', 'Last', '--approve', '--command', process.execPath, '--arg', badServer)
  await settled('last', ({ state }) => state === 'connected')
  await gateway.cli('server', 'rm', 'last')
}

test('nothing runs before somebody agreed, whichever way it came in', async () => {
  const { path, starts } = await trap('trap')
  const config = (...args: string[]) => ({ command: path, args })
  const create = (name: string, ...args: string[]) =>
    api('POST', '/mcp-servers', { name, type: 'external', config: config(...args), profiles: ['default'] })

  // In by REST and by the command line; linked, looked at, called, changed, switched off and on, restarted.
  expect((await create('By REST', 'rest')).status).toBe(201)
  await gateway.cli('server', 'add', '--name', 'By CLI', '--command', path, '--arg', 'cli')
  await gateway.cli('profile', 'create', '--name', 'Linked', '--server', 'by-cli')
  for (const slug of ['by-rest', 'by-cli']) {
    expect(await status(slug)).toMatchObject({ state: 'approval_required', program: null, problem: { code: 'APPROVAL_REQUIRED' } })
    await api('GET', `/mcp-servers/${slug}/tools`)
    await api('GET', `/mcp-servers/${slug}`)
    expect((await api('POST', `/mcp-servers/${slug}/restart`, {})).status).toBe(409)
    expect((await api('PUT', `/mcp-servers/${slug}`, { config: config(slug, 'changed') })).status).toBe(200)
    await api('PUT', `/mcp-servers/${slug}`, { enabled: false })
    await api('PUT', `/mcp-servers/${slug}`, { enabled: true })
    expect((await api('POST', `/mcp-servers/${slug}/approve`, { version: 1 })).status).toBe(404)
  }
  // No client makes it start either.
  const session = await openRawSession(gateway.mcpUrl.concat('/default'), await gateway.token())
  expect(JSON.stringify(await session.request(1, 'tools/list', {}))).not.toContain('by_rest')
  await session.request(2, 'tools/call', { name: 'by-rest__echo', arguments: {} })
  await gateway.cli('doctor')
  await everythingStarted()
  expect(await starts()).toBe(0)

  // Nor does a start of the gateway.
  await gateway.stop()
  await runCliJson(options, 'server', 'add', '--name', 'Offline', '--command', path, '--arg', 'offline')
  gateway = await startGateway(options)
  await everythingStarted()
  expect(await starts()).toBe(0)

  // Agreed to, it runs. What is restored or salvaged waits for a person again, and so does what was changed.
  await gateway.cli('server', 'approve', 'by-cli', '--yes')
  await settled('by-cli', ({ state }) => state === 'connected')
  const once = await starts()
  expect(once).toBeGreaterThan(0)
  const { path: backup } = await gateway.cli<{ path: string }>('backup')
  await gateway.cli('restore', backup, '--yes')
  await settled('by-cli', ({ state }) => state === 'approval_required')
  await everythingStarted()
  expect(await starts()).toBe(once)

  await gateway.cli('server', 'approve', 'by-cli', '--yes')
  await settled('by-cli', ({ state }) => state === 'connected')
  const twice = await starts()
  await api('PUT', '/mcp-servers/by-cli', { config: config('once more') })
  expect((await status('by-cli')).state).toBe('approval_required')
  await everythingStarted()
  expect(await starts()).toBe(twice)

  await gateway.cli('server', 'approve', 'by-cli', '--yes')
  await settled('by-cli', ({ state }) => state === 'connected')
  const thrice = await starts()
  await gateway.stop()
  expect((await runCli(options, 'salvage', '--swap', '--json')).code).toBe(0)
  gateway = await startGateway(options)
  expect(await status('by-cli')).toMatchObject({ state: 'approval_required' })
  await gateway.cli('reset', '--confirm', 'reset')
  await everythingStarted()
  expect(await starts()).toBe(thrice)
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
})

describe('what was agreed to', () => {
  test('is the file, too: one that was put in its place waits for a person', async () => {
    const first = await trap('first')
    const second = await trap('second')
    const link = join(dir.path, 'linked')
    await symlink(first.path, link)
    await gateway.cli('server', 'add', '--name', 'Linked file', '--command', link, '--approve')
    expect(await settled('linked-file', ({ state }) => state === 'connected')).toMatchObject({ program: link })
    await unlink(link)
    await symlink(second.path, link)
    await api('POST', '/mcp-servers/linked-file/restart', {})
    const { problem } = await settled('linked-file', ({ state }) => state === 'approval_required')
    expect(problem).toMatchObject({
      code: 'PROGRAM_CHANGED',
      evidence: expect.arrayContaining([expect.stringMatching(/^agreed to: SHA-256 [0-9a-f]{64}$/)]),
    })
    expect(await second.starts()).toBe(0)
    await gateway.cli('server', 'approve', 'linked-file', '--yes')
    await settled('linked-file', ({ state }) => state === 'connected')
    expect(await second.starts()).toBeGreaterThan(0)
  })

  test('is shown whole, with the file, the packages that are not pinned and the variables to be careful with', async () => {
    const { path } = await trap('npx')
    const careful = ['--env', 'NODE_OPTIONS=--no-warnings']
    const refused = await runCli(
      options,
      'server',
      'add',
      '--name',
      'Careful',
      '--command',
      path,
      '--arg',
      'some-server',
      ...careful,
      '--json',
    )
    expect(refused).toMatchObject({ code: 65, stderr: expect.stringContaining('allowReservedEnv') })
    await gateway.cli('server', 'add', '--name', 'Careful', '--command', path, '--arg', 'some-server', ...careful, '--allow-env')
    const asked = await runCli(options, 'server', 'approve', 'careful')
    for (const part of [
      `command   ${path}`,
      `program   ${path}`,
      'argument  some-server',
      'variable  NODE_OPTIONS=--no-warnings',
      'careful   NODE_OPTIONS',
      'newest version of some-server',
    ])
      expect(asked.stderr).toContain(part)
  })
})

test('a server gets the descriptors 0, 1 and 2, no variable of the gateway, and no key in its arguments', async () => {
  const script = join(dir.path, 'nosy.cjs')
  const seen = join(dir.path, 'seen.json')
  // Before it does anything else: what it holds was handed to it, or is one of the handles that Node itself opens.
  await writeFile(
    script,
    `const fs = require('fs'); const fds = fs.readdirSync('/proc/self/fd').flatMap((fd) => { try { return [[Number(fd), fs.readlinkSync('/proc/self/fd/' + fd)]] } catch { return [] } });
fs.writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ fds, env: process.env })); import(${JSON.stringify(badServer)})`,
  )
  await gateway.cli(
    'server',
    'add',
    '--name',
    'Nosy',
    '--command',
    process.execPath,
    '--arg',
    script,
    '--arg',
    'nosy-marker',
    '--env',
    'MY_KEY={{env:LMG_TEST_CANARY}}',
    '--approve',
  )
  await waitFor('what it saw', () =>
    readFile(seen, 'utf8').then(
      (text) => text.length > 0,
      () => false,
    ),
  )
  await settled('nosy', ({ state }) => state === 'connected')
  const { fds, env } = JSON.parse(await readFile(seen, 'utf8')) as { fds: [number, string][]; env: Record<string, string> }
  const inherited = fds.filter(([fd, target]) => fd > 2 && !/^anon_inode:|^pipe:|^\/proc\/|^\/dev\/null$/.test(target))
  expect(inherited).toEqual([])
  expect(env.MY_KEY).toBe('canary-7f3a9c')
  expect(Object.keys(env)).not.toContain('LMG_TEST_CANARY')
  expect(Object.keys(env)).not.toContain('NODE_OPTIONS')
  for (const pid of pidsOf('nosy-marker')) expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('canary')
  expect(pidsOf('nosy-marker').length).toBeGreaterThan(0)
})

test('a failure is told alike by status and doctor, without keys and without what steers a terminal', async () => {
  const script = join(dir.path, 'leaky')
  await writeFile(script, `#!/bin/sh\nprintf 'Error: \\033[31mkey %s is\\033[0m \\342\\200\\256invalid\\007\\n' "$MY_KEY" >&2\nexit 3\n`, {
    mode: 0o755,
  })
  await gateway.cli('server', 'add', '--name', 'Leaky', '--command', script, '--env', 'MY_KEY={{env:LMG_TEST_CANARY}}', '--approve')
  const { problem } = await settled('leaky', ({ state }) => state === 'error')
  expect(problem?.evidence).toEqual(
    expect.arrayContaining(['exit code 3', 'Error: key ••• is \\u{202e}invalid\\u{7}', `program: ${script}`]),
  )
  const findings = await gateway.cli<{ check: string; level: string; code?: string; evidence?: string[] }[]>('doctor')
  expect(findings.find(({ check }) => check === 'server Leaky')).toMatchObject({
    level: 'warning',
    code: problem?.code,
    evidence: problem?.evidence,
  })
  const { stdout, code } = await runCli(options, 'doctor')
  expect(code).toBe(0)
  expect(stdout).toContain(`! server Leaky: ${problem?.code}`)
  expect(stdout + gateway.stderr() + JSON.stringify(findings)).not.toContain('canary-7f3a9c')
})

test('a program that is installed while the gateway runs is found at the next restart', async () => {
  const home = join(dir.path, 'home')
  await mkdir(join(home, 'bin'), { recursive: true })
  await gateway.stop()
  gateway = await startGateway({ ...options, env: { ...options.env, HOME: home, SHELL: '/bin/bash' } })
  await gateway.cli('server', 'add', '--name', 'Late', '--command', 'installed-late-of-test', '--approve')
  expect((await settled('late', ({ state }) => state === 'error')).problem).toMatchObject({
    code: 'COMMAND_NOT_FOUND',
    evidence: expect.arrayContaining([expect.stringMatching(/^PATH=/)]),
  })
  await writeFile(join(home, 'bin', 'installed-late-of-test'), `#!/bin/sh\nexec ${process.execPath} ${badServer} plain\n`, { mode: 0o755 })
  await writeFile(join(home, '.bash_profile'), 'export PATH="$HOME/bin:$PATH"\n')
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'again', '--admin')).token
  await api('POST', '/mcp-servers/late/restart', {})
  expect(await settled('late', ({ state }) => state === 'connected')).toMatchObject({
    program: join(home, 'bin', 'installed-late-of-test'),
  })
})
