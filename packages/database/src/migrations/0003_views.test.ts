import type { ServerConfig, ServerState } from '@local-mcp/contract'
import type { StoreWriter } from '@local-mcp/core'
import { newId } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { damagedKeys, protectedTables } from '../integrity/row-checksum.ts'
import { contentOf } from '../testing/content-of.ts'
import { fillEveryTable } from '../testing/fill-every-table.ts'
import { migrateTo } from '../testing/migrate-to.ts'
import { aLink, aProfile, aServer, createOwner, OWNER, openGuarded, optionsFor, ownership, tempStore } from '../testing/temp-store.ts'

/** A store with content, and the file as any other program reads it: without our functions. */
async function prepared(fill: (tx: StoreWriter) => Promise<unknown>) {
  const options = optionsFor()
  const store = await tempStore(options)
  await store.transaction(async (tx) => {
    await createOwner(tx)
    await fill(tx)
  })
  const plain = new Database(options.path, { readonly: true })
  onTestFinished(() => {
    plain.close()
  })
  const change = (sql: string, ...values: unknown[]) => {
    const db = openGuarded(options.path)
    db.prepare(sql).run(...values)
    db.close()
  }
  return { plain, change, path: options.path }
}

test('leaves every row as it was', async () => {
  const { path } = optionsFor()
  await migrateTo(2, path)
  const db = openGuarded(path)
  fillEveryTable(db)
  const before = contentOf(db)
  await migrateTo(3, path)
  db.prepare('DELETE FROM backups WHERE path LIKE ?').run(`%/backups/local-mcp-gateway-%`)
  expect(contentOf(db)).toEqual(before)
  expect(protectedTables(db).flatMap((table) => damagedKeys(db, table))).toEqual([])
  db.close()
})

test.each([
  ['users', `INSERT INTO users (id, email) VALUES ('x', 'x@example.com')`],
  ['mcp_external_servers', `INSERT INTO mcp_external_servers (id, name) VALUES ('x', 'x')`],
  ['effective_profile_tools', `INSERT INTO effective_profile_tools (tool_name) VALUES ('x')`],
])('%s can be read and not written', async (view, insert) => {
  const { path } = await prepared(async () => {})
  const db = new Database(path)
  onTestFinished(() => {
    db.close()
  })
  expect(db.prepare(`SELECT * FROM ${view}`).all()).toBeInstanceOf(Array)
  for (const statement of [insert, `UPDATE ${view} SET rowid = 1`, `DELETE FROM ${view}`]) {
    expect(() => db.exec(statement)).toThrow(/cannot modify|no such column/)
  }
})

test('users are the accounts', async () => {
  const { plain, change } = await prepared(async () => {})
  change('UPDATE email_users SET password_hash = ?, updated_at = 7', '$argon2id$x')
  expect(plain.prepare('SELECT * FROM users').all()).toEqual([
    { id: OWNER.id, email: OWNER.email, hashed_password: '$argon2id$x', created_at: 1000, updated_at: 7 },
  ])
})

const stdio = (env: Record<string, string> = {}): ServerConfig => ({ command: 'npx', args: [], env })
const remote = (headers: Record<string, string> = {}): ServerConfig => ({
  url: 'https://example.com/mcp',
  headers,
  allowPrivateNetwork: false,
})

test.each([
  ['external', stdio(), 'stdio', 'none'],
  ['external', stdio({ KEY: '{{env:KEY}}' }), 'stdio', 'environment'],
  ['remote_http', remote(), 'http', 'none'],
  ['remote_http', remote({ authorization: 'Bearer {{env:KEY}}' }), 'http', 'environment'],
  ['remote_sse', remote(), 'http', 'none'],
  ['builtin', { builtinId: 'gateway' }, 'stdio', 'none'],
  ['custom', stdio(), 'stdio', 'none'],
] as const)('an external server of type %s with %j is %s with %s', async (type, config, transport, auth) => {
  const server = aServer({ ...ownership, type, config })
  const { plain, change } = await prepared((tx) => tx.servers.insert(server))
  const one = () => plain.prepare<[], Record<string, unknown>>('SELECT * FROM mcp_external_servers').get()
  expect(one()).toEqual({
    id: server.id,
    name: server.name,
    url: transport === 'http' ? 'https://example.com/mcp' : server.endpoint,
    transport,
    auth_type: auth,
    credentials: null,
    capabilities: null,
    metadata_: JSON.stringify({ slug: server.slug, type, endpoint: server.endpoint, enabled: true, tags: [] }),
    status: 'registered',
    last_health_check: null,
    created_at: 1000,
    updated_at: 1000,
  })
  change(`UPDATE mcp_servers SET api_key_config = '{}'`)
  expect(one()?.auth_type).toBe('api_key')
  change(`UPDATE mcp_servers SET oauth_config = '{}'`)
  expect(one()?.auth_type).toBe('oauth2')
  change('UPDATE mcp_servers SET deleted_at = 1')
  expect(one()).toBeUndefined()
})

