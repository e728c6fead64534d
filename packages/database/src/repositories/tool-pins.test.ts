import type { Store, ToolRecord } from '@local-mcp/core'
import { allows, definitionHash, isChanged, NO_CHOICES, pinKey } from '@local-mcp/core'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { aLink, aProfile, aServer, createOwner, openGuarded, optionsFor, ownership, tempStore } from '../testing/temp-store.ts'

const tool = (name: string, description = name, kind: ToolRecord['kind'] = 'tool'): ToolRecord => ({
  kind,
  name,
  definition: JSON.stringify({ name, description }),
})

/** A profile with one server behind an active link. */
async function prepared() {
  const options = optionsFor()
  const store = await tempStore(options)
  const profile = aProfile(ownership)
  const server = aServer(ownership)
  const link = aLink(profile, server, 0)
  await store.transaction(async (tx) => {
    await createOwner(tx)
    await tx.profiles.insert(profile)
    await tx.servers.insert(server)
    await tx.links.insert(link, 1000)
  })
  /** As another program would, which knows nothing of checksums. */
  const damage = (sql: string) => {
    const db = new Database(options.path)
    db.exec(sql)
    db.close()
  }
  const list = (...tools: ToolRecord[]) => store.transaction((tx) => tx.tools.replace(server.id, tools, 2000))
  const changes = async () => (await store.read.tools.changes(server.id)).map(({ name, change }) => `${change} ${name}`).sort()
  const reader = openGuarded(options.path)
  onTestFinished(() => void reader.close())
  const offered = () =>
    reader
      .prepare<[string], string>('SELECT tool_name FROM effective_profile_tools WHERE profile_id = ? ORDER BY position')
      .pluck()
      .all(profile.id)
  return { store, server, link, damage, list, changes, offered, path: options.path }
}

const isHeldBack = async (store: Store, serverId: never, record: ToolRecord) =>
  isChanged((await store.read.tools.pins()).get(serverId), pinKey(record.kind, record.name), () => definitionHash(record.definition))

test('the first listing is accepted; what changes, comes and goes after it is told, and accepted one by one', async () => {
  const { store, server, list, changes, offered } = await prepared()
  await list(tool('a'), tool('b'), tool('p', 'p', 'prompt'), tool('file:///x', 'x', 'resource'))
  expect(await changes()).toEqual([])
  await list(tool('b'), { ...tool('a'), definition: '{ "description": "a", "name": "a" }' }, tool('p', 'p', 'prompt'))
  expect(await changes()).toEqual([])

  await list(tool('a', 'evil'), tool('c'), tool('p', 'evil', 'prompt'), tool('file:///x', 'other', 'resource'))
  expect(await changes()).toEqual(['added c', 'modified a', 'modified p', 'removed b'])
  expect(await store.read.tools.countChanges()).toEqual(new Map([[server.id, 4]]))
  expect(offered()).toEqual(['c'])
  const [modified] = (await store.read.tools.changes(server.id)).filter(({ name }) => name === 'a')
  expect(modified).toMatchObject({ acceptedDefinition: tool('a').definition, definition: tool('a', 'evil').definition })

  await store.transaction(async (tx) => {
    await tx.tools.accept(server.id, { kind: 'tool', name: 'a' }, 3000)
    await tx.tools.accept(server.id, { kind: 'tool', name: 'b' }, 3000)
    await tx.tools.accept(server.id, { kind: 'tool', name: 'c' }, 3000)
  })
  expect(await changes()).toEqual(['modified p'])
  expect(offered()).toEqual(['a', 'c'])
  expect(await isHeldBack(store, server.id as never, tool('a'))).toBe(true)
  expect(await isHeldBack(store, server.id as never, tool('a', 'evil'))).toBe(false)
})

test('a tool that went away and comes back as something else is no new tool', async () => {
  const { store, server, list, changes } = await prepared()
  await list(tool('a'), tool('b'))
  await list(tool('b'))
  expect((await store.read.tools.list(server.id))?.map(({ name }) => name)).toEqual(['b'])
  await list(tool('a', 'evil'), tool('b'))
  expect(await changes()).toEqual(['modified a'])
  await list(tool('a'), tool('b'))
  expect(await changes()).toEqual([])
})

test('names that come and go without anybody accepting them do not pile up', async () => {
  const { store, server, list, path } = await prepared()
  await list(tool('a'))
  for (let n = 0; n < 20; n++) await list(tool('a'), tool(`extra_${n}`))
  expect((await store.read.tools.changes(server.id)).map(({ name }) => name)).toEqual(['extra_19'])
  const db = openGuarded(path)
  expect(db.prepare('SELECT count(*) FROM mcp_server_tools_cache').pluck().get()).toBe(2)
  db.close()
})

test('what a trusted server lists is accepted by that', async () => {
  const { store, server, changes } = await prepared()
  for (const description of ['one', 'two'])
    await store.transaction((tx) => tx.tools.replace(server.id, [tool('a', description), tool(description)], 2000, true))
  expect(await changes()).toEqual([])
  expect(await isHeldBack(store, server.id as never, tool('a', 'two'))).toBe(false)
})

test('what an earlier version had listed counts as accepted, and a change of it is noticed', async () => {
  const { store, server, list, changes, path } = await prepared()
  await list(tool('a'), tool('b'))
  const db = openGuarded(path)
  db.exec(
    `UPDATE mcp_server_tools_cache SET accepted_hash = NULL, accepted_definition = NULL, accepted_at = NULL, schema_hash = 'of another kind'`,
  )
  db.close()
  expect(await changes()).toEqual([])
  expect(await isHeldBack(store, server.id as never, tool('a'))).toBe(false)
  expect(await isHeldBack(store, server.id as never, tool('a', 'evil'))).toBe(true)
  await list(tool('a', 'evil'), tool('b'))
  expect(await changes()).toEqual(['modified a'])
})

