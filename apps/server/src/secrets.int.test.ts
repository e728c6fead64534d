import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Secret, Server, ServerStatus, VaultStatus } from '@local-mcp/contract'
import { openRawSession, runCli, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { expect, onTestFinished, test } from 'vitest'

/** Says who it is by the hash of its secret; leaves a mark where it was started. */
const STDIO = `
  require('node:fs').writeFileSync(process.argv[2], 'started')
  const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line)
    const proof = require('node:crypto').createHash('sha256').update(process.env.API_KEY).digest('hex')
    if (method === 'initialize') say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } } })
    else if (method === 'tools/list') say({ id, result: { tools: [{ name: 'prove', inputSchema: { type: 'object' } }] } })
    else if (method === 'tools/call') say({ id, result: { content: [{ type: 'text', text: proof }] } })
  })`
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A remote server that remembers the headers of every request. */
async function remoteServer() {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      if (request.method !== 'POST') return response.writeHead(405).end()
      const { id, method, params } = JSON.parse(body)
      if (id === undefined) return response.writeHead(202).end()
      const result =
        method === 'initialize'
          ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'r', version: '1' } }
          : { tools: [] }
      const error = method === 'server/discover' ? { error: { code: -32601, message: 'no' } } : { result }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...error }))
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, seen }
}

async function place() {
  const dir = await tempDir()
  onTestFinished(() => dir[Symbol.asyncDispose]())
  const options = { databasePath: join(dir.path, 'data', 'db.sqlite'), env: {} as Record<string, string> }
  const script = join(dir.path, 'server.cjs')
  writeFileSync(script, STDIO)
  return { dir: dir.path, options, script, mark: join(dir.path, 'mark'), keyFile: join(dir.path, 'data', 'secrets.key') }
}

/** Commands on a database, with or without a gateway. */
function commands(options: Awaited<ReturnType<typeof place>>['options']) {
  const run = (stdin: string | undefined, ...args: string[]) =>
    runCli({ ...options, ...(stdin === undefined ? {} : { input: stdin }) }, ...args, '--json')
  async function ok<Answer>(stdin: string | undefined, ...args: string[]): Promise<Answer> {
    const { code, stdout, stderr } = await run(stdin, ...args)
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0)
    return JSON.parse(stdout) as Answer
  }
  async function refused(stdin: string | undefined, ...args: string[]) {
    const { code, stderr } = await run(stdin, ...args)
    const line = stderr.split('\n').find((one) => one.startsWith('{"error"')) ?? '{"error":{}}'
    return {
      exit: code,
      ...(JSON.parse(line).error as { code: string; message: string; next: string; usedBy?: unknown; errors?: unknown[] }),
    }
  }
  const status = (slug: string) => ok<ServerStatus>(undefined, 'server', 'status', slug)
  const settled = (slug: string, wanted: string) =>
    waitFor(
      `${slug} to be ${wanted}`,
      async () => {
        const now = await status(slug)
        return (now.problem?.code ?? now.state) === wanted ? now : null
      },
      // Each look is a process of its own.
      30_000,
    )
  return { run, ok, refused, status, settled, vault: () => ok<VaultStatus>(undefined, 'secret', 'status') }
}

