import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { adminApi, browse, childrenOf, openRawSession, startFakeAuthorization, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { expect, test } from 'vitest'

/** Each form in which a value might have been written. */
const formsOf = (value: string) => [
  value,
  encodeURIComponent(value),
  Buffer.from(value).toString('base64'),
  Buffer.from(`x${value}`).toString('base64').slice(4, -4),
  Buffer.from(value).toString('hex'),
]

/** Where a value is, in any form: files below a folder, and texts. */
function whereIs(value: string, folder: string, texts: ReadonlyMap<string, string>): string[] {
  const forms = formsOf(value)
  const files = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
  return [
    ...files.filter((path) => forms.some((form) => readFileSync(path).includes(form))),
    ...[...texts].flatMap(([name, text]) => (forms.some((form) => text.includes(form)) ? [name] : [])),
  ]
}

/** What anybody who runs as the same user can read of a process: its arguments and its environment. */
function readable(pid: number): string {
  try {
    return `${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}\n${readFileSync(`/proc/${pid}/environ`, 'utf8')}`
  } catch {
    return ''
  }
}

/** Everything secret that went to the authorization server or the server, by what it is. */
function secretsIn(received: readonly { url: string; body: string; authorization: string | null }[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { body, authorization } of received) {
    const form = new URLSearchParams(body)
    for (const name of ['code', 'code_verifier', 'refresh_token', 'client_secret', 'token']) {
      const value = form.get(name)
      if (value && !body.startsWith('{')) found.set(value, name)
    }
    const bearer = /^Bearer (.+)$/.exec(authorization ?? '')?.[1]
    if (bearer) found.set(bearer, 'access_token')
    const basic = /^Basic (.+)$/.exec(authorization ?? '')?.[1]
    if (basic) found.set(decodeURIComponent(Buffer.from(basic, 'base64').toString().split(':')[1] ?? ''), 'client_secret')
  }
  return found
}

test('what a sign-in brings is in no file, log, answer, argument or environment', async () => {
  await using dir = await tempDir()
  await using fake = await startFakeAuthorization({ clientSecret: true })
  const data = join(dir.path, 'data')
  const options = { databasePath: join(data, 'db.sqlite'), env: { LOG_LEVEL: 'debug', OAUTH_ENCRYPTION_KEY: 'cd'.repeat(32) } }
  const texts = new Map<string, string>()
  await using gateway = await startGateway(options)
  const token = await gateway.token()
  const api = await adminApi(gateway)
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await api(method, path, body)
    texts.set(`${method} ${path} ${texts.size}`, answer.text)
    return answer
  }
  const { id, endpoint } = await gateway.cli<{ id: string; endpoint: string }>('server', 'add', '--name', 'one', '--url', fake.mcpUrl)
  const started = await api<{ authorizationUrl: string }>('POST', `/oauth/servers/${id}/start`, {})
  const page = await browse(started.body.authorizationUrl)
  texts.set('page', page.text)
  texts.set('address of the page', page.url)
  const session = await openRawSession(endpoint, token)
  const call = async (n: number) => {
    const answer = JSON.stringify(await session.request(n, 'tools/call', { name: 'echo', arguments: {} }))
    texts.set(`call ${n}`, answer)
    return answer
  }
  expect(await call(1)).toContain('result')
  // A renewal, looked at while it is under way.
  await fake.advance(4000)
  await fake.fail('token', 'hold-after')
  const waiting = call(2)
  await waitFor('the renewal to be under way', async () => (await fake.counts()).held === 1)
  const children = childrenOf(gateway.pid)
  expect(children.length).toBeGreaterThan(0)
  texts.set('processes', [gateway.pid, ...children].map(readable).join('\n'))
  expect(texts.get('processes')).toContain('createCipheriv')
  await fake.release()
  expect(await waiting).toContain('result')
  // A refusal, an end, and a sign-in anew.
  await fake.fail('token', 'html')
  await ask('POST', `/oauth/servers/${id}/accounts/default/refresh`)
  await fake.fail('token', '500')
  await ask('POST', `/oauth/servers/${id}/accounts/default/refresh`)
  await fake.endGrants()
  await call(3)
  const again = await api<{ authorizationUrl: string }>('POST', `/oauth/servers/${id}/start`, {})
  expect(await browse(again.body.authorizationUrl)).toMatchObject({ status: 200 })
  expect(await call(4)).toContain('result')
  for (const path of [
    `/oauth/servers/${id}`,
    '/oauth/accounts',
    '/secrets',
    '/activity',
    `/mcp-servers/${id}`,
    `/mcp-servers/${id}/logs`,
    '/tokens',
  ])
    expect((await ask('GET', path)).status, path).toBe(200)
  texts.set('backup', JSON.stringify(await gateway.cli('backup')))
  texts.set('doctor', JSON.stringify(await gateway.cli('doctor').catch(String)))
  // Killed while the answer of a renewal is on its way: that one lies in a file, sealed.
  await fake.advance(4000)
  await fake.fail('token', 'hold-after')
  void call(5).catch(() => {})
  await waitFor('the renewal to be under way', async () => (await fake.counts()).held === 1)
  gateway.child.kill('SIGKILL')
  await gateway.exited
  await fake.release()
  const folder = join(data, '.local-mcp-gateway-renewals')
  await waitFor('the answer to be written down', () => readdirSync(folder).some((name) => /^[0-9a-f-]{36}$/.test(name)))
  texts.set('log', gateway.stderr())

  const secrets = secretsIn(await fake.received())
  const kinds = Map.groupBy(secrets, ([, kind]) => kind)
  // The search has something to look for, of every kind.
  expect([...kinds.keys()].sort()).toEqual(['access_token', 'client_secret', 'code', 'code_verifier', 'refresh_token'])
  const hits = [...secrets].flatMap(([value, kind]) => whereIs(value, data, texts).map((where) => `${kind} in ${where}`))
  process.stdout.write(`[secrets of sign-ins] ${secrets.size} values, ${hits.length} hits\n`)
  expect(hits).toEqual([])
  // And it finds what is there.
  expect(whereIs(fake.mcpUrl, data, texts).length).toBeGreaterThan(2)
})