const STATES: Record<ServerState, string> = {
  connected: 'connected',
  connecting: 'registered',
  approval_required: 'registered',
  disconnected: 'disconnected',
  disabled: 'disconnected',
  error: 'error',
  auth_required: 'error',
}

test('each state of a server has one of the four words, and one that was never reached is registered', async () => {
  const { plain, change } = await prepared((tx) => tx.servers.insert(aServer(ownership)))
  const status = () => plain.prepare('SELECT status FROM mcp_external_servers').pluck().get()
  expect(status()).toBe('registered')
  change('UPDATE mcp_servers SET tools_listed_at = 1')
  for (const [state, word] of Object.entries(STATES)) {
    change('UPDATE mcp_servers SET status = ?', state)
    expect([state, status()]).toEqual([state, word])
  }
})

test('a tool is effective where server and link allow it, the link is active, and the server is on and there', async () => {
  const profile = aProfile(ownership)
  const server = aServer(ownership)
  const link = aLink(profile, server, 4)
  const { plain, change } = await prepared(async (tx) => {
    await tx.profiles.insert(profile)
    await tx.servers.insert(server)
    await tx.links.insert(link, 1)
    await tx.tools.replace(
      server.id,
      ['one', 'two'].map((name) => ({ kind: 'tool' as const, name, definition: JSON.stringify({ name }) })),
      1,
    )
  })
  const tools = () => plain.prepare('SELECT tool_name FROM effective_profile_tools ORDER BY "order", position').pluck().all()
  const choose = (table: string, key: string, owner: string, tool: string, enabled: number) =>
    change(`INSERT INTO ${table} (id, ${key}, tool_name, is_enabled) VALUES (?, ?, ?, ?)`, newId(), owner, tool, enabled)
  const atServer = (tool: string, enabled: number) => choose('mcp_server_tool_configs', 'mcp_server_id', server.id, tool, enabled)
  const atLink = (tool: string, enabled: number) => choose('profile_mcp_server_tools', 'profile_mcp_server_id', link.id, tool, enabled)

  expect(plain.prepare('SELECT * FROM effective_profile_tools ORDER BY position').get()).toEqual({
    profile_id: profile.id,
    profile_mcp_server_id: link.id,
    mcp_server_id: server.id,
    order: 4,
    position: 0,
    tool_name: 'one',
    custom_name: null,
    custom_description: null,
    custom_input_schema: null,
    definition: '{"name":"one"}',
  })
  expect(tools()).toEqual(['one', 'two'])
  for (const [off, on] of [
    [`UPDATE profile_mcp_servers SET is_active = 0`, `UPDATE profile_mcp_servers SET is_active = 1`],
    [`UPDATE mcp_servers SET enabled = 0`, `UPDATE mcp_servers SET enabled = 1`],
    [`UPDATE mcp_servers SET deleted_at = 1`, `UPDATE mcp_servers SET deleted_at = NULL`],
    [`UPDATE mcp_servers SET tool_policy = 'allowlist'`, `UPDATE mcp_servers SET tool_policy = 'all'`],
    [`UPDATE profile_mcp_servers SET tool_policy = 'allowlist'`, `UPDATE profile_mcp_servers SET tool_policy = 'all'`],
    [`UPDATE mcp_server_tools_cache SET kind = 'prompt'`, `UPDATE mcp_server_tools_cache SET kind = 'tool'`],
  ] as const) {
    change(off)
    expect([off, tools()]).toEqual([off, []])
    change(on)
    expect(tools()).toEqual(['one', 'two'])
  }
  // Switching one on where all are on keeps the others.
  atServer('one', 1)
  atLink('one', 1)
  expect(tools()).toEqual(['one', 'two'])
  change(`UPDATE mcp_servers SET tool_policy = 'allowlist'`)
  expect(tools()).toEqual(['one'])
  change(`UPDATE profile_mcp_servers SET tool_policy = 'allowlist'`)
  expect(tools()).toEqual(['one'])
  // Both have to allow it.
  atServer('two', 1)
  expect(tools()).toEqual(['one'])
  atLink('two', 0)
  expect(tools()).toEqual(['one'])
  change(`UPDATE profile_mcp_servers SET tool_policy = 'all'`)
  expect(tools()).toEqual(['one'])
  change(`UPDATE profile_mcp_server_tools SET is_enabled = 1, custom_name = 'zwei' WHERE tool_name = 'two'`)
  expect(tools()).toEqual(['one', 'two'])
  expect(plain.prepare('SELECT custom_name FROM effective_profile_tools').pluck().all().sort()).toEqual([null, 'zwei'].sort())
})
