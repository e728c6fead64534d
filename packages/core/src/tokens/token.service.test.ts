import type { AppEvent } from '@local-mcp/contract'
import { createEventBus } from '@local-mcp/kernel'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { ServiceDependencies } from '../dependencies.ts'
import { createTokenService } from './token.service.ts'

test('what a token has open is ended within a second of its end, once, and no other token is touched', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const tokens = [
    { id: 'soon', tokenHash: 'a', expiresAt: Date.now() + 10_250 },
    { id: 'later', tokenHash: 'b', expiresAt: Date.now() + 60_000 },
    { id: 'never', tokenHash: 'c', expiresAt: null },
  ]
  const store = { read: { tokens: { listUsable: async () => tokens } } } as unknown as ServiceDependencies['store']
  const ended: string[] = []
  const clock = { now: () => Date.now() }
  const events = createEventBus<AppEvent>(() => {})
  const service = await createTokenService({ store, events, clock }, {} as never, (id) => ended.push(id))
  onTestFinished(() => service.close())
  vi.advanceTimersByTime(10_000)
  expect(ended).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(ended).toEqual(['soon'])
  vi.advanceTimersByTime(10_000)
  expect(ended).toEqual(['soon'])
})
