import type { ToolChoices, ToolCustom } from '@local-mcp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_OFFER, readItem } from '../upstream/listing.ts'
import { buildCatalog, type CatalogServer } from './catalog.ts'
import { MAX_NAME } from './tool-names.ts'

const item = (tool: object) => readItem(Buffer.from(JSON.stringify(tool)), 'name') as never
const choices = (
  policy: 'all' | 'allowlist',
  switched: Record<string, boolean> = {},
  custom: Record<string, Partial<ToolCustom>> = {},
): ToolChoices => ({
  policy,
  switched: new Map(Object.entries(switched)),
  custom: new Map(Object.entries(custom).map(([tool, some]) => [tool, { name: null, description: null, inputSchema: null, ...some }])),
})

function server(id: string, tools: (string | object)[], some: Partial<CatalogServer> & { withheld?: string[] } = {}): CatalogServer {
  const { withheld = [], ...more } = some
  return {
    id: id as never,
    slug: id,
    offer: { ...NO_OFFER, tool: tools.map((tool) => item(typeof tool === 'string' ? { name: tool } : tool)) },
    era: 'legacy',
    overHttp: false,
    choices: [],
    isWithheld: (_, { key }) => withheld.includes(key),
    ...more,
  }
}

const listed = (catalog: ReturnType<typeof buildCatalog>, era: 'legacy' | 'modern' = 'legacy'): Record<string, unknown>[] =>
  JSON.parse(catalog.list('tool', era).toString()).tools
const names = (servers: CatalogServer[], naming: 'first_wins' | 'always_prefix' | 'reject' = 'first_wins') =>
  listed(buildCatalog(naming, servers)).map(({ name }) => name)

describe('which tools', () => {
  test.each([
    ['all', {}, 'all', {}, ['a', 'b', 'c']],
    ['all', { a: true }, 'all', {}, ['a', 'b', 'c']],
    ['all', { a: false }, 'all', { b: false }, ['c']],
    ['allowlist', {}, 'all', {}, []],
    ['allowlist', { a: true, b: true }, 'all', { b: false }, ['a']],
    ['all', {}, 'allowlist', { c: true }, ['c']],
    ['allowlist', { a: true }, 'allowlist', { b: true }, []],
    ['all', { a: false }, 'allowlist', { a: true, b: true }, ['b']],
  ] as const)('server %s %j, link %s %j', (atServer, server1, atLink, link1, expected) => {
    const catalog = buildCatalog('first_wins', [
      server('one', ['a', 'b', 'c'], { choices: [choices(atServer, server1), choices(atLink, link1)] }),
    ])
    expect(listed(catalog).map(({ name }) => name)).toEqual(expected)
    // What is not listed cannot be called either.
    for (const tool of ['a', 'b', 'c'])
      expect(catalog.route('tool', tool) !== undefined).toBe((expected as readonly string[]).includes(tool))
  })

  test('what is kept back is neither listed nor callable, and nobody else gets its name meanwhile', () => {
    const servers = (withheld: string[]) => [server('one', ['x', 'y'], { withheld }), server('two', ['x'])]
    expect(names(servers([]))).toEqual(['x', 'y', 'two__x'])
    const catalog = buildCatalog('first_wins', servers(['x']))
    expect(listed(catalog).map(({ name }) => name)).toEqual(['y', 'two__x'])
    expect(catalog.route('tool', 'x')).toBeUndefined()
    expect(catalog.withheld.tool).toEqual([{ serverId: 'one', own: 'x', name: 'x' }])
    expect(catalog.route('tool', 'two__x')).toMatchObject({ serverId: 'two', name: 'x' })
  })

  test('a tool that was switched off gives its name to the next', () => {
    const off = { choices: [choices('all', { x: false })] }
    expect(names([server('one', ['x'], off), server('two', ['x'])])).toEqual(['x'])
  })
})

