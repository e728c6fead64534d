import { createDiscoveryService } from '@local-mcp/core'
import { expect, test } from 'vitest'
import { openStore } from './store.ts'
import { optionsFor, owner } from './testing/temp-store.ts'

test('a store that was closed is told by the name of a check, not as an empty list', async () => {
  const store = await openStore(optionsFor())
  const context = { principal: owner, source: 'rest', signal: new AbortController().signal } as const
  // There are no servers whose state could be asked for.
  const discovery = createDiscoveryService({ store, upstreams: null as never })
  expect(await discovery.servers(context)).toEqual({ status: 'success', data: [], total: 0 })
  await store.close()
  // One begins after the other was looked at: a rejection that waits for its turn counts as unhandled.
  for (const look of [() => discovery.servers(context), () => discovery.server(context, 'x'), () => discovery.status(context, 'x')])
    await expect(look()).rejects.toMatchObject({ code: 'NOT_READY', data: { check: 'schema' } })
})
