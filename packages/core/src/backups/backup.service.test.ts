import type { AppEvent, Backup, BackupKind, BackupSettings } from '@local-mcp/contract'
import { AppError, createEventBus, silentLogger } from '@local-mcp/kernel'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Context, Principal } from '../context.ts'
import type { BackupStore } from './backup.ports.ts'
import { createBackupService } from './backup.service.ts'

const HOUR = 60 * 60 * 1000
const clock = { time: 0, now: () => clock.time }
let made: Backup[]
let seen: AppEvent['type'][]
let failing: Error | null
let settings: BackupSettings

beforeEach(() => {
  vi.useFakeTimers()
  clock.time = Date.UTC(2026, 10, 21)
  made = []
  seen = []
  failing = null
  settings = { keepDaily: 7, keepWeekly: 4 }
})
afterEach(() => {
  vi.useRealTimers()
})

function serviceOf(restart: (() => void) | null = null) {
  const store: Partial<BackupStore> = {
    list: async () => made,
    async create(kind: BackupKind, options) {
      options?.onProgress?.({ doneBytes: 0, totalBytes: 1 })
      if (failing) throw failing
      const backup = { id: String(made.length), kind, createdAt: clock.time, missing: false } as Backup
      made = [backup, ...made]
      return backup
    },
    prune: async () => [],
    stageReset: async () => null,
    settings: async () => settings,
    async saveSettings(value) {
      settings = value
    },
  }
  const events = createEventBus<AppEvent>(() => {})
  events.on(({ type }) => seen.push(type))
  return createBackupService({ backups: store as BackupStore, events, clock, logger: silentLogger, restart })
}

async function pass(hours: number): Promise<void> {
  for (let quarter = 0; quarter < hours * 4; quarter += 1) {
    clock.time += HOUR / 4
    await vi.advanceTimersByTimeAsync(HOUR / 4)
  }
}

test('one a day while it serves, the first soon after the start, none after it stopped', async () => {
  const stop = serviceOf().schedule()
  await pass(1)
  expect(made.map(({ kind }) => kind)).toEqual(['scheduled'])
  await pass(22)
  expect(made).toHaveLength(1)
  await pass(49)
  expect(made).toHaveLength(3)
  stop()
  await pass(48)
  expect(made).toHaveLength(3)
})

test('a backup of today is enough, and a missing one is none', async () => {
  made = [{ createdAt: clock.time, missing: false } as Backup]
  const stop = serviceOf().schedule()
  await pass(23)
  expect(made).toHaveLength(1)
  made = made.map((backup) => ({ ...backup, missing: true }))
  await pass(1)
  expect(made).toHaveLength(2)
  stop()
})

test('a failure is told, and the next look tries again', async () => {
  failing = new AppError('BACKUP_NO_SPACE', 'full')
  const stop = serviceOf().schedule()
  await pass(1)
  expect(seen).toContain('backup.failed')
  failing = null
  await pass(1)
  expect(made).toHaveLength(1)
  stop()
})

const contextOf = (token: Principal['token']) => ({ principal: { token } as Principal }) as Context

test('only the owner may choose the folder', async () => {
  const service = serviceOf()
  await expect(service.run(contextOf({} as Principal['token']), '/tmp/x')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await service.run(contextOf(null), '/tmp/x')
  await service.run(contextOf({} as Principal['token']))
  expect(seen).toEqual(['backup.progress', 'backup.finished', 'backup.progress', 'backup.finished'])
})

test('the restart comes after the answer', async () => {
  const restart = vi.fn()
  await serviceOf(restart).reset()
  expect(restart).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1000)
  expect(restart).toHaveBeenCalledOnce()
})

test('a setting that is not named stays', async () => {
  const service = serviceOf()
  expect(await service.updateSettings({ keepDaily: 14 })).toEqual({ keepDaily: 14, keepWeekly: 4 })
  expect(await service.updateSettings({ keepWeekly: 0 })).toEqual({ keepDaily: 14, keepWeekly: 0 })
  expect(await service.getSettings()).toEqual({ keepDaily: 14, keepWeekly: 0 })
  expect(seen).toEqual(['backup.settings.updated', 'backup.settings.updated'])
})
