import { expect, test } from 'vitest'
import { matchPath } from './match-path.ts'

test('matches whole paths and ignores a slash at the end', () => {
  expect(matchPath('/', '/')).toEqual({})
  expect(matchPath('/servers', '/servers/')).toEqual({})
  expect(matchPath('/servers', '/servers/new')).toBeNull()
  expect(matchPath('/servers/new', '/servers')).toBeNull()
})

test('takes parameters out, decoded', () => {
  expect(matchPath('/profiles/:profile', '/profiles/a%20b')).toEqual({ profile: 'a b' })
})

test('a path that cannot be decoded fits nothing', () => {
  expect(matchPath('/profiles/:profile', '/profiles/%E0%A4%A')).toBeNull()
})
