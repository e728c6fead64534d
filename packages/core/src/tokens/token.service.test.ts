import type { AppEvent } from '@local-mcp/contract'
import { createEventBus, silentLogger, type TokenId } from '@local-mcp/kernel'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Principal } from '../context.ts'
import type { TokenRecord } from '../records.ts'
import type { Store } from '../store.ports.ts'
import { createTokenService } from './token.service.ts'
import { sha256 } from './token-registry.ts'

const MONDAY_0855 = Date.UTC(2026, 10, 23, 8, 55)
const owner = { userId: 'u', email: 'o', isLocalOwner: true, token: null, permissions: ['*'] } as unknown as Principal
const record = (id: string, more: Partial<TokenRecord> = {}): TokenRecord => ({
  id: id as TokenId,
  userId: owner.userId,
  name: id,
  tokenHash: sha256(id),
  prefix: '',
  description: null,
  profileIds: null,
  serverIds: null,
  addresses: null,
  timeWindow: null,
  usageLimits: null,
  permissions: [],
  expiresAt: null,
  lastUsedAt: null,
  usedCount: 0,
  revokedAt: null,
  createdAt: 0,
  ...more,
})

async function start(tokens: TokenRecord[]) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  vi.setSystemTime(MONDAY_0855)
  const store = {
    read: { tokens: { listAll: async () => tokens }, settings: { get: async () => undefined } },
    transaction: async () => {},
  } as unknown as Store
  const clock = { now: () => Date.now() }
  const events = createEventBus<AppEvent>(() => {})
  const shut: [string, boolean][] = []
  const service = await createTokenService({ store, events, clock, logger: silentLogger }, owner, {
    given: null,
    onShut: (id, forGood) => shut.push([id, forGood]),
  })
  onTestFinished(() => service.close())
  const use = (id: string) => service.known(id)?.admit('mcp', '127.0.0.1', Date.now())?.code ?? 'in'
  return { use, shut }
}

test('what a token has open is ended within a second of its end, once, and no other token is touched', async () => {
  const now = MONDAY_0855
  const { use, shut } = await start([
    record('soon', { expiresAt: now + 10_250 }),
    record('unused', { expiresAt: now + 10_250 }),
    record('later', { expiresAt: now + 60_000 }),
    record('never'),
  ])
  for (const id of ['soon', 'later', 'never']) expect(use(id)).toBe('in')
  vi.advanceTimersByTime(10_000)
  expect(shut).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(shut).toEqual([['soon', true]])
  expect(use('soon')).toBe('UNAUTHORIZED')
  vi.advanceTimersByTime(10_000)
  expect(shut).toEqual([['soon', true]])
})

test('what a token has open is ended when its hours are over, and it is let in again the next day', async () => {
  const { use, shut } = await start([record('office', { timeWindow: { from: '09:00', to: '09:10', zone: 'UTC' } })])
  expect(use('office')).toBe('FORBIDDEN')
  vi.advanceTimersByTime(5 * 60_000)
  expect(use('office')).toBe('in')
  vi.advanceTimersByTime(9 * 60_000)
  expect(shut).toEqual([])
  vi.advanceTimersByTime(60_000 + 1000)
  expect(shut).toEqual([['office', false]])
  expect(use('office')).toBe('FORBIDDEN')
  vi.setSystemTime(MONDAY_0855 + 24 * 3_600_000 + 10 * 60_000)
  expect(use('office')).toBe('in')
})
