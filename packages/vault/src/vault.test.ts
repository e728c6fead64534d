import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyRecord, SealedCell, Store, StoreWriter } from '@local-mcp/core'
import { newId, redact, silentLogger } from '@local-mcp/kernel'
import { tempDir } from '@local-mcp/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type KeyFacts, KeyTrouble, type MasterKeyPlace } from './master-key.ts'
import { createVault, type VaultOptions } from './vault.ts'

/** What the vault needs of a store, in memory. */
function memoryStore() {
  const keys: KeyRecord[] = []
  const cells = new Map<string, SealedCell>()
  const patch = (id: string, part: Partial<KeyRecord>) => {
    const at = keys.findIndex((key) => key.id === id)
    keys[at] = { ...(keys[at] as KeyRecord), ...part }
  }
  const repository: StoreWriter['keys'] = {
    list: async () => keys.toSorted((a, b) => b.createdAt - a.createdAt),
    sealed: async () => [...cells.values()],
    countSealed: async () => cells.size,
    insert: async (record) => void keys.push(record),
    rewrap: async (id, wrapped) => patch(id, wrapped),
    retire: async (id, retiredAt) => patch(id, { retiredAt }),
    delete: async (id) => void keys.splice(keys.findIndex((key) => key.id === id && key.retiredAt !== null) >>> 0, 1),
    reseal: async (place, ciphertext) => void cells.set(place.rowId, { place, ciphertext }),
  }
  const tx = { keys: repository } as StoreWriter
  const store = { read: tx, transaction: (work: (tx: StoreWriter) => Promise<unknown>) => work(tx) } as unknown as Store
  return { store, keys, cells }
}

/** A keychain that can be locked, be absent, and lose what is in it. */
function fakeKeychain() {
  const held = new Map<string, Buffer>()
  const chain = { trouble: null as KeyTrouble['code'] | null, held }
  const guard = () => {
    if (chain.trouble) throw new KeyTrouble(chain.trouble)
  }
  const place: MasterKeyPlace = {
    method: 'os',
    async create(id) {
      guard()
      held.set(id, Buffer.from(newId().repeat(2).replaceAll('-', '').slice(0, 64), 'hex'))
      return { bytes: held.get(id) as Buffer, facts: {} }
    },
    async fetch(id: string, _: KeyFacts) {
      guard()
      const key = held.get(id)
      if (!key) throw new KeyTrouble('KEYCHAIN_WITHOUT_KEY')
      return key
    },
    async remove(id) {
      guard()
      held.delete(id)
    },
  }
  return Object.assign(chain, { place })
}

async function setUp(more: Partial<VaultOptions> = {}) {
  const dir = await tempDir()
  onTestFinished(() => dir[Symbol.asyncDispose]())
  const memory = memoryStore()
  const keychain = fakeKeychain()
  let now = 1000
  const start = (again: Partial<VaultOptions> = {}) =>
    createVault({
      store: memory.store,
      clock: { now: () => ++now },
      logger: silentLogger,
      keyFile: null,
      besideDatabase: join(dir.path, 'secrets.key'),
      encryptionKey: null,
      keychain: keychain.place,
      ...more,
      ...again,
    })
  const place = (rowId: string) => ({ table: 'secrets', column: 'value', rowId })
  async function store(vault: ReturnType<typeof start>, value: string) {
    const at = place(newId())
    memory.cells.set(at.rowId, { place: at, ciphertext: await vault.seal(value, at) })
    return at.rowId
  }
  const read = (vault: ReturnType<typeof start>, rowId: string) =>
    vault.open((memory.cells.get(rowId) as SealedCell).ciphertext, place(rowId))
  return { ...memory, keychain, start, store, read, dir: dir.path }
}

test('the first secret makes a key, every later start finds it', async () => {
  const { start, store, read, keys, keychain } = await setUp()
  const vault = start()
  expect(await vault.status()).toMatchObject({ state: 'absent', place: 'os', problem: null })
  const [one, two] = await Promise.all([store(vault, 'first value'), store(vault, 'second value')])
  expect([keys.length, keychain.held.size]).toEqual([1, 1])
  expect(await vault.status()).toMatchObject({ state: 'ready', place: 'os', stored: 2 })
  const later = start()
  expect([await read(later, one), await read(later, two)]).toEqual(['first value', 'second value'])
  // What was opened or sealed is hidden from now on.
  expect(redact('with first value in it')).toBe('with ••• in it')
})

