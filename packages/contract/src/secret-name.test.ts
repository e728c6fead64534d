import { expect, test } from 'vitest'
import { secretName } from './nouns/secret.ts'
import { secretNameFor } from './secret-name.ts'

test.each([
  ['GITHUB_TOKEN', [], 'GITHUB_TOKEN'],
  ['GITHUB_TOKEN', ['GITHUB_TOKEN', 'GITHUB_TOKEN-2'], 'GITHUB_TOKEN-3'],
  ['X Api/Key', [], 'X-Api-Key'],
  ['_KEY', [], 'KEY'],
  ['é', [], 'key'],
  ['x'.repeat(100), ['x'.repeat(64)], `${'x'.repeat(62)}-2`],
])('%s besides %j is %s', (wanted, taken, expected) => {
  const name = secretNameFor(wanted, new Set(taken))
  expect(name).toBe(expected)
  expect(secretName.parse(name)).toBe(name)
})