test('a named secret reaches its server at use; where it is missing nothing is started, and who uses it is known', async () => {
  const { options, script, mark } = await place()
  await using gateway = await startGateway(options)
  const { ok, refused, settled } = commands(options)
  const token = await gateway.token()
  await ok(undefined, 'secret', 'keep', 'file')
  const add = ['server', 'add', '--name', 'One', '--command', process.execPath, '--arg', script, '--arg', mark, '--approve']
  await ok(undefined, ...add, '--env', 'API_KEY={{secret:github}}')
  expect((await settled('one', 'SECRET_MISSING')).problem?.message).toContain('github')
  expect(existsSync(mark)).toBe(false)

  const prove = async () => {
    const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
    const { result } = await session.request(1, 'tools/call', { name: 'prove' })
    return (result as { content?: { text: string }[] } | undefined)?.content?.[0]?.text
  }
  // It was waited for: the server starts by itself.
  const stored = await ok<Secret>('first-value-1234', 'secret', 'set', 'github')
  expect(stored).toMatchObject({ kind: 'named', name: 'github', hint: '1234', usedBy: [{ name: 'One' }] })
  await settled('one', 'connected')
  expect(await prove()).toBe(sha256('first-value-1234'))
  // A line end at the end is the terminal's; all others are the secret's.
  await ok('two\nlines\n', 'secret', 'set', 'github')
  await waitFor('the new value', async () => (await prove()) === sha256('two\nlines'))
  const [listed] = await ok<Secret[]>(undefined, 'secret', 'ls')
  expect(listed?.lastUsedAt).toBeGreaterThan(0)
  expect(JSON.stringify(listed)).not.toContain('lines')

  expect(await refused(undefined, 'secret', 'rm', 'github')).toMatchObject({ code: 'SECRET_IN_USE', usedBy: [{ name: 'One' }] })
  expect(await ok(undefined, 'secret', 'rm', 'github', '--force')).toMatchObject({ usedBy: [{ name: 'One' }] })
  await settled('one', 'SECRET_MISSING')
  expect(await refused(undefined, 'secret', 'rm', 'github')).toMatchObject({ exit: 66, code: 'SECRET_NOT_FOUND' })
})

test('references where everybody could read them, or that are none, are refused', async () => {
  const { options } = await place()
  const { refused } = commands(options)
  const add = ['server', 'add', '--name', 'One']
  for (const [flags, path] of [
    [
      ['--command', 'a', '--arg', '--key={{secret:github}}'],
      ['config', 'args', 0],
    ],
    [
      ['--command', 'a', '--env', 'X={{secret:not a name}}'],
      ['config', 'env', 'X'],
    ],
    [
      ['--command', 'a', '--env', 'API_TOKEN=abc{{secret:github}}'],
      ['config', 'env', 'API_TOKEN'],
    ],
    [
      ['--url', 'https://example.com/{{secret:github}}'],
      ['config', 'url'],
    ],
    [
      ['--url', 'https://example.com/', '--header', 'Host: x'],
      ['config', 'headers', 'Host'],
    ],
    [
      ['--url', 'https://example.com/', '--header', 'Content-Length: 1'],
      ['config', 'headers', 'Content-Length'],
    ],
    [
      ['--url', 'https://example.com/', '--header', 'Mcp-Session-Id: x'],
      ['config', 'headers', 'Mcp-Session-Id'],
    ],
  ] as const) {
    expect(await refused(undefined, ...add, ...flags), flags.join(' ')).toMatchObject({ exit: 65, errors: [{ path }] })
  }
})

