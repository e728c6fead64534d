import { SLUG, SLUG_MAX, SLUG_MIN } from '@local-mcp/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slugPreview } from './slug-preview.ts'

test.each([
  ['Work', 'work'],
  ['My  Work — 2026!', 'my-work-2026'],
  ['Crème brûlée', 'creme-brulee'],
  ['42 things', 'things'],
  ['🚀', 'profile'],
  ['ab', 'ab-profile'],
  ['Servers', 'servers-2'],
  ['   ', ''],
])('%s becomes %s', (name, slug) => expect(slugPreview(name)).toBe(slug))

test('numbers what is taken, within the length', () => {
  expect(slugPreview('Work', ['work', 'work-2'])).toBe('work-3')
  const long = 'a'.repeat(SLUG_MAX)
  expect(slugPreview(long, [long])).toBe(`${'a'.repeat(SLUG_MAX - 2)}-2`)
})

test('is empty or a slug that the contract accepts', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (name) => {
      const slug = slugPreview(name)
      expect(slug === '' || (SLUG.test(slug) && slug.length >= SLUG_MIN && slug.length <= SLUG_MAX)).toBe(true)
    }),
  )
})
