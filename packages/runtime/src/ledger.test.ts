import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@local-mcp/kernel'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { createRuntime } from './create-runtime.ts'

const KEY = 'Zx9-canary-value-7Qk2'

async function start() {
  const dir = mkdtempSync(join(tmpdir(), 'lmg-ledger-'))
  const databasePath = join(dir, 'db.sqlite')
  const runtime = await createRuntime({
    databasePath,
    port: 0,
    version: '1.2.3',
    host: 'headless',
    abilities: [],
    cliCommand: [],
    env: { PATH: process.env.PATH, HOME: dir },
    keys: { keyFile: join(dir, 'secrets.key'), encryptionKey: null },
    owner: {},
    corsOrigins: [],
    logger: silentLogger,
  })
  onTestFinished(async () => {
    await runtime.close()
    rmSync(dir, { recursive: true, force: true })
  })
  return { operations: runtime.operations, databasePath }
}

test('the ledger names what sources hold and which deleted servers still need a secret; a purge erases the key of its server', async () => {
  const { operations, databasePath } = await start()
  const source = await operations.sources.create({ name: 'Office', type: 'generic', metadata: { api_key: KEY } })
  await operations.sources.create({ name: 'Plain', type: 'generic', metadata: { region: 'eu' } })
  const named = await operations.secrets.create({ name: 'one', value: KEY })
  const config = { url: 'http://127.0.0.1:9/mcp', headers: { 'X-A': '{{secret:one}}' }, allowPrivateNetwork: true }
  const server = await operations.servers.create({
    name: 'Far',
    type: 'remote_http',
    config,
    apiKey: { value: KEY },
    sourceIds: [source.id],
  })
  const lines = async () => (await operations.secrets.list()).map(({ kind, name, usedBy }) => [kind, name, usedBy])
  const by = (deleted: boolean) => [{ id: server.id, name: 'Far', deleted }]
  const all = (deleted: boolean) => [
    ['api_key', 'api_key', by(deleted)],
    ['named', 'one', by(deleted)],
    ['source', 'Office', by(deleted)],
  ]
  expect(await lines()).toEqual(all(false))
  await operations.servers.delete({ server: server.id })
  expect(await lines()).toEqual(all(true))
  await expect(operations.secrets.delete({ secret: 'one' })).rejects.toMatchObject({ code: 'SECRET_IN_USE' })
  await operations.servers.restore({ server: server.id })
  expect((await operations.servers.get({ server: server.id })).apiKey).toMatchObject({ hint: KEY.slice(-4) })

  await operations.servers.delete({ server: server.id })
  await operations.servers.purge({ server: server.id })
  expect(await lines()).toEqual([
    ['named', 'one', []],
    ['source', 'Office', []],
  ])
  const db = new Database(databasePath, { readonly: true })
  expect(db.prepare('SELECT id FROM secrets').pluck().all()).toEqual([named.id])
  db.close()
})

test('what a server repeats of its API key and of secrets is hidden in why it is not connected', async () => {
  const { operations } = await start()
  // Its length and form tell nobody that it is a key.
  const [key, value] = ['plainkey', 'otherwords']
  const told: string[] = []
  const server = createServer((req, res) => {
    told.push(String(req.headers['x-key']))
    res.writeHead(500).end(`no access with ${req.headers['x-key']} and ${req.headers['x-a']}`)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await operations.secrets.create({ name: 'one', value })
  const { id } = await operations.servers.create({
    name: 'Far',
    type: 'remote_http',
    config: {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
      headers: { 'X-A': 'v {{secret:one}}' },
      allowPrivateNetwork: true,
    },
    apiKey: { value: key, headerName: 'X-Key', template: 'Token {apiKey}' },
  })
  const { state, problem } = await operations.servers.restart({ server: id })
  expect(told).toContain(`Token ${key}`)
  expect(state).toBe('error')
  const text = JSON.stringify(problem)
  expect(text).toContain('no access with')
  expect(text).not.toContain(key)
  expect(text).not.toContain(value)
})
