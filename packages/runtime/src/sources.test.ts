import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { createRuntime } from './create-runtime.ts'

const SECRET = 'Zx9-canary-value-7Qk2'
const box = { box_client_id: 'id', box_client_secret: SECRET, box_subject_type: 'user', box_subject_id: '7' }

/** @param keyFile below its folder; @param dir of one that was started earlier, with what it stored */
async function start(keyFile = 'secrets.key', dir = mkdtempSync(join(tmpdir(), 'lmg-sources-'))) {
  const log: string[] = []
  const runtime = await createRuntime({
    databasePath: join(dir, 'db.sqlite'),
    port: 0,
    version: '1.2.3',
    host: 'headless',
    abilities: [],
    cliCommand: [],
    env: { PATH: process.env.PATH, HOME: dir, OTHER: 'of the gateway' },
    owner: {},
    corsOrigins: [],
    logger: { ...silentLogger, warn: (text, data) => void log.push(`${text} ${JSON.stringify(data)}`) },
    keys: { keyFile: join(dir, keyFile), encryptionKey: null },
  })
  onTestFinished(async () => {
    await runtime.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const { token } = await runtime.operations.tokens.create({ name: `admin ${randomUUID()}`, access: 'admin' })
  const origin = new URL(runtime.mcpUrl).origin
  async function api(method: string, path: string, body?: unknown) {
    const response = await fetch(`${origin}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    // Whatever is asked, no answer ever holds the secret.
    expect(text).not.toContain(SECRET)
    // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked into by the tests
    return { status: response.status, body: (text ? JSON.parse(text) : null) as any }
  }
  const db = new Database(join(dir, 'db.sqlite'), { readonly: true })
  onTestFinished(() => {
    db.close()
  })
  /** Everything that is stored of sources and servers. */
  const stored = () =>
    JSON.stringify(
      ['sources', 'mcp_server_sources', 'mcp_servers'].map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()),
    )
  const bytes = () => Buffer.concat(readdirSync(dir).map((name) => readFileSync(join(dir, name))))
  return { api, runtime, stored, bytes, dir, log, db }
}

/** A server over HTTP that is never more than asked: it remembers the headers that it was sent. */
async function listener() {
  const heard: IncomingHttpHeaders[] = []
  const server = createServer((req, res) => {
    heard.push(req.headers)
    res.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` }
}

test('each type: stored with its secrets as ciphertext, shown masked, changed, deleted', async () => {
  const { api, bytes, db } = await start()
  const outlook = { tenant_id: 't', graph_client_id: 'c', graph_client_secret: SECRET, graph_user_id: 'u' }
  const snowflake = {
    snowflake_account_url: 'https://x.snowflakecomputing.com',
    snowflake_pat: SECRET,
    snowflake_semantic_model_file: '@a/b.yaml',
    snowflake_cortex_search_service: 's',
  }
  const generic = { region: 'eu', API_KEY: SECRET, hidden: SECRET, short_token: 'abc' }
  const mask = '••••7Qk2'
  for (const [type, metadata, shown, more] of [
    ['outlook', outlook, { ...outlook, graph_client_secret: mask }, {}],
    ['snowflake', snowflake, { ...snowflake, snowflake_pat: mask }, {}],
    ['box', box, { ...box, box_client_secret: mask }, {}],
    ['generic', generic, { region: 'eu', API_KEY: mask, hidden: mask, short_token: '••••' }, { secretKeys: ['hidden'] }],
  ] as const) {
    const made = await api('POST', '/sources', { name: `My ${type}`, type, metadata, ...more })
    expect(made).toMatchObject({ status: 201, body: { name: `My ${type}`, type, metadata: shown, serverIds: [] } })
    expect((await api('GET', `/sources/${made.body.id}`)).body).toEqual(made.body)
    expect((await api('GET', `/sources/${encodeURIComponent(`MY ${type}`)}`)).body).toEqual(made.body)
  }
  const list = (await api('GET', '/sources')).body
  expect(list.map(({ name }: { name: string }) => name)).toEqual(['My box', 'My generic', 'My outlook', 'My snowflake'])
  expect(bytes().includes(SECRET)).toBe(false)
  expect(db.prepare('SELECT secret_metadata FROM sources').pluck().all()).toEqual(Array(4).fill(expect.stringMatching(/^v1:/)))

  // What was shown and comes back stays as it is; the rest is replaced.
  const [first] = list
  const changed = await api('PUT', `/sources/${first.id}`, {
    metadata: { ...first.metadata, box_subject_id: '8' },
    updatedAt: first.updatedAt,
  })
  expect(changed).toMatchObject({ status: 200, body: { metadata: { ...first.metadata, box_subject_id: '8' } } })
  expect(await api('PUT', `/sources/${first.id}`, { name: 'Stale', updatedAt: first.updatedAt })).toMatchObject({
    status: 409,
    body: { code: 'CONFLICT' },
  })
  const other = await api('PUT', `/sources/${first.id}`, { metadata: { ...first.metadata, box_client_secret: 'another-secret' } })
  expect(other.body.metadata.box_client_secret).toBe('••••cret')
  expect(await api('PUT', `/sources/${first.id}`, { type: 'generic' })).toMatchObject({ status: 400, body: { code: 'IMMUTABLE_FIELD' } })
  expect(await api('DELETE', `/sources/${first.id}`)).toMatchObject({ status: 200, body: { serverIds: [] } })
  expect(await api('GET', `/sources/${first.id}`)).toMatchObject({ status: 404, body: { code: 'SOURCE_NOT_FOUND' } })
  expect(await api('DELETE', `/sources/${first.id}`)).toMatchObject({ status: 404 })
})

test('what is not valid is refused by its path, and nothing is stored', async () => {
  const { api, stored } = await start()
  await api('POST', '/sources', { name: 'Taken', type: 'box', metadata: box })
  const before = stored()
  const refused: readonly (readonly [object, number, string, readonly string[]])[] = [
    [{ name: 'x', type: 'dropbox', metadata: {} }, 400, 'VALIDATION_ERROR', ['type']],
    [{ name: 'x', type: 'box', metadata: {} }, 400, 'VALIDATION_ERROR', Object.keys(box).map((key) => `metadata.${key}`)],
    ...Object.keys(box).map(
      (key) => [{ name: 'x', type: 'box', metadata: { ...box, [key]: undefined } }, 400, 'VALIDATION_ERROR', [`metadata.${key}`]] as const,
    ),
    [{ name: 'x', type: 'box', metadata: { ...box, box_subject_type: 'robot' } }, 400, 'VALIDATION_ERROR', ['metadata.box_subject_type']],
    [{ name: 'x', type: 'box', metadata: { ...box, box_client_id: 'a\r\nb' } }, 400, 'VALIDATION_ERROR', ['metadata.box_client_id']],
    [{ name: 'x', type: 'box', metadata: { ...box, more: 'y' } }, 400, 'VALIDATION_ERROR', ['metadata.more']],
    [
      { name: 'x', type: 'box', metadata: { ...box, box_client_secret: '••••zzzz' } },
      400,
      'VALIDATION_ERROR',
      ['metadata.box_client_secret'],
    ],
    [{ name: 'x', type: 'box', metadata: { ...box, box_client_id: 5 } }, 400, 'VALIDATION_ERROR', ['metadata.box_client_id']],
    [{ name: 'x', type: 'generic', metadata: {} }, 400, 'VALIDATION_ERROR', ['metadata']],
    [{ name: 'x', type: 'generic', metadata: { 'a b': 'c' } }, 400, 'VALIDATION_ERROR', ['metadata.a b']],
    [{ name: 'x', type: 'generic', metadata: { a: 'c' }, secretKeys: ['b'] }, 400, 'VALIDATION_ERROR', ['secretKeys.0']],
    [{ name: '', type: 'box', metadata: box }, 400, 'VALIDATION_ERROR', ['name']],
    [{ name: 'a{b}', type: 'box', metadata: box }, 400, 'VALIDATION_ERROR', ['name']],
    [{ name: 'x', type: 'box' }, 400, 'VALIDATION_ERROR', ['metadata']],
    [{ name: 'TAKEN', type: 'box', metadata: box }, 409, 'NAME_EXISTS', ['name']],
    [
      {
        name: 'x',
        type: 'snowflake',
        metadata: {
          snowflake_account_url: 'https://a:b@x.example',
          snowflake_pat: 'p',
          snowflake_semantic_model_file: 'f',
          snowflake_cortex_search_service: 's',
        },
      },
      400,
      'VALIDATION_ERROR',
      ['metadata.snowflake_account_url'],
    ],
  ]
  for (const [body, status, code, paths] of refused) {
    const answer = await api('POST', '/sources', body)
    expect(answer, JSON.stringify(body)).toMatchObject({ status, body: { code } })
    expect(
      answer.body.errors.map(({ path }: { path: string[] }) => path.join('.')),
      JSON.stringify(body),
    ).toEqual(paths)
  }
  expect(stored()).toBe(before)
})

test('servers have sources: added, removed and replaced as often as one likes; only one’s own, and nothing stored on refusal', async () => {
  const { api, stored, db } = await start()
  const make = async (name: string) => (await api('POST', '/sources', { name, type: 'generic', metadata: { a: 'b' } })).body.id as string
  const [one, two] = [await make('One'), await make('Two')]
  const server = (
    await api('POST', '/mcp-servers', { name: 'S', type: 'external', config: { command: 'cat' }, sourceIds: [two, one, two] })
  ).body
  expect(server.sourceIds).toEqual([two, one])
  const sourceIds = async () => (await api('GET', '/mcp-servers/s')).body.sourceIds
  for (const _twice of [1, 2]) {
    expect((await api('PUT', '/mcp-servers/s/sources', { sourceIds: [one] })).body.sourceIds).toEqual([one])
    expect((await api('PUT', `/mcp-servers/s/sources/${two}`)).body.sourceIds).toEqual([one, two])
    expect((await api('DELETE', `/mcp-servers/s/sources/${one}`)).body.sourceIds).toEqual([two])
  }
  expect((await api('GET', `/sources/${two}`)).body.serverIds).toEqual([server.id])

  // Another account's source is none that could be given.
  const foreign = '11111111-1111-4111-8111-111111111111'
  const write = new Database(db.name)
  write.exec(`INSERT INTO email_users (id, email, full_name) VALUES ('${foreign}', 'other@example.com', 'x');
    INSERT INTO sources (id, name, type, owner_email, visibility) VALUES ('${foreign}', 'Theirs', 'generic', 'other@example.com', 'public')`)
  write.close()
  const before = stored()
  const unknown = '22222222-2222-4222-8222-222222222222'
  for (const [ids, path] of [
    [['nonsense'], 'sourceIds.0'],
    [[one, 'x'.repeat(36)], 'sourceIds.1'],
    [[one, unknown], 'sourceIds.1'],
    [[foreign], 'sourceIds.0'],
    [[one, two, foreign], 'sourceIds.2'],
  ] as const) {
    for (const [method, address, body] of [
      ['PUT', '/mcp-servers/s/sources', { sourceIds: ids }],
      ['PUT', '/mcp-servers/s', { name: 'Renamed', sourceIds: ids }],
      ['POST', '/mcp-servers', { name: 'New', type: 'external', config: { command: 'cat' }, sourceIds: ids }],
    ] as const) {
      const answer = await api(method, address, body)
      expect(answer, `${method} ${ids}`).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } })
      expect(answer.body.errors[0].path.join('.')).toBe(path)
    }
  }
  for (const id of ['nonsense', unknown, foreign]) expect((await api('PUT', `/mcp-servers/s/sources/${id}`)).status).toBe(400)
  expect((await api('PUT', `/mcp-servers/nobody/sources/${one}`)).status).toBe(404)
  expect(stored()).toBe(before)
  expect(await sourceIds()).toEqual([two])
})

