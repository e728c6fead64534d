import fc from 'fast-check'
import { expect, test } from 'vitest'
import { definitionHash, definitionText } from './definition.ts'

/** Every field that a tool may have today, and two that nobody knows. */
const TOOL = {
  name: 'search',
  title: 'Search',
  description: 'Searches the files of a folder.',
  inputSchema: {
    type: 'object',
    properties: { query: { type: 'string', description: 'What to look for' }, limit: { type: 'integer', maximum: 100 } },
    required: ['query'],
    additionalProperties: false,
  },
  outputSchema: { type: 'object', properties: { hits: { type: 'array', items: { type: 'string' } } } },
  annotations: { title: 'Search', readOnlyHint: true, destructiveHint: false, openWorldHint: true },
  icons: [{ src: 'data:image/png;base64,AAAA', sizes: ['48x48'] }],
  execution: { taskSupport: 'optional' },
  _meta: { 'com.example/vendor': { revision: 3 } },
  'x-future': null,
  'x-empty': {},
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Every JSON that differs from the given one in one place. */
function* mutations(value: Json): Generator<Json> {
  if (typeof value === 'string')
    yield* [`${value}.`, `${value}\u200b`, value.toUpperCase() === value ? value.toLowerCase() : value.toUpperCase()]
  else if (typeof value === 'number') yield* [value + 1, -value]
  else if (typeof value === 'boolean') yield !value
  else if (value === null) yield* [false, 0, '', {}]
  else if (Array.isArray(value)) {
    yield [...value, 'more']
    for (const [i, inner] of value.entries()) {
      yield value.toSpliced(i, 1)
      for (const other of mutations(inner)) yield value.with(i, other)
    }
  } else {
    yield { ...value, more: true }
    for (const [key, inner] of Object.entries(value)) {
      const { [key]: _gone, ...rest } = value
      yield rest
      yield { ...rest, [`${key}2`]: inner }
      for (const other of mutations(inner)) yield { ...value, [key]: other }
    }
  }
}

/** The same JSON with its keys in another order, other spaces, and characters escaped that need not be. */
function rewritten(value: Json, random: () => number): string {
  const space = () => ['', ' ', '\n\t'][Math.floor(random() * 3)]
  if (typeof value === 'string')
    return JSON.stringify(value).replace(/[a-z]/g, (c) =>
      random() < 0.2 && !value.includes('\\') ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c,
    )
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const items = Array.isArray(value)
    ? value.map((inner) => rewritten(inner, random))
    : Object.entries(value)
        .map((entry) => ({ entry, at: random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ entry: [key, inner] }) => `${JSON.stringify(key)}${space()}:${space()}${rewritten(inner, random)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}${space()}${items.join(`${space()},${space()}`)}${space()}${close}`
}

test('every change of one place is noticed, and no order of keys is taken for one', () => {
  const hash = definitionHash(JSON.stringify(TOOL))
  const changed = [...mutations(TOOL as unknown as Json)]
  const missed = changed.filter((other) => definitionHash(JSON.stringify(other)) === hash)
  expect(missed).toEqual([])
  expect(changed.length).toBeGreaterThanOrEqual(150)

  let seed = 7
  const random = () => {
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647
  }
  const alarms = Array.from({ length: 1000 }, () => rewritten(TOOL as unknown as Json, random)).filter(
    (text) => definitionHash(text) !== hash,
  )
  expect(alarms).toEqual([])
  process.stdout.write(
    `[measured] changes of a definition: ${changed.length} made, ${missed.length} missed; 1000 rewritten, ${alarms.length} false alarms\n`,
  )
})

test('any JSON: the same for any order of keys, another one for any change in one place', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (value, stream) => {
      const json = value as Json
      const text = JSON.stringify(json)
      const hash = definitionHash(text)
      expect(definitionHash(rewritten(JSON.parse(text), () => stream.next().value as number))).toBe(hash)
      expect(definitionHash(definitionText(text))).toBe(hash)
      for (const other of mutations(JSON.parse(text))) {
        const changed = JSON.stringify(other)
        if (changed !== text) expect(definitionHash(changed)).not.toBe(hash)
      }
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['numbers that a double cannot tell apart', '{"maximum":9007199254740993}', '{"maximum":9007199254740992}'],
  ['a key that is given twice', '{"description":"a","description":"b"}', '{"description":"b"}'],
  ['which of two equal keys comes first', '{"description":"a","description":"b"}', '{"description":"b","description":"a"}'],
  ['the order of an array', '{"enum":["a","b"]}', '{"enum":["b","a"]}'],
  ['text that looks like what holds it together', '{"a":"1,b:2"}', '{"a":1,"b":2}'],
])('tells apart %s', (_, one, other) => {
  expect(definitionHash(one)).not.toBe(definitionHash(other))
})

test('what is no JSON stands for itself', () => {
  for (const text of ['', '{', '{"a"}', '[1 2]', '{"a":1}}', '"a', '"\\x"', '['.repeat(100_000)]) {
    expect(definitionText(text)).toBe(text)
    expect(definitionHash(text)).not.toBe(definitionHash(`${text} `))
  }
})
