import { randomBytes } from 'node:crypto'
import { newId } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { keyIdOf, newKeyBytes, open, seal } from './envelope.ts'

const key = { id: newId(), bytes: newKeyBytes() }
const placeOf = (rowId: string) => ({ table: 'secrets', column: 'value', rowId })
const text = Buffer.from('a value with ä and \n')

test('opens where it was sealed, and is another one each time', () => {
  const place = placeOf(newId())
  const [one, two] = [seal(text, key, place), seal(text, key, place)]
  expect(one).toMatch(/^v1:/)
  expect(one).not.toBe(two)
  expect(keyIdOf(one)).toBe(key.id)
  expect(open(one, key, place)).toEqual(text)
  expect(open(seal(Buffer.alloc(0), key, place), key, place)).toEqual(Buffer.alloc(0))
})

test('1,000 of 1,000 that were moved to another row do not open, nor with another key, column or table', () => {
  for (let round = 0; round < 1000; round++) {
    const place = placeOf(newId())
    const sealed = seal(text, key, place)
    expect(open(sealed, key, placeOf(newId()))).toBeNull()
    expect(open(sealed, key, { ...place, column: 'other' })).toBeNull()
    expect(open(sealed, key, { ...place, table: 'other' })).toBeNull()
    expect(open(sealed, { id: key.id, bytes: newKeyBytes() }, place)).toBeNull()
  }
})

test('2,000 of 2,000 flipped bits are noticed', () => {
  const place = placeOf(newId())
  const head = `v1:${key.id}:`
  for (let round = 0; round < 2000; round++) {
    const body = Buffer.from(seal(text, key, place).slice(head.length), 'base64url')
    const bit = round % (body.length * 8)
    body[bit >> 3] = (body[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(open(head + body.toString('base64url'), key, place)).toBeNull()
  }
})

test('a short tag, a cut, a foreign version and noise are refused', () => {
  const place = placeOf(newId())
  const sealed = seal(text, key, place)
  const head = `v1:${key.id}:`
  const body = Buffer.from(sealed.slice(head.length), 'base64url')
  // Twelve bytes of IV and the first four of the tag: what Node takes for a whole tag where it is not told better.
  const short = Buffer.concat([body.subarray(0, 16), body.subarray(28)])
  for (const wrong of [
    head + short.toString('base64url'),
    head + body.subarray(0, 20).toString('base64url'),
    sealed.slice(0, -6),
    sealed.replace('v1', 'v2'),
    `v1:${newId()}:${sealed.slice(head.length)}`,
    'v1:',
    'v1:x:y',
    '',
    head + randomBytes(60).toString('base64url'),
  ])
    expect(open(wrong, key, place), wrong).toBeNull()
})
