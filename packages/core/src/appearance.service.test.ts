import type { AppEvent } from '@local-mcp/contract'
import { createEventBus, systemClock } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { createAppearanceService } from './appearance.service.ts'
import type { Store } from './store.ports.ts'

const DEFAULTS = { theme: 'system', contrast: 'system', motion: 'system', textSize: 'normal', singleKeys: true }

function start(stored?: unknown) {
  const rows = new Map<string, unknown>(stored === undefined ? [] : [['appearance', stored]])
  const settings = { get: async (key: string) => rows.get(key), set: async (key: string, value: unknown) => void rows.set(key, value) }
  const store = { read: { settings }, transaction: async (run: (tx: object) => unknown) => run({ settings }) } as unknown as Store
  const events = createEventBus<AppEvent>((error) => expect.unreachable(String(error)))
  const told: AppEvent[] = []
  events.on((event) => void told.push(event))
  return { service: createAppearanceService({ store, events, clock: systemClock }), rows, told }
}

test('what was never set is as the computer says', async () => {
  expect(await start().service.get()).toEqual(DEFAULTS)
})

test('a change keeps the rest, is stored and told', async () => {
  const { service, rows, told } = start({ theme: 'dark' })
  const changed = { ...DEFAULTS, theme: 'dark', contrast: 'more' }
  expect(await service.update({ contrast: 'more', motion: undefined })).toEqual(changed)
  expect(rows.get('appearance')).toEqual(changed)
  expect(told).toEqual([{ type: 'settings.appearance.updated', appearance: changed }])
})

// It is written into the page: nothing but what is known may come out.
test.each([[null], ['dark'], [[]], [{ theme: '"><script>', contrast: 7, singleKeys: 'no', other: 'x' }]])(
  '%j is as if it were not set',
  async (stored) => {
    expect(await start(stored).service.get()).toEqual(DEFAULTS)
  },
)
