import { expect, test } from 'vitest'
import { jsonMembers, prettyJson } from './json-lines.ts'

test.each([
  '{}',
  '[]',
  '{"a":1,"b":[],"c":{},"d":[1,2,{"e":null}],"f":"x,y:{z}"}',
  '[[[]],{"a":[{}]}]',
  '{ "spaced" : [ true , false ] }',
  JSON.stringify({ text: 'line\n"quoted" \\ back', emoji: '👩‍👩‍👧', rtl: 'שלום' }),
])('%s looks as JSON.stringify would write it', (text) => {
  expect(prettyJson(text)).toBe(JSON.stringify(JSON.parse(text), null, 2))
})

test('numbers, escapes and repeated keys stay as they came', () => {
  expect(prettyJson('{"big":12345678901234567890,"n":1.0,"e":"\\u00e9","e":2}')).toBe(
    '{\n  "big": 12345678901234567890,\n  "n": 1.0,\n  "e": "\\u00e9",\n  "e": 2\n}',
  )
})

test('what was cut off is shown as far as it goes, and what is no JSON as it is', () => {
  expect(prettyJson('{"a":[1,"hal')).toBe('{\n  "a": [\n    1,\n    "hal')
  expect(prettyJson('Not found\nat all')).toBe('Not found\nat all')
  expect(prettyJson('}}]]')).toBe('}}]]')
  expect(prettyJson('{}}}]')).toContain('{}')
})

test('a long text takes no long time and no deep stack', () => {
  const long = `{"a":"${'\\"x'.repeat(1_000_000)}"}`
  expect(prettyJson(long)).toHaveLength(long.length + 5)
  expect(prettyJson('['.repeat(60_000))).toContain('[')
})

test('members of an object keep their values as they are written', () => {
  expect(jsonMembers('{"id":12345678901234567890,"params":{"a":[1.0,{"b":"}"}],"k":"v"},"x\\u0041":null}')).toEqual([
    ['id', '12345678901234567890'],
    ['params', '{"a":[1.0,{"b":"}"}],"k":"v"}'],
    ['xA', 'null'],
  ])
  expect(jsonMembers('{}')).toEqual([])
  for (const text of ['[]', 'null', '{"a":', 'x', '']) expect(jsonMembers(text)).toBeNull()
})
