import type { AppEvent } from '@local-mcp/contract'
import { silentLogger } from '@local-mcp/kernel'
import { browse, startFakeAuthorization, tempDir } from '@local-mcp/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createRuntime } from './create-runtime.ts'

/** A gateway, a server that wants a sign-in, and its entry. */
async function start(settings: Parameters<typeof startFakeAuthorization>[0] = {}) {
  const dir = await tempDir()
  const fake = await startFakeAuthorization(settings)
  const runtime = await createRuntime({
    databasePath: `${dir.path}/db.sqlite`,
    port: 0,
    version: '1.2.3',
    host: 'headless',
    abilities: [],
    cliCommand: [],
    env: { PATH: process.env.PATH, HOME: dir.path },
    keys: { keyFile: null, encryptionKey: 'ab'.repeat(32) },
    owner: {},
    corsOrigins: [],
    logger: silentLogger,
  })
  onTestFinished(async () => {
    await runtime.close()
    await fake[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })
  const { operations } = runtime
  const server = await operations.servers.create({
    name: 'Far',
    type: 'remote_http',
    config: { url: fake.mcpUrl, allowPrivateNetwork: true },
  })
  const signIn = async (wish: object = {}) => browse((await operations.oauth.start({ server: server.id, ...wish })).authorizationUrl)
  return { operations, fake, server, signIn }
}

test('sign-ins and secrets of clients are lines of the ledger: who uses them, when, and nothing of their value', async () => {
  const { operations, fake, server, signIn } = await start({ clientSecret: true })
  await signIn({ account: 'Work' })
  const lines = async () => (await operations.secrets.list()).map(({ kind, name, usedBy, hint }) => ({ kind, name, usedBy, hint }))
  const by = (deleted: boolean) => ({ usedBy: [{ id: server.id, name: 'Far', deleted }], hint: null })
  const both = (deleted: boolean) => [
    { kind: 'sign_in', name: 'Work', ...by(deleted) },
    { kind: 'client_secret', name: fake.origin, ...by(deleted) },
  ]
  expect(await lines()).toEqual(both(false))
  await operations.servers.restart({ server: server.id })
  const [signedIn, client] = await operations.secrets.list()
  expect(signedIn?.lastUsedAt).toBeGreaterThan(0)
  // It was sent when the token was had.
  expect(client?.lastUsedAt).toBe((await operations.oauth.list())[0]?.signedInAt)
  const sent = (await fake.received()).map(({ body, authorization }) => `${body} ${authorization}`).join()
  const token = /Bearer (\S+)/.exec(sent)?.[1] ?? ''
  expect(token.length).toBeGreaterThan(10)
  expect(JSON.stringify(await operations.secrets.list())).not.toContain(token)

  await operations.servers.delete({ server: server.id })
  expect(await lines()).toEqual(both(true))
  await operations.servers.restore({ server: server.id })
  await operations.oauth.signOut({ server: server.id, account: 'Work' })
  await operations.oauth.removeClient({ server: server.id })
  expect(await lines()).toEqual([])
})

test('who waits for a sign-in is told that it was declined, and of nothing that is not theirs', async () => {
  const { operations, fake, server, signIn } = await start({ person: 'declines' })
  const stop = new AbortController()
  const told: AppEvent[] = []
  const reading = (async () => {
    for await (const event of await operations.events.subscribe(undefined, { signal: stop.signal }))
      if (event.type.startsWith('oauth.')) told.push(event)
  })()
  const page = await signIn()
  expect(page.text).toContain('SIGN_IN_DENIED')
  // The same answer again belongs to no open sign-in.
  expect((await browse(page.way.find((url) => url.includes('error=')) ?? '')).text).toContain('INVALID_STATE')
  await fake.set({ person: 'agrees' })
  await signIn()
  await expect.poll(() => told.some((event) => event.type === 'oauth.account.changed' && event.account.state === 'signed_in')).toBe(true)
  stop.abort()
  await reading
  const [account] = await operations.oauth.list()
  expect(told.filter(({ type }) => type === 'oauth.sign-in.failed')).toEqual([
    {
      type: 'oauth.sign-in.failed',
      serverId: server.id,
      accountId: account?.id,
      problem: { code: 'SIGN_IN_DENIED', message: 'access_denied: <b>The person</b> declined', next: expect.any(String) },
    },
  ])
})
