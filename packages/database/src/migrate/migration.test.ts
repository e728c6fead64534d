import { expect, test } from 'vitest'
import { parseMigrations } from './migration.ts'

test('sorts by version and hashes the text with LF line ends', () => {
  const windows = parseMigrations({ '/x/0002_b.sql': 'B', '/x/0001_a.sql': 'A\r\nA\r\n' })
  const unix = parseMigrations({ '0001_a.sql': 'A\nA\n', '0002_b.sql': 'B' })
  expect(windows).toEqual(unix)
  expect(windows.map((migration) => migration.name)).toEqual(['0001_a', '0002_b'])
  expect(parseMigrations({ '0001_a.sql': 'A\nA' })[0]?.checksum).not.toBe(unix[0]?.checksum)
})

test.each([
  ['a gap', ['0001_a.sql', '0003_c.sql']],
  ['a doubled version', ['0001_a.sql', '0001_b.sql']],
  ['a malformed name', ['1-a.sql']],
])('refuses %s in the build', (_what, names) => {
  expect(() => parseMigrations(Object.fromEntries(names.map((name) => [name, ''])))).toThrow()
})
