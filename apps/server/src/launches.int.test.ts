import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startGateway, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('../dist/main.mjs', import.meta.url))
const fixtures = fileURLToPath(new URL('../../../packages/database/fixtures', import.meta.url))
/** Launches on one data folder, the last of which is left alone. */
const PER_FOLDER = 5
const LAUNCHES = process.env.LMG_ENDURANCE ? 1000 : 15
/** What a folder holds at first: nothing, or a database of an earlier version. */
const BEGINNINGS = [null, '0001.db', '0002.db']

function launch(databasePath: string): { readonly child: ChildProcess; readonly said: () => string } {
  const child = spawn(process.execPath, [main, 'serve', '--json'], {
    env: { ...process.env, DATABASE_PATH: databasePath, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk
    })
  }
  return { child, said: () => text }
}

test(`${LAUNCHES} launches one after the other, most of them killed at a random moment: each next one goes on`, {
  timeout: 60_000 + LAUNCHES * 10_000,
}, async () => {
  const seen = { launches: 0, killed: 0, killedBeforeServing: 0, whole: 0, wholeMs: 0 }
  for (let folder = 0; folder < LAUNCHES / PER_FOLDER; folder += 1) {
    await using dir = await tempDir()
    const databasePath = `${dir.path}/data/db.sqlite`
    const beginning = BEGINNINGS[folder % BEGINNINGS.length]
    mkdirSync(`${dir.path}/data`)
    if (beginning) copyFileSync(`${fixtures}/${beginning}`, databasePath)
    for (let turn = 1; turn < PER_FOLDER; turn += 1) {
      const { child, said } = launch(databasePath)
      const ended = once(child, 'exit')
      await sleep(Math.random() * (seen.wholeMs || 1000))
      // One that ended by itself could not be launched.
      expect([child.exitCode, child.signalCode], said()).toEqual([null, null])
      child.kill('SIGKILL')
      await ended
      seen.launches += 1
      seen.killed += 1
      if (!said().includes('mcpUrl')) seen.killedBeforeServing += 1
    }
    const started = performance.now()
    {
      await using gateway = await startGateway({ databasePath })
      // Later kills fall all over a launch and a while beyond it.
      seen.wholeMs = Math.round(1.3 * (performance.now() - started))
      expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
      expect(await gateway.stop()).toBe(0)
    }
    seen.launches += 1
    seen.whole += 1
    const db = new Database(databasePath, { readonly: true })
    const count = (sql: string) => db.prepare(sql).pluck().get()
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(count('SELECT sum(dirty) FROM schema_migrations')).toBe(0)
    expect(count('SELECT count(*) FROM email_users WHERE is_local_owner')).toBe(1)
    if (!beginning) expect(count('SELECT count(*) FROM profiles')).toBe(1)
    else expect(count(`SELECT count(*) FROM profile_mcp_servers WHERE id LIKE '${Buffer.from('profile_mcp_').toString('hex')}%'`)).toBe(3)
    db.close()
    expect(readdirSync(`${dir.path}/data`, { recursive: true }).filter((name) => /\.part/.test(String(name)))).toEqual([])
  }
  process.stdout.write(
    `[measured] launches one after the other: ${Object.entries(seen)
      .map((pair) => pair.join(' '))
      .join(', ')}\n`,
  )
  expect(seen.launches).toBe(LAUNCHES)
  expect(seen.killedBeforeServing).toBeGreaterThan(0)
})