describe('what it says', () => {
  const original = {
    vendor: 1.5,
    name: 'read',
    description: 'Reads',
    inputSchema: { type: 'object', properties: { path: { type: 'string', 'x-mcp-header': 'Path' } } },
  }
  const custom = { name: 'fetch', description: 'Fetches "it"', inputSchema: { type: 'object', properties: { path: {} } } }

  test.each(['legacy', 'modern'] as const)(
    'name, description and schema are those that were chosen, the rest is the server’s: %s',
    (era) => {
      const catalog = buildCatalog('first_wins', [
        server('one', [original], { choices: [choices('all'), choices('all', {}, { read: custom })] }),
      ])
      expect(listed(catalog, era)).toEqual([{ vendor: 1.5, ...custom }])
      const route = catalog.route('tool', 'fetch')
      expect(route).toMatchObject({ serverId: 'one', name: 'read' })
      expect(route?.rename?.toString()).toBe('"read"')
      // The server still wants its argument in a header; the client was not told, so it is not asked for it.
      expect(route?.headerParams).toMatchObject([{ header: 'mcp-param-path' }])
      expect(route?.shownParams).toEqual([])
    },
  )

  test('a part that nobody chose stays the server’s', () => {
    const only = choices('all', {}, { read: { description: 'Other' } })
    expect(listed(buildCatalog('first_wins', [server('one', [original], { choices: [only] })]))).toEqual([
      { ...original, description: 'Other' },
    ])
  })

  test.each([
    ['first_wins', ['x', 'two__x']],
    ['always_prefix', ['x', 'two__x']],
    ['reject', ['x']],
  ] as const)('a chosen name is had whatever the naming, and another tool of that name gives way: %s', (naming, expected) => {
    const chosen = { choices: [choices('all', {}, { own: { name: 'x' } })] }
    expect(names([server('one', ['own'], chosen), server('two', ['x'])], naming)).toEqual(expected)
    expect(names([server('two', ['x']), server('one', ['own'], chosen)], naming)).toEqual([...expected].reverse())
  })

  test('of two that want the same name the first has it', () => {
    const chosen = { choices: [choices('all', {}, { own: { name: 'x' } })] }
    expect(names([server('one', ['own'], chosen), server('two', ['own'], chosen)])).toEqual(['x', 'two__x'])
    expect(names([server('one', ['own'], chosen), server('two', ['own'], chosen)], 'reject')).toEqual(['x'])
  })
})

const ownName = fc.oneof(
  fc.constantFrom('search', 'get', 'one__search', 'two__get', 'a.b', 'a_b', 'a b', 'é', '__proto__', 'constructor', 'x'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }),
)
const customName = fc.oneof(fc.constantFrom('search', 'get', 'two__get', 'a_b', 'x'), fc.stringMatching(/^[a-zA-Z0-9_-]{1,45}$/))
const policy = fc.constantFrom('all' as const, 'allowlist' as const)
const aTool = fc.record({
  custom: fc.option(fc.record({ name: fc.option(customName), description: fc.option(fc.string()) })),
  atServer: fc.option(fc.boolean()),
  atLink: fc.option(fc.boolean()),
  withheld: fc.boolean(),
})
const aServer = fc.record({ atServer: policy, atLink: policy, tools: fc.dictionary(ownName, aTool, { maxKeys: 8 }) })

test('any choices, names and servers: what is listed is let through, unique, legal, stable, and leads back; nothing else can be called', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('first_wins' as const, 'always_prefix' as const, 'reject' as const),
      fc.array(aServer, { maxLength: 5 }),
      (naming, given) => {
        const built = () =>
          buildCatalog(
            naming,
            given.map(({ atServer, atLink, tools }, s) => {
              const entries = Object.entries(tools)
              const switched = (key: 'atServer' | 'atLink') =>
                new Map(entries.flatMap(([name, tool]): [string, boolean][] => (tool[key] === null ? [] : [[name, tool[key]]])))
              const custom = new Map(
                entries.flatMap(([name, tool]): [string, ToolCustom][] =>
                  tool.custom ? [[name, { inputSchema: null, ...tool.custom }]] : [],
                ),
              )
              return server(
                `s-${s}`,
                entries.map(([name]) => ({ name, about: `s-${s} ${name}` })),
                {
                  choices: [
                    { policy: atServer, switched: switched('atServer'), custom: new Map() },
                    { policy: atLink, switched: switched('atLink'), custom },
                  ],
                  withheld: entries.flatMap(([name, tool]) => (tool.withheld ? [name] : [])),
                },
              )
            }),
          )
        const catalog = built()
        const through = new Set(
          given.flatMap(({ atServer, atLink, tools }, s) =>
            Object.entries(tools).flatMap(([name, tool]) =>
              (tool.atServer ?? atServer === 'all') && (tool.atLink ?? atLink === 'all') && !tool.withheld ? [`s-${s} ${name}`] : [],
            ),
          ),
        )
        const tools = listed(catalog) as { name: string; about: string; description?: string }[]
        expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length)
        for (const { name, about, description } of tools) {
          expect(through).toContain(about)
          expect(name).toMatch(/^[a-zA-Z0-9_-]+$/)
          expect(name.length).toBeLessThanOrEqual(MAX_NAME)
          const route = catalog.route('tool', name)
          expect(`${route?.serverId} ${route?.name}`).toBe(about)
          expect(route?.rename ? JSON.parse(route.rename.toString()) : name).toBe(route?.name)
          const own = given[Number(about.slice(2, about.indexOf(' ')))]?.tools[route?.name ?? '']
          expect(description).toBe(own?.custom?.description ?? undefined)
        }
        if (naming !== 'reject') expect(tools.length).toBe(through.size)
        // Under no name whatever does a call reach what is not let through.
        for (const { tools: all } of given) {
          for (const [name, { custom }] of Object.entries(all)) {
            for (const said of [name, custom?.name ?? name, `s-0__${name}`, `s-1__${name}`]) {
              const route = catalog.route('tool', said)
              if (route) expect(through).toContain(`${route.serverId} ${route.name}`)
            }
          }
        }
        expect(built().list('tool', 'legacy').equals(catalog.list('tool', 'legacy'))).toBe(true)
      },
    ),
    { numRuns: 1000 },
  )
}, 60_000)

