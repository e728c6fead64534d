import type { ServerResponse } from 'node:http'
import type { Principal } from '@local-mcp/core'
import { expect, onTestFinished, test } from 'vitest'
import { createSessions, type Session } from './sessions.ts'

const ticket = { endpoint: 'e', version: '2025-11-25', capabilities: {}, info: {} }
const principal = (token: string) => ({ userId: 'u', token: { id: token } }) as unknown as Principal

function open() {
  let now = 0
  const gone: Session[] = []
  const sessions = createSessions({ now: () => ++now }, (session) => gone.push(session))
  onTestFinished(() => sessions.close())
  const add = (token: string) => sessions.open(ticket, principal(token), `Bearer ${token}`)
  return { sessions, gone, add }
}

test('the thousand and first session of a token costs the one that was idle for longest, and nobody else', () => {
  const { sessions, gone, add } = open()
  const other = add('other') as Session
  const mine = Array.from({ length: 1000 }, () => add('mine') as Session)
  expect(mine.every(Boolean)).toBe(true)
  const [listens, calls, used, idle] = mine as [Session, Session, Session, Session]
  listens.news.attach({ once() {}, write() {}, end() {} } as unknown as ServerResponse)
  calls.calls.set('1', { cancel() {} })
  expect(sessions.find(used.id, principal('mine'), 'e', 'Bearer mine')).toBe(used)
  expect(add('mine')).not.toBeNull()
  expect(gone).toEqual([idle])
  for (const session of [other, listens, calls, used]) expect(sessions.has(session)).toBe(true)
})

test('where all are in use there is no more room, until one ends', () => {
  const { sessions, gone, add } = open()
  const mine = Array.from({ length: 1000 }, () => add('mine') as Session)
  for (const session of mine) session.calls.set('1', { cancel() {} })
  expect(add('mine')).toBeNull()
  expect(add('other')).not.toBeNull()
  expect(gone).toEqual([])
  sessions.end(mine[500] as Session)
  expect(add('mine')).not.toBeNull()
})
