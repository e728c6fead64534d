import type { Arrival, ClientEntry, ClientToken, FoundClient } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { stateOfFound } from './state-of-found.ts'

const found = (part: Partial<FoundClient>, ...entries: Partial<ClientEntry>[]) =>
  ({
    client: 'cursor',
    installed: true,
    problem: null,
    entries: entries.map((one) => ({
      profileSlug: 'default',
      here: true,
      disabled: false,
      token: { state: 'valid', id: 't', name: 'T' },
      ...one,
    })),
    ...part,
  }) as FoundClient
const used = [{ id: 't', lastUsedAt: 50 }] as ClientToken[]
const came = [{ kind: 'connected', at: 70, client: { name: 'cursor-vscode', version: null }, profileSlug: 'work' }] as Arrival[]
const bad = { token: { state: 'ended', id: null, name: null } } as const

test.each([
  [found({ installed: false }), [], [], 'absent', null],
  [found({}), [], [], 'not_connected', null],
  [found({ problem: 'syntax' }), [], [], 'unreadable', null],
  [found({}, {}), [], [], 'set_up', null],
  [found({}, {}), [], used, 'connected', 50],
  [found({}, {}), came, used, 'connected', 70],
  [found({}, bad), [], [], 'bad_token', null],
  [found({}, { here: false }), [], [], 'elsewhere', null],
  [found({}, { disabled: true }), [], [], 'off', null],
  // The best of several counts.
  [found({}, bad, { here: false }, {}), [], used, 'connected', 50],
  // Its entry is in a file that nobody looks into, such as that of a folder.
  [found({}), came, [], 'connected', 70],
])('%#', (client, arrivals, tokens, state, seenAt) => {
  expect(stateOfFound(client, arrivals, tokens)).toMatchObject({ state, seenAt })
})