test.each([
  ['KEYCHAIN_LOCKED', 'locked'],
  ['KEYCHAIN_SLOW', 'locked'],
  ['KEYCHAIN_UNAVAILABLE', 'locked'],
  ['KEYCHAIN_WITHOUT_KEY', 'lost'],
] as const)('%s: nothing is made, nothing is lost, and all opens once the key is there again', async (trouble, state) => {
  const { start, store, read, keys, keychain } = await setUp()
  const row = await store(start(), 'precious value')
  keychain.trouble = trouble
  const vault = start()
  expect(await vault.status()).toMatchObject({ state, problem: { code: trouble }, stored: 1 })
  await expect(read(vault, row)).rejects.toMatchObject({ code: 'SECRETS_LOCKED', data: { problem: trouble } })
  await expect(store(vault, 'another')).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  await expect(vault.rotate()).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  await expect(vault.keep({ place: 'file' })).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  expect([keys.length, keychain.held.size]).toEqual([1, 1])
  keychain.trouble = null
  expect(await vault.unlock()).toMatchObject({ state: 'ready', problem: null })
  expect(await read(vault, row)).toBe('precious value')
})

test('a key is lost for good only when what it sealed was deleted: then the next secret makes a new one', async () => {
  const { start, store, read, keys, cells, keychain } = await setUp()
  const row = await store(start(), 'precious value')
  keychain.held.clear()
  const vault = start()
  expect((await vault.status()).state).toBe('lost')
  cells.delete(row)
  expect((await vault.unlock()).state).toBe('absent')
  const next = await store(vault, 'a new beginning')
  expect(await read(start(), next)).toBe('a new beginning')
  expect(keys.map(({ retiredAt }) => retiredAt === null)).toEqual([false, true])
})

test('secrets without the record of their key are kept and said to be lost', async () => {
  const { start, store, keys } = await setUp()
  await store(start(), 'precious value')
  keys.length = 0
  const vault = start()
  expect(await vault.status()).toMatchObject({ state: 'lost', problem: { code: 'KEY_RECORD_MISSING' } })
  await expect(store(vault, 'another')).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  expect(keys).toEqual([])
})

test('without a keychain and without a choice nothing is stored', async () => {
  const { start, store, keys, keychain, dir } = await setUp()
  keychain.trouble = 'KEYCHAIN_UNAVAILABLE'
  const vault = start()
  expect(await vault.status()).toMatchObject({ state: 'absent', place: null, problem: { code: 'NO_KEYCHAIN' } })
  await expect(store(vault, 'value')).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
  expect([keys.length, existsSync(join(dir, 'secrets.key'))]).toEqual([0, false])
})

test('a passphrase opens, another one does not and changes nothing', async () => {
  const { start, store, read, keychain } = await setUp()
  keychain.trouble = 'KEYCHAIN_UNAVAILABLE'
  const first = start()
  expect(await first.keep({ place: 'passphrase', passphrase: 'correct horse battery' })).toMatchObject({
    state: 'ready',
    place: 'passphrase',
  })
  const row = await store(first, 'precious value')
  const vault = start()
  expect(await vault.status()).toMatchObject({ state: 'locked', problem: { code: 'PASSPHRASE_NEEDED' } })
  expect(await vault.unlock('correct horse staple!')).toMatchObject({ state: 'locked', problem: { code: 'PASSPHRASE_WRONG' } })
  await expect(read(vault, row)).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  expect(await vault.unlock('correct horse battery')).toMatchObject({ state: 'ready' })
  expect(await read(vault, row)).toBe('precious value')
}, 60_000)

test('OAUTH_ENCRYPTION_KEY: missing or another one, the secrets stay shut', async () => {
  const { start, store, read } = await setUp()
  const row = await store(start({ encryptionKey: 'ab'.repeat(32) }), 'precious value')
  expect(await start().status()).toMatchObject({ state: 'locked', problem: { code: 'VARIABLE_MISSING' } })
  expect(await start({ encryptionKey: 'cd'.repeat(32) }).status()).toMatchObject({ state: 'wrong_key', problem: { code: 'WRONG_KEY' } })
  expect(await read(start({ encryptionKey: 'ab'.repeat(32) }), row)).toBe('precious value')
})