test('the key of a remote server: sent as it was asked for, before a header of the same name, and never shown', async () => {
  const { options } = await place()
  const { url, seen } = await remoteServer()
  await using gateway = await startGateway(options)
  const { ok, settled } = commands(options)
  await ok(undefined, 'secret', 'keep', 'file')
  const added = await ok<Server>(
    'the-key-of-it-9876\n',
    ...[
      'server',
      'add',
      '--name',
      'Remote',
      '--url',
      url,
      '--api-key',
      '--header',
      'X-Plain: yes',
      '--header',
      'Authorization: {{env:HOME}}',
    ],
  )
  expect(added.apiKey).toEqual({ headerName: 'Authorization', template: 'Bearer {apiKey}', hint: '9876' })
  await settled('remote', 'connected')
  expect(seen.at(-1)).toMatchObject({ authorization: 'Bearer the-key-of-it-9876', 'x-plain': 'yes' })

  const { token: admin } = await ok<{ token: string }>(undefined, 'token', 'create', '--name', 'admin', '--admin')
  const api = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }
    const response = await fetch(`${gateway.origin}/api${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
    const text = await response.text()
    expect(text).not.toContain('the-key-of-it')
    return { status: response.status, body: JSON.parse(text) }
  }
  // A program that changes where the key goes does not speak for a person.
  const moved = await api('PUT', '/mcp-servers/remote', { apiKey: { headerName: 'X-Api-Key', template: 'Token {apiKey}' } })
  expect(moved).toMatchObject({ status: 200, body: { approved: false, apiKey: { headerName: 'X-Api-Key', hint: '9876' } } })
  const before = seen.length
  await settled('remote', 'APPROVAL_REQUIRED')
  expect(seen.length).toBe(before)
  await ok(undefined, 'server', 'approve', 'remote', '--yes')
  await settled('remote', 'connected')
  expect(seen.at(-1)).toMatchObject({ 'x-api-key': 'Token the-key-of-it-9876', authorization: process.env.HOME })

  for (const [apiKey, field] of [
    [{ value: 'x', headerName: 'Bad Name' }, 'headerName'],
    [{ value: 'x', headerName: 'X\r\nEvil' }, 'headerName'],
    [{ value: 'x', headerName: 'Connection' }, 'headerName'],
    [{ value: 'x', headerName: 'Transfer-Encoding' }, 'headerName'],
    [{ value: 'x', headerName: 'Proxy-Authorization' }, 'headerName'],
    [{ value: 'x', headerName: 'Host' }, 'headerName'],
    [{ value: 'x', headerName: 'Mcp-Name' }, 'headerName'],
    [{ value: 'a\r\nEvil: 1' }, 'value'],
    [{ value: 'x', template: 'Bearer' }, 'template'],
    [{ value: 'x', template: '{apiKey}\n' }, 'template'],
  ] as const) {
    expect(await api('PUT', '/mcp-servers/remote', { apiKey }), JSON.stringify(apiKey)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_CONFIG', errors: [{ path: ['apiKey', field] }] },
    })
  }
  expect(
    await api('POST', '/mcp-servers', { name: 'C', type: 'external', config: { command: 'a' }, apiKey: { value: 'x' } }),
  ).toMatchObject({
    status: 400,
    body: { errors: [{ path: ['apiKey', 'value'] }] },
  })

  // Another key goes out at once; none any more is none.
  await ok('another-key-55555', 'server', 'key', 'remote')
  await waitFor('the other key', () => seen.at(-1)?.['x-api-key'] === 'Token another-key-55555')
  expect((await ok<Secret[]>(undefined, 'secret', 'ls')).map(({ kind, usedBy }) => [kind, usedBy[0]?.name])).toEqual([
    ['api_key', 'Remote'],
  ])
  expect((await ok<Server>(undefined, 'server', 'key', 'remote', '--remove')).apiKey).toBeNull()
  await waitFor('no key', async () => {
    await ok(undefined, 'server', 'status', 'remote')
    return seen.at(-1)?.['x-api-key'] === undefined
  })
  expect(await ok<Secret[]>(undefined, 'secret', 'ls')).toEqual([])
})

test('secrets over REST: written and never read back', async () => {
  const { options } = await place()
  await using gateway = await startGateway(options)
  const { ok } = commands(options)
  const { token: admin } = await ok<{ token: string }>(undefined, 'token', 'create', '--name', 'admin', '--admin')
  const client = await gateway.token()
  const api = async (bearer: string, method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
    const response = await fetch(`${gateway.origin}/api/secrets${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return [response.status, await response.json()] as const
  }
  expect(await api(admin, 'POST', '', { name: 'a', value: 'value-of-a-0001' })).toMatchObject([503, { code: 'SECRETS_UNAVAILABLE' }])
  await ok(undefined, 'secret', 'keep', 'file')
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['POST', '', { name: 'a', value: 'value-of-a-0001' }],
    ['PUT', '/a', { value: 'x' }],
    ['DELETE', '/a', undefined],
  ] as const)
    expect(await api(client, method, path, body)).toMatchObject([403, { code: 'FORBIDDEN' }])
  expect(await api(admin, 'POST', '', { name: 'a', value: 'value-of-a-0001' })).toMatchObject([201, { name: 'a', hint: '0001' }])
  expect(await api(admin, 'POST', '', { name: 'a', value: 'value-of-a-0002' })).toMatchObject([409, { code: 'NAME_EXISTS' }])
  expect(await api(admin, 'POST', '', { name: 'a b', value: 'x' })).toMatchObject([400, { errors: [{ path: ['name'] }] }])
  expect(await api(admin, 'PUT', '/a', { value: 'value-of-a-0003' })).toMatchObject([200, { hint: '0003' }])
  expect(await api(admin, 'PUT', '/b', { value: 'x' })).toMatchObject([404, { code: 'SECRET_NOT_FOUND' }])
  expect(await api(admin, 'GET', '')).toMatchObject([200, [{ name: 'a', hint: '0003', usedBy: [] }]])
  expect(await api(admin, 'GET', '/vault')).toMatchObject([200, { state: 'ready', place: 'file', stored: 1 }])
  expect(await api(admin, 'DELETE', '/a')).toMatchObject([200, { usedBy: [] }])
})

