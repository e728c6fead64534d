import { expect, test } from 'vitest'
import { linkText } from './link-text.ts'

test('the text of a link is read as it was written', () => {
  expect(linkText(`#paste=${encodeURIComponent('{"a":"b&c#d+e %"}')}`)).toBe('{"a":"b&c#d+e %"}')
  expect(linkText('#code=x')).toBeNull()
  expect(linkText('#paste=')).toBeNull()
  expect(linkText('')).toBeNull()
})
