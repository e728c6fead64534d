import { join } from 'node:path'
import type { SecretRecord, Store, VaultKeeper } from '@local-mcp/core'
import { openStore } from '@local-mcp/database'
import { newId, silentLogger, systemClock } from '@local-mcp/kernel'
import { runCli, runCliJson, tempDir } from '@local-mcp/testing'
import { createVault } from '@local-mcp/vault'
import { expect, test } from 'vitest'

const ROWS = 10_000
const KILLS = process.env.LMG_ENDURANCE ? 60 : 6

const placeOf = (rowId: string) => ({ table: 'secrets', column: 'value', rowId })

async function withVault<Result>(folder: string, work: (vault: VaultKeeper, store: Store) => Promise<Result>): Promise<Result> {
  const store = await openStore({ path: join(folder, 'db.sqlite'), appVersion: '0', clock: systemClock, logger: silentLogger })
  try {
    const keys = { keyFile: null, encryptionKey: null, besideDatabase: join(folder, 'secrets.key') }
    return await work(createVault({ store, clock: systemClock, logger: silentLogger, ...keys }), store)
  } finally {
    await store.close()
  }
}

const secondsOf = (from: number) => ((performance.now() - from) / 1000).toFixed(2)

test('kill -9 in the middle of a rotation of 10,000 secrets: the old key or the new one, and everything opens', async () => {
  await using dir = await tempDir()
  const options = { databasePath: join(dir.path, 'db.sqlite') }
  await runCliJson(options, 'secret', 'keep', 'file')
  const contentOf = (name: string) => `value of ${name}`
  await withVault(dir.path, async (vault, store) => {
    const started = performance.now()
    const rows: SecretRecord[] = []
    for (let index = 0; index < ROWS; index++) {
      const id = newId<'secret'>()
      const name = `s${index}`
      const value = await vault.seal(contentOf(name), placeOf(id))
      rows.push({ id, name, scope: 'global', scopeId: null, value, hint: null, lastUsedAt: null, createdAt: index })
    }
    const sealed = performance.now()
    await store.transaction(async (tx) => {
      for (const row of rows) await tx.secrets.insert(row)
    })
    const opening = performance.now()
    for (const { id, value } of rows) await vault.open(value, placeOf(id))
    const micros = (ms: number) => Math.round((ms * 1000) / ROWS)
    process.stdout.write(
      `[measured] vault: seal ${micros(sealed - started)} µs, open ${micros(performance.now() - opening)} µs for a value of ${contentOf('s1000').length} characters\n`,
    )
  })

  /** Opens every secret. @returns the ids of the keys that they are sealed with, and how many keys there are */
  const look = () =>
    withVault(dir.path, async (vault, store) => {
      const rows = await store.read.secrets.list()
      expect(rows).toHaveLength(ROWS)
      for (const { id, name, value } of rows) expect(await vault.open(value, placeOf(id))).toBe(contentOf(name))
      return { used: new Set(rows.map(({ value }) => value.split(':')[1])), keys: (await store.read.keys.list()).length }
    })

  const started = performance.now()
  expect(await runCliJson(options, 'secret', 'rotate')).toEqual({ sealed: ROWS, left: 0 })
  const whole = performance.now() - started
  process.stdout.write(`[measured] vault: a rotation of ${ROWS} values took ${secondsOf(started)} s, with the start of the process\n`)
  let { keys } = await look()
  let hit = 0
  for (let round = 0; round < KILLS; round++) {
    const seconds = ((whole * (0.3 + (0.6 * round) / KILLS)) / 1000).toFixed(2)
    const within = ['sh', '-c', `"$@" & sleep ${seconds}; kill -9 $! 2>/dev/null; wait $!`, 'sh']
    const { code } = await runCli({ ...options, within }, 'secret', 'rotate', '--json')
    const after = await look()
    expect(after.used.size).toBe(1)
    expect(after.keys - keys).toBeLessThanOrEqual(1)
    if (code !== 0 && after.keys === keys) hit++
    keys = after.keys
  }
  process.stdout.write(`[measured] vault: ${KILLS} rotations killed, ${hit} before their commit; all ${ROWS} secrets open after each\n`)
  expect(hit, 'no kill came before the end').toBeGreaterThan(0)
  expect(await runCliJson(options, 'secret', 'rotate')).toEqual({ sealed: ROWS, left: 0 })
}, 600_000)