test('a key file is for its owner alone, is never written over, and is not followed elsewhere', async () => {
  const { start, store, read, dir } = await setUp()
  const keyFile = join(dir, 'my.key')
  const row = await store(start({ keyFile }), 'precious value')
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  const key = readFileSync(keyFile, 'utf8')
  expect(key).toMatch(/^[0-9a-f]{64}\n$/)
  // Known from now on by the record, also where it is not named.
  expect(await start().status()).toMatchObject({ state: 'ready', place: 'file', keyFile })

  const problem = async () => (await start().status()).problem?.code
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(keyFile, mode)
    expect(await problem()).toBe('KEY_FILE_UNSAFE')
  }
  chmodSync(keyFile, 0o600)
  writeFileSync(keyFile, 'something else')
  expect(await problem()).toBe('KEY_FILE_INVALID')
  writeFileSync(keyFile, 'ef'.repeat(32))
  expect(await problem()).toBe('WRONG_KEY')
  expect(await start({ keyFile: join(dir, 'not-there') }).status()).toMatchObject({ state: 'lost', problem: { code: 'KEY_FILE_MISSING' } })
  expect(existsSync(join(dir, 'not-there'))).toBe(false)
  symlinkSync(keyFile, join(dir, 'link'))
  expect(await start({ keyFile: join(dir, 'link') }).status()).toMatchObject({ problem: { code: 'KEY_FILE_UNSAFE' } })
  writeFileSync(keyFile, key)
  expect(await read(start({ keyFile }), row)).toBe('precious value')
})

test('the key moves from place to place, and the secrets with it', async () => {
  const { start, store, read, keychain, keys, dir } = await setUp()
  const vault = start()
  const row = await store(vault, 'precious value')
  const before = keys[0]?.wrappedKey
  expect(await vault.keep({ place: 'file' })).toMatchObject({ state: 'ready', place: 'file', keyFile: join(dir, 'secrets.key') })
  expect(keychain.held.size).toBe(0)
  expect(keys[0]?.wrappedKey).not.toBe(before)
  expect(await read(start(), row)).toBe('precious value')
  await vault.keep({ place: 'passphrase', passphrase: 'correct horse battery' })
  const later = start()
  await later.unlock('correct horse battery')
  expect(await read(later, row)).toBe('precious value')
  keychain.trouble = 'KEYCHAIN_LOCKED'
  await expect(later.keep({ place: 'os' })).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
  expect(await later.status()).toMatchObject({ state: 'ready', place: 'passphrase' })
  keychain.trouble = null
  expect(await later.keep({ place: 'os' })).toMatchObject({ state: 'ready', place: 'os' })
  expect(await read(start(), row)).toBe('precious value')
  expect(keys).toHaveLength(1)
}, 60_000)

test('a rotation seals everything anew; what is damaged is left as it is, and older ciphertexts still open', async () => {
  const { start, store, read, keys, cells } = await setUp()
  const vault = start()
  const rows = [await store(vault, 'value one'), await store(vault, 'value two')] as const
  const old = cells.get(rows[0])?.ciphertext as string
  const broken = newId()
  cells.set(broken, { place: { table: 'secrets', column: 'value', rowId: broken }, ciphertext: old })
  expect(await vault.rotate()).toEqual({ sealed: 2, left: 1 })
  expect(cells.get(rows[0])?.ciphertext).not.toBe(old)
  for (const one of [vault, start()]) {
    expect([await read(one, rows[0]), await read(one, rows[1])]).toEqual(['value one', 'value two'])
    // Of a backup that was made before.
    expect(await one.open(old, { table: 'secrets', column: 'value', rowId: rows[0] })).toBe('value one')
    await expect(read(one, broken)).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' })
  }
  expect(keys.map(({ retiredAt }) => retiredAt === null)).toEqual([false, true])
  await vault.keep({ place: 'file' })
  expect(await start().open(old, { table: 'secrets', column: 'value', rowId: rows[0] })).toBe('value one')
  // What is damaged still names the former key, so that one is kept.
  expect(await vault.purge()).toEqual({ purged: 0, kept: 1 })
  cells.delete(broken)
  expect(await vault.status()).toMatchObject({ formerKeys: 1 })
  expect(await vault.purge()).toEqual({ purged: 1, kept: 0 })
  expect(await vault.status()).toMatchObject({ state: 'ready', formerKeys: 0, stored: 2 })
  for (const one of [vault, start()]) {
    expect([await read(one, rows[0]), await read(one, rows[1])]).toEqual(['value one', 'value two'])
    await expect(one.open(old, { table: 'secrets', column: 'value', rowId: rows[0] })).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  }
})
