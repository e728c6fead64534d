import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { resolveDatabasePath } from './database-path.ts'

const home = '/home/ada'

test.each([
  [undefined, '/home/ada/.local-mcp-gateway-data/local-mcp-gateway.db'],
  ['', '/home/ada/.local-mcp-gateway-data/local-mcp-gateway.db'],
  ['~/x/y.db', '/home/ada/x/y.db'],
  ['~', '/home/ada'],
  ['~other/y.db', resolve('~other/y.db')],
  ['/var/lib/y.db', '/var/lib/y.db'],
  ['y.db', resolve('y.db')],
])('%s leads to %s', (databasePath, expected) => {
  expect(resolveDatabasePath({ databasePath, home })).toBe(expected)
})
