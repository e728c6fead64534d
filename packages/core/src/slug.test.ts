import { RESERVED_SLUGS, slugFor } from '@local-mcp/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertSlug } from './slug.ts'

test.each([
  ['Work', 'work'],
  ['  Můj Profil! ', 'muj-profil'],
  ['123 go', 'go-profile'],
  ['日本', 'profile'],
  ['api', 'api-2'],
])('%j gives %j', (name, slug) => {
  expect(slugFor(name, 'profile', [])).toBe(slug)
})

test('any name gives a valid, unreserved, unused slug', () => {
  const taken: string[] = []
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (name) => {
      const slug = slugFor(name, 'profile', taken)
      expect(taken).not.toContain(slug)
      expect(() => assertSlug(slug)).not.toThrow()
      taken.push(slug)
    }),
  )
})

test.each(['ab', 'a'.repeat(51), 'Abc', '1abc', 'a_b', 'a b', 'äbc', ''])('%j is refused', (slug) => {
  expect(() => assertSlug(slug)).toThrow(expect.objectContaining({ code: 'INVALID_SLUG' }))
})

test('every reserved slug is refused', () => {
  for (const slug of RESERVED_SLUGS) expect(() => assertSlug(slug)).toThrow()
  expect(() => assertSlug('gateway')).toThrow(expect.objectContaining({ code: 'RESERVED_SLUG' }))
})
