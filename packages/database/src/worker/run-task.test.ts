import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { bundledSchema } from '../migrate/bundled-schema.ts'
import { tempDir, tempStore } from '../testing/temp-store.ts'
import { runTask } from './run-task.ts'

// Each starts a process, which loads the sources anew.
vi.setConfig({ testTimeout: 30_000 })

const children = vi.hoisted(() => ({ started: (_pid: number) => {} }))
vi.mock('node:child_process', async (original) => {
  const real = await original<typeof import('node:child_process')>()
  return {
    ...real,
    fork(...input: Parameters<typeof real.fork>) {
      const child = real.fork(...input)
      children.started(child.pid as number)
      return child
    },
  }
})
afterEach(() => {
  children.started = () => {}
})

async function aBackup() {
  const store = await tempStore()
  const { path } = await store.backups.create('manual')
  return { source: path, copy: join(tempDir(), 'copy.db'), migrations: bundledSchema.migrations, sha256: null }
}

test('a file that may be anybody is read in a process of its own, which is gone afterwards', async () => {
  const input = await aBackup()
  const seen: number[] = []
  children.started = (pid) => seen.push(pid)
  await expect(runTask('preview', input)).resolves.toMatchObject({ schemaVersion: bundledSchema.migrations.length })
  expect(seen).toHaveLength(1)
  await vi.waitFor(() => expect(() => process.kill(seen[0] as number, 0)).toThrow('ESRCH'))
})

test('what the task throws comes through whole', async () => {
  const input = await aBackup()
  const source = join(tempDir(), 'nothing.db')
  await expect(runTask('preview', { ...input, source })).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND', data: { path: source } })
})

test.skipIf(process.platform === 'win32').each(['SIGSEGV', 'SIGBUS', 'SIGABRT'] as const)(
  'a file that crashes its reader with %s is refused',
  async (signal) => {
    const input = await aBackup()
    const before = readFileSync(input.source)
    children.started = (pid) => process.kill(pid, signal)
    const refused = expect.stringMatching(new RegExp(`${input.source}.*crashed \\(${signal}\\). Nothing was changed`))
    await expect(runTask('preview', input)).rejects.toMatchObject({
      code: 'BACKUP_DAMAGED',
      message: refused,
      data: { path: input.source },
    })
    expect(readFileSync(input.source).equals(before)).toBe(true)
  },
)

test('a file that keeps its reader busy for good is refused, and the reader is ended', async () => {
  const input = await aBackup()
  let reader = 0
  children.started = (pid) => {
    reader = pid
    process.kill(pid, 'SIGSTOP')
  }
  await expect(runTask('preview', input, { limitMs: 300 })).rejects.toMatchObject({
    code: 'BACKUP_DAMAGED',
    message: expect.stringContaining('not done after'),
  })
  await vi.waitFor(() => expect(() => process.kill(reader, 0)).toThrow('ESRCH'))
})