test('while the key cannot be had, servers without secrets work, the others say so, and all is well after unlocking', async () => {
  const { options, script, mark, keyFile } = await place()
  const { ok, settled, vault } = commands(options)
  await ok(undefined, 'secret', 'keep', 'file')
  await ok('the-value-of-it', 'secret', 'set', 'github')
  const add = (name: string, value: string) =>
    ok(
      undefined,
      ...['server', 'add', '--name', name, '--command', process.execPath, '--arg', script, '--arg', `${mark}-${name}`],
      ...['--approve', '--env', `API_KEY=${value}`],
    )
  await add('With', '{{secret:github}}')
  await add('Without', '{{env:HOME}}')
  chmodSync(keyFile, 0o644)
  await using gateway = await startGateway(options)
  const session = await openRawSession(`${gateway.mcpUrl}/default`, await gateway.token())
  await session.request(1, 'tools/list')
  await settled('without', 'connected')
  expect((await settled('with', 'SECRETS_LOCKED')).problem?.evidence.join()).toMatch(/chmod 600/)
  expect(existsSync(`${mark}-With`)).toBe(false)
  expect(await vault()).toMatchObject({ state: 'locked', problem: { code: 'KEY_FILE_UNSAFE' } })
  const doctor = await ok<{ check: string; level: string }[]>(undefined, 'doctor')
  expect(doctor.find(({ check }) => check === 'secrets_key')).toMatchObject({ level: 'warning' })
  chmodSync(keyFile, 0o600)
  expect(await ok(undefined, 'secret', 'unlock')).toMatchObject({ state: 'ready' })
  await settled('with', 'connected')
})

