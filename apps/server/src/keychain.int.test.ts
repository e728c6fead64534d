import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { VaultStatus } from '@local-mcp/contract'
import { runCli, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'

/*
 * The keychain of a Linux desktop, as it really is: gnome-keyring on a bus of its own. See tools/with-keyring.sh.
 */
const script = fileURLToPath(new URL('../../../tools/with-keyring.sh', import.meta.url))
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const missing = ['gnome-keyring-daemon', 'dbus-run-session', 'dbus-send'].filter((program) => !has(program))
/** Continuous integration installs them, so there their absence is a failure and not an excuse. */
const skip = missing.length > 0 && process.env.NEEDS_KEYRING !== '1'
if (skip) process.stdout.write(`The tests of the keychain are left out: ${missing.join(', ')} not found (Debian: gnome-keyring, dbus)\n`)

type Mode = 'open' | 'locked' | 'no-service' | 'no-bus'

async function setUp() {
  const dir = await tempDir()
  onTestFinished(() => dir[Symbol.asyncDispose]())
  const databasePath = join(dir.path, 'data', 'db.sqlite')
  const run = (mode: Mode, keychain: string, stdin: string | undefined, ...args: string[]) =>
    runCli(
      { databasePath, within: ['sh', script, mode, join(dir.path, keychain)], ...(stdin === undefined ? {} : { input: stdin }) },
      ...args,
      '--json',
    )
  const status = async (mode: Mode, keychain = 'mine') => {
    const { code, stdout, stderr } = await run(mode, keychain, undefined, 'secret', 'status')
    expect(code, stderr).toBe(0)
    return JSON.parse(stdout.split('\n').at(-2) as string) as VaultStatus
  }
  const rows = () => {
    const db = new Database(databasePath, { readonly: true })
    const all = db.prepare('SELECT id, value FROM secrets').all()
    const keys = db.prepare('SELECT id, wrapped_key FROM encryption_keys ORDER BY id').all()
    db.close()
    return { all, keys }
  }
  return { run, status, rows }
}

test.skipIf(skip)('whatever the keychain does, no key is made anew, no row changes, and all opens when it is back', async () => {
  expect(missing, 'needed here').toEqual([])
  const { run, status, rows } = await setUp()
  expect((await run('open', 'mine', 'a value to keep', 'secret', 'set', 'one')).code).toBe(0)
  expect(await status('open')).toMatchObject({ state: 'ready', place: 'os', stored: 1 })
  const before = rows()
  for (const [mode, keychain, state, problem] of [
    ['locked', 'mine', 'locked', 'KEYCHAIN_LOCKED'],
    ['open', 'of-somebody-else', 'lost', 'KEYCHAIN_WITHOUT_KEY'],
    ['no-service', 'mine', 'locked', 'KEYCHAIN_UNAVAILABLE'],
    ['no-bus', 'mine', 'locked', 'KEYCHAIN_UNAVAILABLE'],
  ] as const) {
    expect([mode, await status(mode, keychain)]).toMatchObject([mode, { state, problem: { code: problem } }])
    // Neither a new value nor a new place: each would need the key.
    for (const args of [
      ['secret', 'set', 'two'],
      ['secret', 'rotate'],
      ['secret', 'keep', 'file'],
    ]) {
      const { code, stderr } = await run(mode, keychain, 'another value', ...args)
      expect([mode, args[1], code, stderr]).toEqual([mode, args[1], 1, expect.stringContaining('SECRETS_LOCKED')])
    }
    expect(rows()).toEqual(before)
  }
  expect(await status('open')).toMatchObject({ state: 'ready', stored: 1 })
  // To seal anew it has to open.
  expect(JSON.parse((await run('open', 'mine', undefined, 'secret', 'rotate')).stdout)).toEqual({ sealed: 1, left: 0 })
})

test.skipIf(skip)('where no key can be kept, none is made and nothing is stored', async () => {
  expect(missing, 'needed here').toEqual([])
  const { run, status, rows } = await setUp()
  // So that there is something to lock.
  expect(await status('open')).toMatchObject({ state: 'absent', place: 'os', problem: null })
  for (const [mode, problem] of [
    ['locked', 'KEYCHAIN_LOCKED'],
    ['no-service', 'NO_KEYCHAIN'],
    ['no-bus', 'NO_KEYCHAIN'],
  ] as const) {
    expect([mode, await status(mode)]).toMatchObject([mode, { state: 'absent', place: null, problem: { code: problem } }])
    const { code, stderr } = await run(mode, 'mine', 'a value', 'secret', 'set', 'one')
    expect([mode, code, stderr]).toEqual([mode, 1, expect.stringContaining('SECRETS_UNAVAILABLE')])
  }
  expect(rows()).toEqual({ all: [], keys: [] })
})

test.skipIf(skip)('the key moves out of the keychain and back', async () => {
  expect(missing, 'needed here').toEqual([])
  const { run, status } = await setUp()
  expect((await run('open', 'mine', 'a value to keep', 'secret', 'set', 'one')).code).toBe(0)
  expect((await run('open', 'mine', undefined, 'secret', 'keep', 'file')).code).toBe(0)
  expect(await status('no-bus')).toMatchObject({ state: 'ready', place: 'file' })
  expect((await run('open', 'mine', undefined, 'secret', 'keep', 'keychain')).code).toBe(0)
  expect(await status('no-bus')).toMatchObject({ state: 'locked', place: 'os' })
  expect(await status('open')).toMatchObject({ state: 'ready', place: 'os', stored: 1 })
})
