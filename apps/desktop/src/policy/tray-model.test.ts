import type { Call, Profile, Server } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { applyToLive, type LiveState, NOTHING } from './live-state.ts'
import { personNeeded } from './notifications.ts'
import { type Entry, stateLine, trayModel } from './tray-model.ts'

const server = (id: string, state: string, enabled = true) => ({ id, name: id, enabled, status: { state, problem: null } }) as Server
const call = (id: string, status: string) =>
  ({ id, status, tool: 'echo', errorCode: status === 'error' ? 'TIMEOUT' : null, serverId: null }) as Call
const profile = { id: 'p', name: 'A & B\u202e', endpoint: 'http://127.0.0.1:4444/mcp/default' } as Profile
const RUNNING: LiveState = {
  ...NOTHING,
  phase: 'running',
  servers: [server('a', 'connected'), server('b', 'disconnected')],
  profiles: [profile],
}

const flat = (entries: readonly Entry[]): Entry[] => entries.flatMap((entry) => [entry, ...flat(entry.submenu ?? [])])
const find = (entries: readonly Entry[], label: string) => flat(entries).find((entry) => entry.label?.startsWith(label))
const enabled = (state: LiveState, label: string, quit: 'open' | 'draining' | 'closing' = 'open') =>
  find(trayModel(state, quit, false), label)?.enabled ?? true

test('the state in one line', () => {
  expect(stateLine(RUNNING, 'open')).toBe('Running: 1 of 2 servers connected')
  expect(stateLine({ ...RUNNING, servers: [server('a', 'approval_required'), server('b', 'error', false)] }, 'open')).toBe(
    '1 server needs you',
  )
  expect(stateLine({ ...RUNNING, phase: 'attached' }, 'open')).toContain('outside of this app')
  for (const phase of ['starting', 'recovery', 'stopped', 'failed'] as const)
    expect(stateLine({ ...RUNNING, phase }, 'open')).not.toContain('Running')
  expect(stateLine({ ...RUNNING, pending: new Set(['1', '2']) }, 'draining')).toBe('Quitting after 2 calls')
})

test('an action that runs cannot be begun again', () => {
  expect(enabled(RUNNING, 'Back up now')).toBe(true)
  const busy = { ...RUNNING, backingUp: true }
  for (const label of ['Backing up', 'Restore', 'Reset']) expect(enabled(busy, label)).toBe(false)
})

test('what needs a gateway is grey without one', () => {
  const stopped = { ...NOTHING, phase: 'stopped' } as const
  for (const label of ['Back up now', 'Restore', 'Reset', 'Copy endpoint', 'Recent failures']) expect(enabled(stopped, label)).toBe(false)
  expect(enabled(stopped, 'Start gateway')).toBe(true)
  expect(enabled({ ...NOTHING, phase: 'recovery' }, 'Restore')).toBe(true)
})

test('a gateway of another process is not stopped from here', () => {
  expect(enabled({ ...RUNNING, phase: 'attached' }, 'Stop gateway')).toBe(false)
  expect(enabled(RUNNING, 'Stop gateway')).toBe(true)
})

test('while it quits there is only one thing left to choose', () => {
  expect(enabled(RUNNING, 'Quit now', 'draining')).toBe(true)
  expect(enabled(RUNNING, 'Quit', 'closing')).toBe(false)
  for (const label of ['Stop gateway', 'Back up now', 'Reset', 'Check for updates']) expect(enabled(RUNNING, label, 'draining')).toBe(false)
})

test('a profile is copied as its endpoint; its name cannot steer the menu', () => {
  const entry = find(trayModel(RUNNING, 'open', false), 'A &&')
  expect(entry).toMatchObject({ label: 'A && B ', command: { do: 'copy', text: profile.endpoint } })
})

test('events alone keep it true', () => {
  const started = applyToLive(RUNNING, { type: 'call.started', call: call('1', 'pending') })
  expect([...started.pending]).toEqual(['1'])
  const failed = applyToLive(started, { type: 'call.finished', call: call('1', 'error') })
  expect([...failed.pending]).toEqual([])
  expect(find(trayModel(failed, 'open', false), 'echo: TIMEOUT')?.command).toEqual({ do: 'open', path: '/' })
  const gone = applyToLive(failed, { type: 'server.deleted', serverId: 'a' })
  expect(gone.servers.map(({ id }) => id)).toEqual(['b'])
  expect(applyToLive(RUNNING, { type: 'secrets.changed' })).toBe(RUNNING)
})

test('a person is told once, when a server begins to need one, and of a backup that failed', () => {
  const status = (state: string, code: string | null = null) => ({ state, problem: code && { code } }) as never
  const change = (to: never) => ({ type: 'server.status.changed', serverId: 'a', status: to }) as const
  expect(personNeeded(change(status('approval_required')), RUNNING)).toMatchObject({ path: '/servers/a' })
  expect(personNeeded({ type: 'server.created', server: server('c', 'approval_required') }, RUNNING)).toMatchObject({ path: '/servers/c' })
  expect(personNeeded({ type: 'server.created', server: server('c', 'connected') }, RUNNING)).toBeNull()
  expect(personNeeded(change(status('error', 'CRASH_LOOP')), RUNNING)).not.toBeNull()
  expect(personNeeded(change(status('error', 'EXITED')), RUNNING)).toBeNull()
  const waiting = { ...RUNNING, servers: [server('a', 'approval_required')] }
  expect(personNeeded(change(status('approval_required')), waiting)).toBeNull()
  expect(personNeeded(change(status('auth_required')), { ...RUNNING, servers: [server('a', 'connected', false)] })).toBeNull()
  expect(personNeeded({ type: 'backup.failed', kind: 'manual', code: 'X', message: 'no space' }, RUNNING)).toMatchObject({
    body: 'no space',
  })
})
