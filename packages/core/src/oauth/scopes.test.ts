import { expect, test } from 'vitest'
import { chooseScope } from './scopes.ts'

const nothing = { wanted: null, challenged: null, granted: null, supported: [], offersOfflineAccess: false }

test.each([
  ['nobody says anything', {}, null],
  ['the server names what it can do', { supported: ['a', 'b'] }, 'a b'],
  ['what it refused for comes before that', { supported: ['a', 'b'], challenged: 'c' }, 'c'],
  ['a step up keeps what was granted', { granted: 'a b', challenged: 'b c' }, 'a b c'],
  ['a new sign-in without a refusal does not ask for what was granted once', { granted: 'old', supported: ['a'] }, 'a'],
  ['a person decides over all', { wanted: 'x  y', supported: ['a'], challenged: 'c', granted: 'g' }, 'x y'],
  ['refresh tokens are asked for where that has a scope', { supported: ['a'], offersOfflineAccess: true }, 'a offline_access'],
  ['and not twice', { wanted: 'offline_access a', offersOfflineAccess: true }, 'offline_access a'],
])('%s', (_, wishes, scope) => {
  expect(chooseScope({ ...nothing, ...wishes })).toBe(scope)
})