describe('what became of every tool', () => {
  const outcomesOf = (servers: CatalogServer[], naming: 'first_wins' | 'always_prefix' | 'reject' = 'first_wins') =>
    buildCatalog(naming, servers)
      .outcomes()
      .map(({ serverId, own, plain, name, hidden }) => [serverId, own, plain, name, hidden])

  test('each has its name, or why it has none', () => {
    const one = server('one', ['a.b', 'x', 'off', 'held'], {
      choices: [choices('all', { off: false }), choices('all')],
      withheld: ['held'],
    })
    const two = server('two', ['x', 'off', 'held'], { choices: [choices('all'), choices('all', { off: false })] })
    expect(outcomesOf([one, two])).toEqual([
      ['one', 'a.b', 'a_b', 'a_b', null],
      ['one', 'x', 'x', 'x', null],
      ['one', 'off', 'off', null, 'off_at_server'],
      ['one', 'held', 'held', null, 'kept_back'],
      ['two', 'x', 'x', 'two__x', null],
      ['two', 'off', 'off', null, 'off_here'],
      ['two', 'held', 'held', 'two__held', null],
    ])
    expect(outcomesOf([server('one', ['x']), server('two', ['x'])], 'reject').map(([, , , , hidden]) => hidden)).toEqual([
      'name_clash',
      'name_clash',
    ])
  })

  test('what cannot be called over HTTP says so', () => {
    const bad = { name: 'x', inputSchema: { type: 'object', properties: { a: { type: 'object', 'x-mcp-header': 'A' } } } }
    expect(outcomesOf([server('one', [bad], { era: 'modern', overHttp: true })])).toEqual([['one', 'x', 'x', null, 'unusable']])
  })

  test('the bytes are those that clients read, and what they would read of a hidden one', () => {
    const custom = {
      choices: [choices('all'), choices('all', { y: false }, { x: { name: 'z', description: 'new' }, y: { description: 'new' } })],
    }
    const catalog = buildCatalog('first_wins', [
      server(
        'one',
        [
          { name: 'x', vendor: 1.5 },
          { name: 'y', description: 'old' },
        ],
        custom,
      ),
    ])
    const [x, y] = catalog.outcomes().map(({ bytes }) => bytes.toString())
    expect(catalog.list('tool', 'legacy').toString()).toContain(x)
    expect(JSON.parse(x ?? '')).toEqual({ name: 'z', vendor: 1.5, description: 'new' })
    expect(JSON.parse(y ?? '')).toEqual({ name: 'y', description: 'new' })
  })

  test('any servers: it says what the list says, and every tool of every server once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('first_wins' as const, 'always_prefix' as const, 'reject' as const),
        fc.array(aServer, { maxLength: 4 }),
        (naming, given) => {
          const servers = given.map(({ atServer, atLink, tools }, s) => {
            const entries = Object.entries(tools)
            const switched = (key: 'atServer' | 'atLink') =>
              Object.fromEntries(entries.flatMap(([name, tool]) => (tool[key] === null ? [] : [[name, tool[key]]])))
            return server(
              `s-${s}`,
              entries.map(([name]) => name),
              {
                choices: [choices(atServer, switched('atServer')), choices(atLink, switched('atLink'))],
                withheld: entries.flatMap(([name, tool]) => (tool.withheld ? [name] : [])),
              },
            )
          })
          const catalog = buildCatalog(naming, servers)
          const outcomes = catalog.outcomes()
          expect(outcomes.flatMap(({ name }) => name ?? [])).toEqual(listed(catalog).map(({ name }) => name))
          expect(outcomes.map(({ serverId, own }) => `${serverId} ${own}`)).toEqual(
            servers.flatMap(({ id, offer }) => offer.tool.map(({ key }) => `${id} ${key}`)),
          )
          for (const { name, hidden } of outcomes) expect(name === null).toBe(hidden !== null)
        },
      ),
      { numRuns: 300 },
    )
  })
})
