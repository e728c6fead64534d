import { chmod, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import {
  browse,
  type FakeAuthorization,
  type GatewayOptions,
  runCli,
  runCliJson,
  type Settings,
  startFakeAuthorization,
  startGateway,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

/** A key for secrets: there is no keychain here. */
const KEY = { OAUTH_ENCRYPTION_KEY: 'ab'.repeat(32) }

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Place {
  readonly options: { readonly databasePath: string; readonly env: Readonly<Record<string, string>> }
  readonly fake: FakeAuthorization
  readonly dir: string
}

/** A database with a server that wants a sign-in, and a screen whose browser is a file with the address in it. */
async function prepare(settings: Partial<Settings> = {}): Promise<Place> {
  const dir = await tempDir()
  const fake = await startFakeAuthorization(settings)
  onTestFinished(async () => {
    await fake[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })
  await writeFile(
    `${dir.path}/xdg-open`,
    `#!/bin/sh\nprintf '%s\\n' "$#" "$1" > '${dir.path}/opened.tmp'\nmv '${dir.path}/opened.tmp' '${dir.path}/opened'\n`,
  )
  await chmod(`${dir.path}/xdg-open`, 0o700)
  const env = { ...KEY, MCP_GATEWAY_OAUTH_PORT: String(await freePort()), DISPLAY: ':9', PATH: `${dir.path}:${process.env.PATH}` }
  const options = { databasePath: `${dir.path}/db.sqlite`, env }
  await runCliJson(options, 'server', 'add', '--name', 'Far', '--url', fake.mcpUrl, '--approve')
  return { options, fake, dir: dir.path }
}

const opened = (dir: string) => waitFor('a browser', () => readFile(`${dir}/opened`, 'utf8').catch(() => null))
/** A sign-in with `--json`, which says its address before it waits. */
function start(options: GatewayOptions, ...args: string[]) {
  let said = ''
  const onStdout = (text: string) => {
    said += text
  }
  const result = runCli({ ...options, onStdout }, ...args, '--json')
  const address = waitFor('the address of the sign-in', () =>
    said.includes('\n') ? (JSON.parse(said.split('\n')[0] ?? '').authorizationUrl as string) : null,
  )
  return { result, address }
}

test.runIf(process.platform === 'linux')(
  'without a gateway: the browser is opened without a shell, and what was had works in the gateway',
  async () => {
    const { options, fake, dir } = await prepare()
    const running = runCli(options, 'oauth', 'authorize', 'far', '--account', 'Work')
    const [count, address = ''] = (await opened(dir)).split('\n')
    expect(count).toBe('1')
    expect(new URL(address).origin).toBe(fake.origin)
    expect(new URL(address).searchParams.get('redirect_uri')).toBe(`http://127.0.0.1:${options.env.MCP_GATEWAY_OAUTH_PORT}/oauth/callback`)
    const page = await browse(address)
    // The command stays until the browser has read the last page.
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Signed in') })
    const { code, stdout } = await running
    expect(stdout).toContain(address)
    expect(stdout).toContain('Signed in as "Work".')
    expect(code).toBe(0)
    expect(await runCliJson(options, 'oauth', 'ls')).toMatchObject([{ name: 'Work', isDefault: true, state: 'signed_in', hasToken: true }])
    const table = (await runCli(options, 'oauth', 'ls')).stdout
    expect(table).toMatch(/^Far +Work \(default\) +signed_in +renewed/m)
    expect((await runCli(options, 'secret', 'ls')).stdout).toMatch(/^sign-in as Work +database, sealed +•••• +Far/m)

    await using gateway = await startGateway(options)
    await waitFor('the gateway to be signed in', async () => {
      const { state } = await gateway.cli<{ state: string }>('server', 'restart', 'far')
      return state === 'connected'
    })
    expect(await fake.counts()).toMatchObject({ signIns: 1, grants: 1, refreshes: 0 })
  },
)

test('what comes back instead of a sign-in is said, with another exit code', async () => {
  const { options } = await prepare({ person: 'declines' })
  const running = start(options, 'oauth', 'authorize', 'far', '--no-open')
  const page = await browse(await running.address)
  expect(page.text).toContain('SIGN_IN_DENIED')
  expect(page.text).not.toContain('<b>The person')
  const { code, stderr } = await running.result
  expect(code).toBe(65)
  expect(JSON.parse(stderr).error).toMatchObject({ code: 'SIGN_IN_DENIED', message: 'access_denied: <b>The person</b> declined' })
})

test('a port that is taken is said before the browser is opened', async () => {
  const { options, dir } = await prepare()
  const taken = createServer().listen(Number(options.env.MCP_GATEWAY_OAUTH_PORT), '127.0.0.1')
  onTestFinished(() => void taken.close())
  const { code, stderr } = await runCli(options, 'oauth', 'authorize', 'far', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stderr).error).toMatchObject({ code: 'PORT_IN_USE' })
  await expect(readFile(`${dir}/opened`)).rejects.toThrow()
})

test('through a gateway: accounts, the choice of a profile, renewing, signing out', async () => {
  const { options, fake } = await prepare()
  const { databasePath } = options
  await using gateway = await startGateway({ databasePath, env: KEY })
  for (const account of ['Work', 'Home']) {
    const running = start({ databasePath, env: KEY }, 'oauth', 'authorize', 'far', '--account', account, '--no-open')
    const address = await running.address
    expect(new URL(address).searchParams.get('redirect_uri')).toBe(`${gateway.origin}/oauth/callback`)
    await browse(address)
    const { code, stdout } = await running.result
    expect(code).toBe(0)
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'signed_in',
      account: { name: account, state: 'signed_in' },
    })
  }
  const accounts = await gateway.cli<{ name: string; id: string }[]>('oauth', 'ls', '--server', 'far')
  expect(accounts).toMatchObject([
    { name: 'Work', isDefault: true },
    { name: 'Home', isDefault: false },
  ])
  expect(await gateway.cli('profile', 'account', 'default', 'far', 'home')).toMatchObject({ accountId: accounts[1]?.id })
  expect(await gateway.cli('profile', 'account', 'default', 'far', 'default')).toMatchObject({ accountId: null })
  expect(await gateway.cli('oauth', 'refresh', 'far', '--account', 'home')).toMatchObject({ lastRefreshAt: expect.any(Number) })
  expect(await gateway.cli('oauth', 'account', 'rename', 'far', 'home', 'House')).toMatchObject({ name: 'House' })
  expect(await gateway.cli('oauth', 'account', 'default', 'far', 'House')).toMatchObject({ isDefault: true })
  // The default one, which is another one now.
  expect(await gateway.cli('oauth', 'revoke', 'far')).toMatchObject({ revoked: true, account: { name: 'House', state: 'signed_out' } })
  expect(await fake.counts()).toMatchObject({ refreshes: 1, revocations: 1 })
  const again = await runCli({ databasePath }, 'oauth', 'revoke', 'far')
  expect(again).toMatchObject({ code: 66, stderr: expect.stringContaining('not signed in') })
  await gateway.cli('oauth', 'account', 'rm', 'far', 'House')
  expect(await gateway.cli('oauth', 'ls')).toMatchObject([{ name: 'Work', isDefault: true }])
})

