import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { build } from 'vite'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { migrateDatabase } from '../open-database.ts'
import { optionsFor, schemaOf, tempDir, tempStore } from '../testing/temp-store.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
let bundle: string

beforeAll(async () => {
  bundle = mkdtempSync(join(tmpdir(), 'lmg-bundle-'))
  const addon = createRequire(import.meta.url).resolve('better-sqlite3/package.json')
  symlinkSync(dirname(dirname(addon)), join(bundle, 'node_modules'))
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true, external: ['better-sqlite3'] },
    build: {
      ssr: join(root, 'packages/database/src/testing/process-entry.ts'),
      outDir: bundle,
      emptyOutDir: false,
      target: 'node22',
      rolldownOptions: { output: { entryFileNames: 'entry.mjs' } },
    },
  })
})
afterAll(() => rmSync(bundle, { recursive: true, force: true }))

function start(...input: string[]): ChildProcess {
  const child = spawn(process.execPath, [join(bundle, 'entry.mjs'), ...input], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

/** Resolves when the child has printed the word. */
async function said(child: ChildProcess, word: string): Promise<void> {
  let output = ''
  for await (const chunk of child.stdout ?? []) {
    output += chunk
    if (output.includes(word)) return
  }
  throw new Error(`The child ended without saying "${word}": ${output}`)
}

const exitCode = async (child: ChildProcess) => (await once(child, 'exit'))[0]

test('many processes create a database at once: all succeed, each migration is applied once', async () => {
  const { path } = optionsFor()
  const codes = await Promise.all(Array.from({ length: 20 }, () => exitCode(start('migrate', path))))
  expect(codes).toEqual(Array(20).fill(0))
  const db = new Database(path)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  const { to } = await migrateDatabase(optionsFor(path))
  expect(db.prepare('SELECT count(*) AS n, sum(dirty) AS dirty FROM schema_migrations').get()).toEqual({ n: to, dirty: 0 })
  db.close()
})

test('a lock that a live process holds is never overtaken, and freed at once by kill -9', async () => {
  const options = optionsFor(join(tempDir(), 'gateway.db'), { lockTimeoutMs: 400, schema: schemaOf('CREATE TABLE one(a)') })
  const holder = start('hold', options.path)
  await said(holder, 'held')

  const waiting: (number | null)[] = []
  let turns = 0
  const ticker = setInterval(() => {
    turns += 1
  }, 10)
  const refused = migrateDatabase({ ...options, onWaiting: (pid) => waiting.push(pid) })
  await expect(refused).rejects.toMatchObject({
    code: 'MIGRATION_LOCK_TIMEOUT',
    message: expect.stringContaining(String(holder.pid)),
    data: { holderPid: holder.pid },
  })
  clearInterval(ticker)
  expect(waiting).toEqual([holder.pid])
  // The event loop went on while it waited.
  expect(turns).toBeGreaterThan(15)

  const late = migrateDatabase({ ...options, lockTimeoutMs: 20_000 })
  await sleep(100)
  const killed = performance.now()
  holder.kill('SIGKILL')
  expect((await late).applied).toEqual(['0001_step'])
  expect(performance.now() - killed).toBeLessThan(1000)
  expect(existsSync(join(dirname(options.path), '.local-mcp-gateway-migration.lock'))).toBe(true)
})

test('a migration that is killed in the middle leaves nothing, and the next start goes on', async () => {
  const options = optionsFor()
  const endless = 'CREATE TABLE two AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n'
  const child = start('slow', options.path, endless)
  await said(child, 'started')
  await sleep(500)
  expect(child.exitCode).toBeNull()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const result = await migrateDatabase({ ...options, schema: schemaOf('CREATE TABLE one(a)', 'CREATE TABLE two(b)') })
  expect(result).toEqual({ from: 1, to: 2, applied: ['0002_step'] })
})

test('two processes that write at once lose no update and never see a locked database', async () => {
  const options = optionsFor()
  const store = await tempStore(options)
  const children = [start('count', options.path), start('count', options.path)]
  expect(await Promise.all(children.map(exitCode))).toEqual([0, 0])
  expect(await store.read.settings.get('count')).toBe(200)
})

test('the committed migrations and manifest are what the schema gives', async () => {
  const task = spawn(process.execPath, [join(root, 'tools/tasks/db-generate.mjs'), '--check'], { stdio: ['ignore', 'ignore', 'inherit'] })
  expect(await exitCode(task)).toBe(0)
})
