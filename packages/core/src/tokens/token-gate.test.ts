import type { UsageLimits } from '@local-mcp/contract'
import type { TokenId } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import type { Principal } from '../context.ts'
import type { TokenRecord } from '../records.ts'
import { createTokenGate } from './token-gate.ts'

const owner = { userId: 'u', email: 'o', isLocalOwner: true, token: null, permissions: ['*'] } as unknown as Principal
const START = 1_000_000_000_000

function gateOf(usageLimits: UsageLimits | null, more: Partial<TokenRecord> = {}, rates = { mcpPerMinute: 0, apiPerMinute: 0 }) {
  const record = {
    id: 't' as TokenId,
    addresses: null,
    timeWindow: null,
    permissions: [],
    usageLimits,
    usedCount: 0,
    revokedAt: null,
    expiresAt: null,
    lastUsedAt: null,
    ...more,
  } as unknown as TokenRecord
  const gate = createTokenGate(record, owner, rates)
  const use = (at: number, door: 'mcp' | 'api' = 'mcp') => {
    const refused = gate.admit(door, '127.0.0.1', START + at)
    return refused ? Number(refused.data.retryAfter) : 'in'
  }
  return { gate, use }
}

test('a minute begins with its first request, and what is refused does not count', () => {
  const { use } = gateOf({ perMinute: 2 })
  expect([use(0), use(30_000), use(30_001), use(59_001), use(59_999)]).toEqual(['in', 'in', 30, 1, 1])
  expect([use(60_000), use(60_001), use(60_002)]).toEqual(['in', 'in', 60])
})

test('the first limit that is reached counts, and none of the others is used up by what it refuses', () => {
  const { use } = gateOf({ perMinute: 2, perHour: 3 })
  expect([use(0), use(1), use(2), use(3)]).toEqual(['in', 'in', 60, 60])
  expect([use(60_000), use(60_001)]).toEqual(['in', 3540])
  expect(use(3_600_000)).toBe('in')
})

test('a clock that is put back shuts nobody out', () => {
  const { use } = gateOf({ perMinute: 1 })
  expect([use(0), use(-10_000), use(-9999)]).toEqual(['in', 'in', 60])
})

test('the brake on all counts each door by itself and follows the settings', () => {
  const rates = { mcpPerMinute: 1, apiPerMinute: 2 }
  const { use } = gateOf(null, {}, rates)
  expect([use(0), use(1), use(2, 'api'), use(3, 'api'), use(4, 'api')]).toEqual(['in', 60, 'in', 'in', 60])
  rates.mcpPerMinute = 0
  expect([use(5), use(6)]).toEqual(['in', 'in'])
})

test('what was used is taken once, given back where it could not be written, and goes on from an earlier life', () => {
  const { gate, use } = gateOf({ total: 12, perDay: 4 }, { usedCount: 9 })
  gate.resume('perDay', START - 60_000, 2)
  expect(gate.takeUses()).toBeNull()
  expect([use(0), use(1)]).toEqual(['in', 'in'])
  expect(use(2)).toBe(86_340)
  const uses = gate.takeUses()
  expect(uses).toEqual({ at: START + 1, count: 2 })
  expect(gate.takeUses()).toBeNull()
  gate.giveBack(uses ?? { at: 0, count: 0 })
  expect(gate.takeUses()).toEqual(uses)
  expect([use(86_400_000), use(86_400_001)]).toEqual(['in', 86_400])
  expect(gate.usedCount()).toBe(12)
})

test('the same principal stands for every request', () => {
  const { gate } = gateOf(null)
  expect(gate.principal).toMatchObject({ userId: 'u', token: { id: 't' }, permissions: [] })
  gate.revoke(5)
  expect(gate.admit('api', '127.0.0.1', START)?.code).toBe('UNAUTHORIZED')
})
