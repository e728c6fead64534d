import { expect, test } from 'vitest'
import { droppedFields, schemaProblem } from './input-schema.ts'

test.each([
  { type: 'object' },
  { type: 'object', properties: { a: { type: ['string', 'null'], format: 'of-their-own', 'x-vendor': 1 } }, required: ['a'] },
  { type: 'object', $defs: { a: { type: 'integer' } }, properties: { a: { $ref: '#/$defs/a' } } },
  { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', definitions: { a: {} } },
  { $schema: 'https://json-schema.org/draft/2019-09/schema', type: 'object' },
  { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
])('a schema of arguments: %j', async (schema) => {
  expect(await schemaProblem(schema)).toBeNull()
})

test.each([
  [null, 'JSON object'],
  [[], 'JSON object'],
  [{}, '"type" must be "object"'],
  [{ type: 'array' }, '"type" must be "object"'],
  [{ type: 'object', properties: { a: { type: 'text' } } }, 'type'],
  [{ type: 'object', properties: [] }, 'properties'],
  [{ type: 'object', required: 'a' }, 'required'],
  [{ type: 'object', properties: { a: { pattern: '(' } } }, 'regular expression'],
  [{ type: 'object', properties: { a: { $ref: 'https://example.com/schema.json' } } }, 'example.com'],
  [{ type: 'object', properties: { a: { $ref: '#/$defs/nothing' } } }, 'nothing'],
  [{ $schema: 'https://example.com/dialect', type: 'object' }, 'dialect'],
  [{ $schema: 'constructor', type: 'object' }, 'dialect'],
  [{ $schema: 7, type: 'object' }, 'dialect'],
])('no schema of arguments: %j', async (schema, why) => {
  expect((await schemaProblem(schema))?.message).toContain(why)
})

test.each([
  [{ type: 'object', properties: { a: { type: 'text' } } }, ['properties', 'a', 'type']],
  [{ type: 'object', properties: { 'a/b~c': { minimum: 'no' } } }, ['properties', 'a/b~c', 'minimum']],
  [{ type: 'object', required: [1] }, ['required', '0']],
  [{ type: 'array' }, ['type']],
])('says where in the JSON: %j', async (schema, path) => {
  expect((await schemaProblem(schema))?.path).toEqual(path)
})

test('a required field is dropped when clients would not send it', () => {
  const original = { type: 'object', properties: { a: {}, b: {} }, required: ['a', 'c'] }
  expect(droppedFields(original, original)).toEqual([])
  expect(droppedFields(original, { properties: { a: {} }, required: ['c', 'a', 'b'] })).toEqual([])
  expect(droppedFields(original, { properties: { a: {} }, required: ['a'] })).toEqual(['c'])
  expect(droppedFields(original, { properties: {}, required: ['a', 'c'] })).toEqual(['a'])
  expect(droppedFields(original, {})).toEqual(['a', 'c'])
  expect(droppedFields({ required: ['toString'], properties: { toString: {} } }, { required: ['toString'], properties: {} })).toEqual([
    'toString',
  ])
  expect(droppedFields(null, {})).toEqual([])
})
