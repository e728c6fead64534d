import type { ClientToken, ServerCost } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { clientLoads } from './client-loads.ts'

const token = (name: string, some: Partial<ClientToken> = {}): ClientToken => ({
  id: name,
  name,
  description: null,
  prefix: 'x',
  access: 'client',
  permissions: [],
  profileIds: null,
  serverIds: null,
  addresses: null,
  timeWindow: null,
  usageLimits: null,
  variable: null,
  expiresAt: null,
  lastUsedAt: null,
  usedCount: 0,
  revokedAt: null,
  createdAt: 0,
  ...some,
})
const cost = (serverId: string, tools: number, tokens: number): ServerCost => ({ serverId, listed: true, tools, tokens })
const SERVERS = [cost('a', 2, 100), cost('b', 1, 50)]

test('a token of some servers loads theirs alone', () => {
  const loads = clientLoads([token('all'), token('some', { serverIds: ['b', 'elsewhere'] })], 'p', SERVERS, 1)
  expect(loads.map(({ name, tools, tokens }) => [name, tools, tokens])).toEqual([
    ['all', 3, 150],
    ['some', 1, 50],
  ])
})

test('what cannot use the profile loads nothing of it, and who used it last is first', () => {
  const loads = clientLoads(
    [
      token('never'),
      token('revoked', { revokedAt: 1 }),
      token('expired', { expiresAt: 10 }),
      token('elsewhere', { profileIds: ['q'] }),
      token('no tools', { access: 'custom', permissions: ['logs.read'] }),
      token('here', { profileIds: ['p'], expiresAt: 11, lastUsedAt: 5 }),
      token('tools', { access: 'custom', permissions: ['tools.read'], lastUsedAt: 7 }),
    ],
    'p',
    SERVERS,
    10,
  )
  expect(loads.map(({ name }) => name)).toEqual(['tools', 'here', 'never'])
})