test('a row that somebody bent asks for a sign-in and nothing else; the rest goes on', async () => {
  await using dir = await tempDir()
  await using fake = await startFakeAuthorization()
  const options = { databasePath: join(dir.path, 'db.sqlite'), env: { OAUTH_ENCRYPTION_KEY: 'cd'.repeat(32) } }
  const { default: Database } = await import('better-sqlite3')
  let endpoint = ''
  let id = ''
  let token = ''
  {
    await using gateway = await startGateway(options)
    token = await gateway.token()
    ;({ id, endpoint } = await gateway.cli<{ id: string; endpoint: string }>('server', 'add', '--name', 'one', '--url', fake.mcpUrl))
    const { body } = await (await adminApi(gateway))<{ authorizationUrl: string }>('POST', `/oauth/servers/${id}/start`, {})
    await browse(body.authorizationUrl)
  }
  const db = new Database(options.databasePath)
  const sealed = db.prepare('SELECT access_token FROM oauth_tokens').pluck().get() as string
  expect(() => db.exec(`UPDATE oauth_tokens SET access_token = 'in the clear'`)).toThrow(/CHECK/)
  db.prepare('UPDATE oauth_tokens SET access_token = ?').run(`${sealed.slice(0, -4)}AAAA`)
  db.close()
  await using gateway = await startGateway({ ...options, env: { ...options.env, PORT: new URL(endpoint).port } })
  const api = await adminApi(gateway)
  const session = await openRawSession(endpoint, token)
  expect(await session.request(1, 'tools/call', { name: 'echo', arguments: {} })).toMatchObject({ error: { code: -32082 } })
  const { accounts } = (await api<{ accounts: object[] }>('GET', `/oauth/servers/${id}`)).body
  expect(accounts).toMatchObject([{ state: 'unreadable', isValid: false, problem: { code: 'UNREADABLE', next: 'Sign in again.' } }])
  const { body, text } = await api<{ authorizationUrl: string }>('POST', `/oauth/servers/${id}/start`, {})
  expect(body.authorizationUrl, text).toBeDefined()
  expect(await browse(body.authorizationUrl)).toMatchObject({ status: 200 })
  expect(await session.request(2, 'tools/call', { name: 'echo', arguments: {} })).toMatchObject({ result: {} })
})