test.each([
  [
    'the accepted hash is another',
    `UPDATE mcp_server_tools_cache SET accepted_hash = '${definitionHash(tool('a', 'evil').definition)}' WHERE tool_name = 'a'`,
  ],
  ['the accepted hash is gone', `UPDATE mcp_server_tools_cache SET accepted_hash = NULL WHERE tool_name = 'a'`],
  ['its name is another', `UPDATE mcp_server_tools_cache SET tool_name = 'q' WHERE tool_name = 'a'`],
])('an acceptance that cannot be read holds the tool back until somebody has looked: %s', async (_, sql) => {
  const { store, server, list, changes, damage } = await prepared()
  await list(tool('a'), tool('b'))
  damage(sql)
  expect(await isHeldBack(store, server.id as never, tool('a', 'evil'))).toBe(true)
  expect(await isHeldBack(store, server.id as never, tool('b'))).toBe(false)
  await list(tool('a', 'evil'), tool('b'))
  expect(await isHeldBack(store, server.id as never, tool('a', 'evil'))).toBe(true)
  expect(await changes()).toContain('modified a')
  for (const { kind, name } of await store.read.tools.changes(server.id))
    await store.transaction((tx) => tx.tools.accept(server.id, { kind, name }, 3000))
  expect(await changes()).toEqual([])
  expect(await isHeldBack(store, server.id as never, tool('a', 'evil'))).toBe(false)
})

test('choices are kept per server and per link, and a damaged one says so', async () => {
  const { store, server, link, damage } = await prepared()
  const custom = { name: 'find', description: null, inputSchema: { type: 'object' } }
  await store.transaction(async (tx) => {
    await tx.toolChoices.switchAtServer(server.id, 'a', false, 1000)
    await tx.toolChoices.switchAtServer(server.id, 'a', true, 1000)
    await tx.toolChoices.customize(link.id, 'a', custom, true, 1000)
    await tx.toolChoices.switchAtLink(link.id, 'a', false, 1000)
    await tx.toolChoices.switchAtLink(link.id, 'b', false, 1000)
    await tx.links.setToolPolicy(link.id, 'allowlist', 1000)
  })
  expect((await store.read.toolChoices.ofServers()).get(server.id)).toEqual({
    ...NO_CHOICES,
    switched: new Map([['a', true]]),
    damaged: false,
  })
  const wanted = {
    switched: new Map([
      ['a', false],
      ['b', false],
    ]),
    custom: new Map([['a', custom]]),
    damaged: false,
  }
  expect((await store.read.toolChoices.ofLinks()).get(link.id)).toEqual(wanted)
  expect(await store.read.links.listAll()).toMatchObject([{ toolPolicy: 'allowlist' }])

  damage(`UPDATE profile_mcp_server_tools SET is_enabled = 1 WHERE tool_name = 'b'`)
  const choices = (await store.read.toolChoices.ofLinks()).get(link.id)
  expect(choices).toMatchObject({ damaged: true, switched: new Map([['a', false]]) })
  await store.transaction((tx) => tx.toolChoices.switchAtLink(link.id, 'b', false, 1000))
  expect((await store.read.toolChoices.ofLinks()).get(link.id)).toEqual(wanted)
})

test('the view for other programs and the rule of the gateway agree', async () => {
  const { store, server, link, list, offered } = await prepared()
  const names = ['a', 'b', 'c', 'd']
  const switches = fc.dictionary(fc.constantFrom(...names), fc.boolean())
  const policy = fc.constantFrom('all' as const, 'allowlist' as const)
  await list(...names.map((name) => tool(name)))
  await fc.assert(
    fc.asyncProperty(
      policy,
      policy,
      switches,
      switches,
      fc.subarray(names),
      fc.boolean(),
      async (atServer, atLink, server1, link1, evil, flag) => {
        await store.transaction(async (tx) => {
          await tx.servers.update(server.id, { toolPolicy: atServer }, 2000)
          await tx.links.setToolPolicy(link.id, atLink, 2000)
          for (const [name, on] of Object.entries(server1)) await tx.toolChoices.switchAtServer(server.id, name, on, 2000)
          for (const [name, on] of Object.entries(link1)) await tx.toolChoices.switchAtLink(link.id, name, on, 2000)
          await tx.settings.set('changed_tools', flag ? 'flag' : 'block', 2000)
        })
        const listed = names.map((name) => tool(name, evil.includes(name) ? 'evil' : name))
        await list(...listed)
        const pins = (await store.read.tools.pins()).get(server.id)
        const ofServer = { policy: atServer, ...((await store.read.toolChoices.ofServers()).get(server.id) ?? NO_CHOICES) }
        const ofLink = { policy: atLink, ...((await store.read.toolChoices.ofLinks()).get(link.id) ?? NO_CHOICES) }
        const rule = listed.filter(
          ({ name, definition }) =>
            allows(ofServer, name) &&
            allows(ofLink, name) &&
            (flag || !isChanged(pins, pinKey('tool', name), () => definitionHash(definition))),
        )
        expect(offered()).toEqual(rule.map(({ name }) => name))
      },
    ),
    { numRuns: 40 },
  )
}, 60_000)