test('a backup opens after the key moved and was rotated; on another computer its secrets stay shut and are kept', async () => {
  const { options, keyFile, dir } = await place()
  const { ok, vault } = commands(options)
  await ok(undefined, 'secret', 'keep', 'file')
  await ok('the-value-of-it', 'secret', 'set', 'github')
  const { path } = await ok<{ path: string }>(undefined, 'backup')
  await ok(undefined, 'secret', 'rotate')
  await ok('correct horse battery', 'secret', 'keep', 'passphrase')
  writeFileSync(keyFile, 'the file is gone')
  await ok(undefined, 'restore', path, '--yes')
  expect(await vault()).toMatchObject({ state: 'locked', place: 'passphrase', problem: { code: 'PASSPHRASE_NEEDED' } })
  {
    await using gateway = await startGateway(options)
    expect(await ok('correct horse battery', 'secret', 'unlock')).toMatchObject({ state: 'ready', stored: 1 })
    // Sealing anew means that each was opened.
    expect(await gateway.cli('secret', 'rotate')).toEqual({ sealed: 1, left: 0 })
  }

  const elsewhere = { databasePath: join(dir, 'elsewhere', 'db.sqlite'), env: {} }
  const there = commands(elsewhere)
  await there.ok(undefined, 'profile', 'ls')
  await there.ok(undefined, 'restore', path, '--yes')
  expect(await there.vault()).toMatchObject({ place: 'file', stored: 1, problem: { code: 'KEY_FILE_INVALID' } })
  expect(await there.refused('x', 'secret', 'set', 'other')).toMatchObject({ code: 'SECRETS_LOCKED' })
  expect(await there.ok<Secret[]>(undefined, 'secret', 'ls')).toMatchObject([{ name: 'github' }])
  // A person who gives them up begins anew.
  await there.ok(undefined, 'secret', 'rm', 'github')
  await there.ok('correct horse battery', 'secret', 'keep', 'passphrase')
  expect(await there.vault()).toMatchObject({ place: 'passphrase', stored: 0 })
}, 120_000)

test('OAUTH_ENCRYPTION_KEY is 64 hexadecimal digits, and out of reach for configurations', async () => {
  const { options, script, mark } = await place()
  const key = 'a1'.repeat(32)
  for (const wrong of ['abc', key.slice(1), `${key}0`, 'g'.repeat(64)]) {
    const { refused } = commands({ ...options, env: { OAUTH_ENCRYPTION_KEY: wrong } })
    const answer = await refused(undefined, 'secret', 'status')
    expect(answer).toMatchObject({ exit: 65, errors: [{ path: ['OAUTH_ENCRYPTION_KEY'] }] })
    expect(JSON.stringify(answer)).not.toContain(wrong)
  }
  options.env.OAUTH_ENCRYPTION_KEY = key
  await using gateway = await startGateway(options)
  const { ok, settled, vault } = commands(options)
  await ok('the-value-of-it', 'secret', 'set', 'github')
  expect(await vault()).toMatchObject({ state: 'ready', place: 'env' })
  const add = ['server', 'add', '--name', 'One', '--command', process.execPath, '--arg', script, '--arg', mark, '--approve']
  await ok(undefined, ...add, '--env', 'API_KEY={{env:OAUTH_ENCRYPTION_KEY}}')
  await settled('one', 'ENV_MISSING')
  expect(gateway.stderr()).not.toContain(key)
})

test('a key file that is named is made for its owner alone, and used from then on', async () => {
  const { options, dir } = await place()
  const { ok, vault } = commands(options)
  const file = join(dir, 'my.key')
  await ok('the-value-of-it', '--key-file', file, 'secret', 'set', 'github')
  expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  expect(await vault()).toMatchObject({ state: 'ready', place: 'file', keyFile: file })
  expect(readdirSync(join(dir, 'data')).filter((name) => name.endsWith('.key'))).toEqual([])
})

test('the last words of a gateway that crashes hold no secret', async () => {
  const { options, dir } = await place()
  const { ok } = commands(options)
  await ok(undefined, 'secret', 'keep', 'file')
  // Known to be secret only because it was sealed in that process.
  const trap = join(dir, 'trap.mjs')
  writeFileSync(trap, `process.on('SIGUSR2', () => { throw new Error('crashed with ' + 'value-of-' + 'the-canary') })`)
  await using gateway = await startGateway({ ...options, env: { NODE_OPTIONS: `--import ${trap}` } })
  await ok('value-of-the-canary', 'secret', 'set', 'one')
  gateway.child.kill('SIGUSR2')
  expect(await gateway.exited).toBe(1)
  expect(gateway.stderr()).toContain('crashed with •••')
  expect(gateway.stderr()).not.toContain('the-canary')
})