test('where nobody registers: what to create is said, and the secret of a client is never an argument', async () => {
  const { options, fake } = await prepare({ registration: false, clientSecret: true })
  const refused = await runCli(options, 'oauth', 'authorize', 'far')
  expect(refused.code).toBe(1)
  const redirectUri = `http://127.0.0.1:${options.env.MCP_GATEWAY_OAUTH_PORT}/oauth/callback`
  expect(refused.stderr).toContain(`Redirect URI: ${redirectUri}`)
  const secret = 'client-secret-of-the-test'
  await fake.addClient({
    client_id: 'by-hand',
    client_secret: secret,
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'client_secret_basic',
  })
  const set = await runCli({ ...options, input: `${secret}\n` }, 'oauth', 'client', 'set', 'far', '--id', 'by-hand', '--json')
  expect(JSON.parse(set.stdout)).toMatchObject({ clientId: 'by-hand', hasSecret: true, origin: 'manual', issuer: fake.origin })
  const running = start(options, 'oauth', 'authorize', 'far', '--no-open')
  await browse(await running.address)
  expect(await running.result).toMatchObject({ code: 0, stderr: '' })
  const ledger = await runCli(options, 'secret', 'ls')
  expect(ledger.stdout).toContain(`client secret at ${fake.origin}`)
  expect(ledger.stdout + set.stdout).not.toContain(secret)
  await runCliJson(options, 'oauth', 'client', 'rm', 'far')
  expect((await runCli(options, 'secret', 'ls')).stdout).not.toContain('client secret')
})

test('the recipes say where and what', async () => {
  await using dir = await tempDir()
  const recipes = await runCliJson<object[]>({ databasePath: `${dir.path}/db.sqlite` } as never, 'oauth', 'recipes')
  expect(recipes.map((one) => (one as { id: string }).id)).toEqual(['github', 'slack', 'google', 'entra', 'hubspot'])
})

describe('what is refused', () => {
  test.each([
    ['MCP_GATEWAY_OAUTH_PORT', '1024'],
    ['MCP_GATEWAY_OAUTH_PORT', '65536'],
    ['MCP_GATEWAY_OAUTH_PORT', '4444.5'],
    ['MCP_GATEWAY_OAUTH_PORT', 'x'],
    ['OAUTH_REDIRECT_BASE', 'https://example.com'],
    ['OAUTH_REDIRECT_BASE', 'http://127.0.0.1.evil.example:4444'],
    ['OAUTH_REDIRECT_BASE', 'http://localhost:4444/path'],
    ['OAUTH_REDIRECT_BASE', 'http://me@localhost:4444'],
    ['OAUTH_REDIRECT_BASE', 'localhost:4444'],
  ])('%s=%s', async (name, value) => {
    await using dir = await tempDir()
    const { code, stderr } = await runCli({ databasePath: `${dir.path}/db.sqlite`, env: { [name]: value } }, 'oauth', 'ls', '--json')
    expect(code).toBe(65)
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'VALIDATION_ERROR', errors: [{ path: [name] }] })
  })
})
