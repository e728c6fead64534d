import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonPlaces } from './json-places.ts'

test.each([
  ['', 1, 1],
  ['{', 1, 2],
  ['{"a":1,}', 1, 8],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
  ["{'a':1}", 1, 2],
  ['[1 2]', 1, 4],
  ['{"a":01}', 1, 7],
  ['{"a":"\n"}', 1, 6],
  ['true false', 1, 6],
  ['{"a":undefined}', 1, 6],
])('%j stops being JSON at %i:%i', (text, line, column) => {
  expect(jsonPlaces(text).error).toEqual({ line, column })
})

test('says where a value is, and where it would be', () => {
  const places = jsonPlaces('{\n  "type": "object",\n  "properties": {\n    "a/b": { "type": "text" }\n  },\n  "required": ["a", 7]\n}')
  expect(places.error).toBeNull()
  expect(places.at(['type'])).toEqual({ line: 2, column: 11 })
  expect(places.at(['properties', 'a/b', 'type'])).toEqual({ line: 4, column: 22 })
  expect(places.at(['properties', 'a/b', 'minimum'])).toEqual({ line: 4, column: 12 })
  expect(places.at(['required', '1'])).toEqual({ line: 6, column: 21 })
  expect(places.at(['nothing'])).toEqual({ line: 1, column: 1 })
})

test('a text is JSON exactly where the reader takes it', () => {
  const isJson = (text: string) => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '1',
    '-',
    '0',
    '.5',
    'e3',
    'true',
    'nul',
    ' ',
    '\n',
    '\u0001',
  )
  const damaged = fc.tuple(fc.json(), fc.nat(), piece).map(([text, at, more]) => {
    const cut = at % (text.length + 1)
    return text.slice(0, cut) + more + text.slice(cut)
  })
  const text = fc.oneof(
    fc.json(),
    damaged,
    fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (one) => {
      expect(jsonPlaces(one).error === null).toBe(isJson(one))
    }),
    { numRuns: 3000 },
  )
})

test('what nests deeply does not bring it down', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  expect(jsonPlaces(deep).error).toBeNull()
})