test('a source in use is not deleted; by force it is taken off, and the servers say that they miss it', async () => {
  const { api, db } = await start()
  const { id } = (await api('POST', '/sources', { name: 'Box', type: 'box', metadata: box })).body
  const config = { command: 'cat', env: { BOX_SECRET: '{{source:box.box_client_secret}}' } }
  const uses = (await api('POST', '/mcp-servers', { name: 'Uses', type: 'external', config, sourceIds: [id] })).body
  const has = (await api('POST', '/mcp-servers', { name: 'Has', type: 'external', config: { command: 'cat' }, sourceIds: [id] })).body
  const gone = (await api('POST', '/mcp-servers', { name: 'Gone', type: 'external', config: { command: 'cat' }, sourceIds: [id] })).body
  await api('DELETE', '/mcp-servers/gone')
  const users = [
    { id: gone.id, name: 'Gone', deleted: true },
    { id: has.id, name: 'Has', deleted: false },
    { id: uses.id, name: 'Uses', deleted: false },
  ]
  expect(await api('DELETE', '/sources/box')).toMatchObject({ status: 409, body: { code: 'SOURCE_IN_USE', servers: users } })
  expect(await api('PUT', '/sources/box', { name: 'Chest' })).toMatchObject({
    status: 409,
    body: { code: 'SOURCE_IN_USE', servers: [users[2]] },
  })
  expect((await api('GET', '/sources/box')).status).toBe(200)
  const forced = await api('DELETE', '/sources/box?force=true')
  expect(forced).toMatchObject({ status: 200, body: { serverIds: [has.id, uses.id] } })
  for (const slug of ['uses', 'has'])
    expect((await api('GET', `/mcp-servers/${slug}`)).body).toMatchObject({
      sourceIds: [],
      missingSources: [expect.stringMatching(/^box$/i)],
    })
  expect(db.prepare('SELECT count(*) FROM mcp_server_sources').pluck().get()).toBe(0)
  expect(db.prepare(`SELECT status FROM mcp_external_servers WHERE name = 'Has'`).pluck().get()).toBe('error')
  expect((await api('POST', '/mcp-servers/gone/restore')).body.missingSources).toEqual(['Box'])
  // Another source, and the mark is gone.
  const next = (await api('POST', '/sources', { name: 'Box', type: 'box', metadata: box })).body.id
  for (const slug of ['uses', 'has'])
    expect((await api('PUT', `/mcp-servers/${slug}/sources`, { sourceIds: [next] })).body.missingSources).toEqual([])
  expect((await api('GET', '/mcp-servers/gone')).body.missingSources).toEqual(['Box'])
})

