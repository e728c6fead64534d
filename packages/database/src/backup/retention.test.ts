import type { Backup, BackupKind } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS, expiredBackups } from './retention.ts'

const DAY = 24 * 60 * 60 * 1000
const NOW = Date.UTC(2026, 10, 21, 12)
const made = (kind: BackupKind, daysAgo: number, more: Partial<Backup> = {}): Backup =>
  ({ id: `${kind} ${daysAgo}`, kind, createdAt: NOW - daysAgo * DAY, verifiedAt: NOW, missing: false, ...more }) as Backup
const expired = (...backups: Backup[]) => expiredBackups(backups, DEFAULT_SETTINGS, NOW).map(({ id }) => id)

test('of a daily backup through a year, 7 days and 4 weeks are left', () => {
  const year = Array.from({ length: 365 }, (_, day) => made('scheduled', day))
  const left = year.filter(({ id }) => !expired(...year).includes(id))
  expect(left.slice(0, 7).map(({ id }) => id)).toEqual(Array.from({ length: 7 }, (_, day) => `scheduled ${day}`))
  expect(left.length).toBeGreaterThanOrEqual(9)
  expect(left.length).toBeLessThanOrEqual(11)
  expect(left.at(-1)?.createdAt).toBeGreaterThanOrEqual(NOW - 28 * DAY)
})

test('other numbers keep other days and weeks', () => {
  const year = Array.from({ length: 365 }, (_, day) => made('scheduled', day))
  const left = (keepDaily: number, keepWeekly: number) => 365 - expiredBackups(year, { keepDaily, keepWeekly }, NOW).length
  expect([left(1, 0), left(30, 0), left(366, 0)]).toEqual([1, 30, 365])
  // The newest of this week is the newest of today as well.
  expect(left(1, 10)).toBe(10)
})

test('several on one day leave the newest', () => {
  expect(expired(made('scheduled', 0), made('scheduled', 0.1), made('scheduled', 0.2))).toEqual(['scheduled 0.1', 'scheduled 0.2'])
})

test('what somebody asked for stays', () => {
  expect(expired(made('manual', 0), ...Array.from({ length: 50 }, (_, i) => made('manual', 100 + i)))).toEqual([])
})

test.each(['pre_migration', 'pre_restore', 'pre_reset'] as const)('%s stays for 30 days', (kind) => {
  expect(expired(made('scheduled', 0), made(kind, 29.9), made(kind, 30.1))).toEqual([`${kind} 30.1`])
})

test('the only one stays, however old, and a missing one is no other', () => {
  expect(expired(made('pre_reset', 400))).toEqual([])
  expect(expired(made('pre_reset', 400), made('scheduled', 1, { missing: true }))).toEqual([])
})

test('the newest that was verified stays, however old, where later ones hold damaged rows', () => {
  const unverified = [0, 0.1, 1].map((days) => made('scheduled', days, { verifiedAt: null }))
  expect(expired(...unverified, made('pre_reset', 400), made('pre_reset', 500))).toEqual(['scheduled 0.1', 'pre_reset 500'])
})
