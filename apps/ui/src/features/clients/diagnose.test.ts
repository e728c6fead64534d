import type { Arrival, Call, ClientEntry, FoundClient, Profile, Server } from '@local-mcp/contract'
import { describe, expect, test } from 'vitest'
import type { ConnectedClient } from './connected-client.ts'
import { type DoorFacts, diagnose } from './diagnose.ts'

const since = 1000
const cursor: ConnectedClient = {
  client: 'cursor',
  profile: { id: 'p', slug: 'default' } as Profile,
  token: { id: 't', name: 'Cursor', secret: null },
  since,
}
const desktop: ConnectedClient = { ...cursor, client: 'claude-desktop', token: null }
const arrival = (part: Partial<Arrival>): Arrival => ({
  id: '1',
  kind: 'connected',
  at: since + 5,
  count: 1,
  tokenId: 't',
  tokenName: 'Cursor',
  bridge: false,
  profileSlug: 'default',
  client: { name: 'cursor-vscode', version: '1' },
  protocolVersion: '2025-06-18',
  reason: null,
  tools: null,
  ...part,
})
const call = (part: Partial<Call>) => ({ at: since + 9, tokenName: 'Cursor', status: 'success', ...part }) as Call
const entry = (part: Partial<ClientEntry> = {}): ClientEntry => ({
  name: 'local-mcp',
  kind: 'url',
  profileSlug: 'default',
  here: true,
  disabled: false,
  token: { state: 'valid', id: 't' as never, name: 'Cursor' },
  ...part,
})
const found = (...entries: ClientEntry[]): FoundClient => ({
  client: 'cursor',
  installed: true,
  evidence: '/x',
  file: '/x',
  fileState: 'read',
  problem: null,
  entries,
  others: [],
})
const server = (state: Server['status']['state']) => ({ status: { state } }) as Server
const look = (facts: Partial<DoorFacts>, who = cursor) =>
  diagnose(who, { arrivals: [], calls: [], found: undefined, servers: [], ...facts })

test('nothing yet, and nothing known of its file', () => {
  expect(look({})).toEqual({ written: null, connected: null, listed: null, call: null, trouble: null })
})

test('step by step to the first call', () => {
  expect(look({ found: found(entry()) })).toMatchObject({ written: true, trouble: null })
  const one = arrival({})
  expect(look({ arrivals: [one] })).toMatchObject({ connected: one, listed: null, trouble: null })
  const two = arrival({ kind: 'listed', tools: 17 })
  expect(look({ arrivals: [one, two] })).toMatchObject({ connected: one, listed: two, trouble: null })
  expect(look({ arrivals: [one, two], calls: [call({ status: 'pending' })] })).toMatchObject({ call: { status: 'pending' }, trouble: null })
  expect(look({ arrivals: [one, two], calls: [call({})] })).toMatchObject({ call: { status: 'success' }, trouble: null })
})

test('what was before does not count, nor what another token did', () => {
  expect(look({ arrivals: [arrival({ at: since - 1 })], calls: [call({ at: since - 1 }), call({ tokenName: 'Zed' })] })).toMatchObject({
    connected: null,
    call: null,
  })
})

test('a call that failed is told, until one works', () => {
  const failed = call({ status: 'error', errorCode: 'TOOL_ERROR' })
  expect(look({ calls: [failed] }).trouble).toEqual({ what: 'failed', call: failed })
  expect(look({ calls: [failed, call({})] })).toMatchObject({ call: { status: 'success' }, trouble: null })
})

test('refused with our token, until it gets in', () => {
  const refused = arrival({ kind: 'refused', reason: 'no_profile', profileSlug: 'defalt', client: null })
  expect(look({ arrivals: [refused] }).trouble).toEqual({ what: 'refused', reason: 'no_profile', slug: 'defalt' })
  expect(look({ arrivals: [refused, arrival({ at: since + 6 })] }).trouble).toBeNull()
})

test('refused without a token that anybody knows: most likely it', () => {
  const nobody = { kind: 'refused', tokenId: null, tokenName: null, client: null } as const
  expect(look({ arrivals: [arrival({ ...nobody, reason: 'unknown_token' })] }).trouble).toMatchObject({ reason: 'unknown_token' })
  // Somebody else's, once ours is in.
  expect(look({ arrivals: [arrival({}), arrival({ ...nobody, at: since + 9, reason: 'no_token' })] }).trouble).toBeNull()
})

test('the client came, with the token of another', () => {
  const other = arrival({ tokenId: 'x', tokenName: 'Old one' })
  expect(look({ arrivals: [other] }).trouble).toEqual({ what: 'other_token', name: 'Old one' })
  expect(look({ arrivals: [arrival({ ...other, client: { name: 'zed', version: null } })] }).trouble).toBeNull()
})

test('it came to another profile', () => {
  expect(look({ arrivals: [arrival({ profileSlug: 'work' })] }).trouble).toEqual({ what: 'other_profile', slug: 'work' })
})

describe('it sees no tools, because', () => {
  test.each([
    [[], 'none'],
    [[server('connected'), server('approval_required')], 'approval_required'],
    [[server('auth_required')], 'auth_required'],
    [[server('error')], 'error'],
    [[server('disabled')], 'disabled'],
    [[server('connected')], 'unknown'],
  ] as const)('%j: %s', (servers, why) => {
    expect(look({ arrivals: [arrival({ kind: 'listed', tools: 0 })], servers }).trouble).toEqual({ what: 'no_tools', why })
  })
})

describe('nothing came, and its file says why', () => {
  test.each([
    [found(), 'missing'],
    [found(entry({ here: false })), 'elsewhere'],
    [found(entry({ token: { state: 'ended', id: 'x' as never, name: 'Old' } })), 'token'],
    [found(entry({ token: { state: 'unknown', id: null, name: null } })), 'token'],
    [found(entry({ profileSlug: 'work' })), 'profile'],
    [found(entry({ disabled: true })), 'off'],
  ] as const)('%#: %s', (file, why) => {
    expect(look({ found: file })).toMatchObject({ written: false, trouble: { what: 'entry', why } })
  })

  test('it cannot be read', () => {
    const broken: FoundClient = { ...found(), fileState: 'unreadable', problem: 'syntax' }
    expect(look({ found: broken })).toMatchObject({ written: null, trouble: { what: 'file', problem: 'syntax' } })
  })

  test('a token in a variable may be the right one', () => {
    expect(look({ found: found(entry({ token: { state: 'elsewhere', id: null, name: null } })) }).written).toBe(true)
  })
})

test('over a bridge there is no token: the name tells', () => {
  const bridged = { tokenId: null, tokenName: null, bridge: true }
  expect(look({ arrivals: [arrival({ ...bridged, client: { name: 'claude-ai', version: '1' } })] }, desktop).connected).not.toBeNull()
  expect(look({ arrivals: [arrival({ ...bridged })] }, desktop).connected).toBeNull()
  expect(look({ calls: [call({ tokenName: null, clientName: 'claude-ai' })] }, desktop).call).not.toBeNull()
  expect(look({ calls: [call({ tokenName: null, clientName: 'cursor' })] }, desktop).call).toBeNull()
  const file = found(entry({ kind: 'bridge', token: { state: 'not_needed', id: null, name: null } }))
  expect(look({ found: file }, desktop).written).toBe(true)
})
