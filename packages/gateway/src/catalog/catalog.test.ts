import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_OFFER, readItem } from '../upstream/listing.ts'
import { buildCatalog } from './catalog.ts'
import { legalName, MAX_NAME, nameTools } from './tool-names.ts'

const names = (naming: 'first_wins' | 'always_prefix' | 'reject', servers: [string, string[]][]) =>
  nameTools(
    naming,
    servers.map(([slug, toolNames]) => ({ slug, toolNames })),
  ).map(({ exposed }) => exposed)

/** Everything is let through. */
const open = { choices: [], isWithheld: () => false }

const naming = fc.constantFrom('first_wins' as const, 'always_prefix' as const, 'reject' as const)

describe('names', () => {
  test('the first one wins, the next is prefixed', () => {
    expect(
      names('first_wins', [
        ['a', ['search', 'x']],
        ['b', ['search']],
        ['c', ['search']],
      ]),
    ).toEqual(['search', 'x', 'b__search', 'c__search'])
  })
  test('always prefixed', () => {
    expect(
      names('always_prefix', [
        ['a', ['search']],
        ['b', ['fetch']],
      ]),
    ).toEqual(['a__search', 'b__fetch'])
  })
  test('rejected: nobody gets a contested name', () => {
    expect(
      names('reject', [
        ['a', ['search', 'x']],
        ['b', ['search']],
      ]),
    ).toEqual([null, 'x', null])
  })
  test('illegal characters are replaced, long names cut and told apart', () => {
    expect(legalName('files.read/all')).toBe('files_read_all')
    const long = legalName('a'.repeat(100))
    expect(long).toMatch(/^a{36}_[0-9a-f]{8}$/)
    expect(legalName(`${'a'.repeat(100)}b`)).not.toBe(long)
  })
  test('a tool named like a prefixed one does not shadow it', () => {
    const given = names('first_wins', [
      ['a', ['b__x', 'x']],
      ['b', ['x']],
    ])
    expect(new Set(given).size).toBe(3)
  })

  const server = fc.tuple(
    fc.stringMatching(/^[a-z][a-z0-9-]{2,49}$/),
    fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }), { maxLength: 8 }),
  )
  test('any servers and tools: unique, legal, stable', () => {
    fc.assert(
      fc.property(naming, fc.array(server, { maxLength: 6 }), (policy, servers) => {
        const given = names(policy, servers)
        const shown = given.filter((name) => name !== null)
        expect(new Set(shown).size).toBe(shown.length)
        for (const name of shown) {
          expect(name).toMatch(/^[a-zA-Z0-9_-]+$/)
          expect(name.length).toBeLessThanOrEqual(MAX_NAME)
        }
        expect(names(policy, servers)).toEqual(given)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('catalogue', () => {
  const tool = (json: string) => readItem(Buffer.from(json), 'name') as never
  const server = (id: string, slug: string, ...tools: string[]) => ({
    id: id as never,
    slug,
    offer: { ...NO_OFFER, tool: tools.map(tool) },
    era: 'legacy' as const,
    overHttp: false,
    ...open,
  })
  const odd = '{"annotations":{"vendor":1.0},"name":"search","inputSchema":{"type":"object","x-big":12345678901234567890},"é":"\\u00e9"}'

  test('keeps every byte of a tool but the name that had to change', () => {
    const catalog = buildCatalog('first_wins', [server('1', 'one', odd), server('2', 'two', odd)])
    expect(catalog.list('tool', 'legacy').toString()).toBe(`{"tools":[${odd},${odd.replace('"search"', '"two__search"')}]}`)
  })

  test('every listed name leads to the tool that was listed', () => {
    const catalog = buildCatalog('first_wins', [server('1', 'one', '{"name":"a.b"}', '{"name":"x"}'), server('2', 'two', '{"name":"x"}')])
    expect(catalog.route('tool', 'a_b')).toMatchObject({ serverId: '1', name: 'a.b' })
    expect(catalog.route('tool', 'x')).toMatchObject({ serverId: '1', name: 'x', rename: null })
    expect(catalog.route('tool', 'two__x')).toMatchObject({ serverId: '2', name: 'x' })
    expect(catalog.route('tool', 'a.b')).toMatchObject({ serverId: '1', name: 'a.b' })
    expect(catalog.route('tool', 'nothing')).toBeUndefined()
  })

  const ownName = fc.oneof(
    // Few names, so that servers share them, and such as look like another one's prefixed name.
    fc.constantFrom('search', 'get', 'one__search', 'two__get', 'a.b', 'a_b', 'a b', 'é', '__proto__', 'constructor', '\ud800'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }),
    fc.string({ unit: fc.constantFrom('a', '_'), minLength: 40, maxLength: 60 }),
  )
  const anyServer = fc.record({ tools: fc.uniqueArray(ownName, { maxLength: 8 }), prompts: fc.uniqueArray(ownName, { maxLength: 8 }) })
  const slugs = fc.uniqueArray(fc.oneof(fc.constantFrom('one', 'two', 'a'), fc.stringMatching(/^[a-z][a-z0-9-]{2,49}$/)), {
    minLength: 6,
    maxLength: 6,
  })

  test('any servers: every listed name is legal and its own, stays the same, and leads back to what was listed under it', () => {
    fc.assert(
      fc.property(naming, slugs, fc.array(anyServer, { maxLength: 6 }), (policy, names, given) => {
        const listed = (name: string, about: string) => readItem(Buffer.from(JSON.stringify({ about, name })), 'name') as never
        const build = () =>
          buildCatalog(
            policy,
            given.map(({ tools, prompts }, s) => ({
              id: `id-${s}` as never,
              slug: names[s] as string,
              offer: {
                ...NO_OFFER,
                tool: tools.map((name) => listed(name, `id-${s} ${name}`)),
                prompt: prompts.map((name) => listed(name, `id-${s} ${name}`)),
              },
              era: 'legacy' as const,
              overHttp: false,
              ...open,
            })),
          )
        const catalog = build()
        for (const [kind, member, own] of [
          ['tool', 'tools', given.map(({ tools }) => tools)],
          ['prompt', 'prompts', given.map(({ prompts }) => prompts)],
        ] as const) {
          const items: { name: string; about: string }[] = JSON.parse(catalog.list(kind, 'legacy').toString())[member]
          expect(new Set(items.map(({ name }) => name)).size).toBe(items.length)
          for (const { name, about } of items) {
            expect(name).toMatch(/^[a-zA-Z0-9_-]+$/)
            expect(name.length).toBeLessThanOrEqual(MAX_NAME)
            const route = catalog.route(kind, name)
            expect(`${route?.serverId} ${route?.name}`).toBe(about)
            // What is put into the frame is the server's own name, unless the client said just that.
            expect(route?.rename ? JSON.parse(route.rename.toString()) : name).toBe(route?.name)
          }
          // Nothing is lost but what the policy hides.
          if (policy !== 'reject') expect(items.length).toBe(own.flat().length)
          expect(build().list(kind, 'legacy').equals(catalog.list(kind, 'legacy'))).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