test('a value reaches the server that has the source, at its start and nowhere else', async () => {
  const { api, runtime, dir, bytes, log } = await start()
  const { heard, url } = await listener()
  const { id } = (
    await api('POST', '/sources', {
      name: 'My keys',
      type: 'generic',
      metadata: { api_key: SECRET, tier: '{{env:OTHER}}', lines: 'a\r\nEvil: 1' },
    })
  ).body
  const headers = { Authorization: 'Bearer {{source:my keys.api_key}}', 'X-Tier': '{{source:My keys.tier}}' }
  const config = { url, headers, allowPrivateNetwork: true }
  // Neither a source that the server does not have, nor a key that is not there, nor an argument.
  for (const [body, path] of [
    [{ type: 'remote_http', config }, 'config.headers.Authorization'],
    [
      { type: 'remote_http', config: { ...config, headers: { 'X-A': '{{source:My keys.nothing}}' } }, sourceIds: [id] },
      'config.headers.X-A',
    ],
    [{ type: 'external', config: { command: 'cat', args: ['--key={{source:My keys.api_key}}'] }, sourceIds: [id] }, 'config.args.0'],
  ] as const) {
    const answer = await api('POST', '/mcp-servers', { name: 'No', ...body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_CONFIG' } })
    expect(answer.body.errors[0].path.join('.')).toBe(path)
  }
  const made = (await api('POST', '/mcp-servers', { name: 'Yes', type: 'remote_http', config, sourceIds: [id] })).body
  // A program with a token does not agree to what is sent.
  expect(made).toMatchObject({ approved: false, config })
  expect(heard).toEqual([])
  const { version } = await runtime.operations.servers.get({ server: 'yes' })
  await runtime.operations.servers.approve({ server: 'yes', version })
  await runtime.operations.servers.restart({ server: 'yes' })
  // What a source says is taken as it is: no reference in it is followed.
  expect(heard.at(-1)).toMatchObject({ authorization: `Bearer ${SECRET}`, 'x-tier': '{{env:OTHER}}' })
  expect(bytes().includes(SECRET)).toBe(false)
  expect(log.join()).not.toContain(SECRET)

  // Another value is used at once; a value of two lines and a locked vault are told, and nothing is sent.
  await api('PUT', `/sources/${id}`, { metadata: { api_key: 'another-value-1', tier: 'x', lines: 'a\r\nEvil: 1' } })
  await runtime.operations.servers.restart({ server: 'yes' })
  expect(heard.at(-1)).toMatchObject({ authorization: 'Bearer another-value-1', 'x-tier': 'x' })
  const sent = heard.length
  await api('DELETE', `/mcp-servers/yes/sources/${id}`)
  expect(await runtime.operations.servers.restart({ server: 'yes' })).toMatchObject({ state: 'error', problem: { code: 'SOURCE_MISSING' } })
  await api('PUT', `/mcp-servers/yes/sources/${id}`)
  const bad = await runtime.operations.servers.update({
    server: 'yes',
    config: { ...config, headers: { 'X-A': '{{source:My keys.lines}}' } },
  })
  await runtime.operations.servers.approve({ server: 'yes', version: bad.version })
  expect(await runtime.operations.servers.restart({ server: 'yes' })).toMatchObject({ state: 'error', problem: { code: 'HEADER_INVALID' } })
  const again = await runtime.operations.servers.update({ server: 'yes', config })
  await runtime.operations.servers.approve({ server: 'yes', version: again.version })
  await runtime.close()
  const locked = await start('elsewhere.key', dir)
  expect(await locked.runtime.operations.servers.restart({ server: 'yes' })).toMatchObject({
    state: 'error',
    problem: { code: 'SECRETS_LOCKED' },
  })
  expect(heard).toHaveLength(sent)
})

test('without a vault nothing secret is stored, and what is not secret is', async () => {
  const { api, stored } = await start('no-such-folder/secrets.key')
  const before = stored()
  expect(await api('POST', '/sources', { name: 'Box', type: 'box', metadata: box })).toMatchObject({
    status: 503,
    body: { code: 'SECRETS_UNAVAILABLE' },
  })
  expect(stored()).toBe(before)
  expect((await api('POST', '/sources', { name: 'Plain', type: 'generic', metadata: { region: 'eu' } })).status).toBe(201)
})
