import { isAbsolute } from 'node:path'
import { type KeyPlace, VAULT_PROBLEMS, type VaultStatus } from '@local-mcp/contract'
import type { KeyRecord, SecretPlace, Store, StoreWriter, VaultKeeper } from '@local-mcp/core'
import { AppError, type Clock, type KeyId, type Logger, newId, registerSecret } from '@local-mcp/kernel'
import { type Key, keyIdOf, newKeyBytes, open, seal } from './envelope.ts'
import { createKeyFile } from './key-file.ts'
import { createKeychain } from './keychain.ts'
import { type KeyOrder, KeyTrouble, type MasterKeyPlace } from './master-key.ts'
import { createPassphrase } from './passphrase.ts'
import { createVariable } from './variable.ts'

/** For so long a key that could not be had is not asked for again by servers that start, in milliseconds: it may ask a person. */
const ASK_AGAIN = 5000
/** So many values are sealed anew before calls get their turn. */
const RESEAL_AT_ONCE = 200

export interface VaultOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  /** Of `--key-file`, absolute; null: not given. */
  readonly keyFile: string | null
  /** Where a key file goes that is chosen without a path. */
  readonly besideDatabase: string
  /** OAUTH_ENCRYPTION_KEY, 64 hex digits; null: not set. */
  readonly encryptionKey: string | null
  /** For tests; absent: the one of the operating system. */
  readonly keychain?: MasterKeyPlace
}

/** The keys as they are in memory, once the master key was had. */
interface Ring {
  readonly master: Key
  readonly record: KeyRecord
  readonly keys: ReadonlyMap<string, Key>
  readonly active: Key
}

const wrappingOf = (id: string): SecretPlace => ({ table: 'encryption_keys', column: 'wrapped_key', rowId: id })

/** Seals and opens secrets with a key that is wrapped by one outside the database. Never makes a key while one is needed. */
export function createVault(options: VaultOptions): VaultKeeper {
  const { store, clock, logger } = options
  const places: Readonly<Record<KeyPlace, MasterKeyPlace>> = {
    os: options.keychain ?? createKeychain(),
    passphrase: createPassphrase(),
    file: createKeyFile(options.keyFile, options.besideDatabase),
    env: createVariable(options.encryptionKey),
  }
  /** What was named when the gateway was started: taken for a first key, and tried where the place of a key fails. */
  const named: readonly KeyPlace[] = [...(options.encryptionKey ? (['env'] as const) : []), ...(options.keyFile ? (['file'] as const) : [])]
  const first = named[0] ?? 'os'
  if (options.encryptionKey) registerSecret(options.encryptionKey)
  let ring: Ring | null = null
  /** Master keys that opened something, by id: nobody is asked for them twice. */
  const masters = new Map<string, Key>()
  let trouble: { readonly error: KeyTrouble; readonly at: number } | null = null
  /** The record that was read last: the only one that a new key may take the place of. */
  let current: KeyRecord | null = null
  let loading: Promise<void> | null = null
  let making: Promise<void> | null = null

  /** The master key that opens this record. @throws KeyTrouble of the place that the record names */
  async function unwrap(record: KeyRecord, order: KeyOrder): Promise<{ master: Key; key: Key }> {
    const { id, wrappedKey, wrapMethod, kdf } = record
    const masterId = keyIdOf(wrappedKey) ?? ''
    const tryWith = (master: Key) => {
      const bytes = open(wrappedKey, master, wrappingOf(id))
      if (bytes) masters.set(masterId, master)
      return bytes && { master, key: { id, bytes } }
    }
    const had = masters.get(masterId)
    if (had) return tryWith(had) ?? Promise.reject(new KeyTrouble('WRONG_KEY'))
    let cause: KeyTrouble | null = null
    for (const method of new Set([wrapMethod, ...named])) {
      try {
        const opened = tryWith({ id: masterId, bytes: await places[method].fetch(masterId, kdf ?? {}, order) })
        if (opened) return opened
        cause ??= new KeyTrouble(method === 'passphrase' ? 'PASSPHRASE_WRONG' : 'WRONG_KEY')
      } catch (error) {
        if (!(error instanceof KeyTrouble)) throw error
        cause ??= error
      }
    }
    throw cause
  }

  async function read(order: KeyOrder): Promise<void> {
    const records = await store.read.keys.list()
    current = records.find(({ retiredAt }) => retiredAt === null) ?? null
    try {
      ring = null
      trouble = null
      if (!current) {
        if ((await store.read.keys.countSealed()) > 0) throw new KeyTrouble('KEY_RECORD_MISSING')
        return
      }
      const { master, key } = await unwrap(current, order)
      const keys = new Map([[key.id as string, key]])
      for (const record of records) {
        if (record === current) continue
        // Of an older backup or another computer: what it sealed stays shut, the rest does not.
        const older = await unwrap(record, order).catch(() => null)
        if (older) keys.set(record.id, older.key)
      }
      ring = { master, record: current, keys, active: key }
    } catch (error) {
      if (!(error instanceof KeyTrouble)) throw error
      // With nothing sealed nothing is lost: the next secret makes a new key.
      if (error.state !== 'locked' && (await store.read.keys.countSealed()) === 0) return
      trouble = { error, at: performance.now() }
      logger.warn('The stored secrets cannot be opened', { problem: error.code })
    }
  }

  /** One reading at a time. */
  function load(order: KeyOrder = {}): Promise<void> {
    loading ??= read(order).finally(() => {
      loading = null
    })
    return loading
  }

  async function reload(order: KeyOrder): Promise<void> {
    await loading
    await load(order)
  }

  async function make(method: KeyPlace, order: KeyOrder): Promise<void> {
    const id = newId()
    const place = places[method]
    const { bytes, facts } = await place.create(id, order)
    const master: Key = { id, bytes }
    masters.set(id, master)
    const key: Key & { id: KeyId } = { id: newId<'key'>(), bytes: newKeyBytes() }
    const record = { ...wrapped(key, master, method, facts), id: key.id, createdAt: clock.now(), retiredAt: null }
    const made = await store.transaction(async (tx) => {
      // Another process, or a second wish, may have been faster; and a key is never replaced by a stranger to what it sealed.
      const present = (await tx.keys.list()).find(({ retiredAt }) => retiredAt === null)
      if ((present && present.id !== current?.id) || (await tx.keys.countSealed()) > 0) return false
      await retireAll(tx)
      await tx.keys.insert(record)
      return true
    })
    if (!made) await place.remove(id, facts)
    if (made) logger.info('A key for secrets was made', { place: method })
    await reload(order)
  }

  async function retireAll(tx: StoreWriter): Promise<void> {
    for (const { id, retiredAt } of await tx.keys.list()) if (retiredAt === null) await tx.keys.retire(id, clock.now())
  }

  /** @returns false for a row that is damaged, which nobody may write */
  async function resealed(tx: StoreWriter, place: SecretPlace, ciphertext: string): Promise<boolean> {
    try {
      await tx.keys.reseal(place, ciphertext)
      return true
    } catch (error) {
      if (error instanceof AppError && error.code === 'DATABASE_CORRUPT') return false
      throw error
    }
  }

  const wrapped = (key: Key, master: Key, wrapMethod: KeyPlace, kdf: KeyRecord['kdf']) => ({
    wrappedKey: seal(key.bytes, master, wrappingOf(key.id)),
    wrapMethod,
    kdf,
  })

  const toError = (code: 'SECRETS_LOCKED' | 'SECRETS_UNAVAILABLE', { code: problem }: KeyTrouble) =>
    new AppError(code, VAULT_PROBLEMS[problem].title, { next: VAULT_PROBLEMS[problem].next, data: { problem } })

  /** What is thrown when the key of secrets that exist cannot be had. */
  const lockedBy = (error: KeyTrouble) => toError('SECRETS_LOCKED', error)

  async function guardMaking(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      throw error instanceof KeyTrouble ? toError('SECRETS_UNAVAILABLE', error) : error
    }
  }

  /** Whether it was found out a moment ago that the key cannot be had. */
  const isFresh = () => trouble !== null && performance.now() - trouble.at <= ASK_AGAIN

  /** @throws AppError SECRETS_LOCKED */
  async function opened(): Promise<Ring | null> {
    if (ring) return ring
    if (!isFresh()) await load()
    if (trouble) throw lockedBy(trouble.error)
    return ring
  }

  async function describe(): Promise<VaultStatus> {
    const stored = await store.read.keys.countSealed()
    const formerKeys = (await store.read.keys.list()).filter(({ retiredAt }) => retiredAt !== null).length
    const record = ring?.record ?? current
    const problem = trouble?.error ?? (ring ? null : await places[first].fetch(newId(), {}, {}).then(() => null, firstTrouble))
    return {
      state: ring ? 'ready' : (trouble?.error.state ?? 'absent'),
      place: ring || trouble ? (record?.wrapMethod ?? null) : problem ? null : first,
      keyFile: record?.wrapMethod === 'file' ? (options.keyFile ?? String(record.kdf?.path ?? '')) : null,
      problem: problem && { code: problem.code, message: VAULT_PROBLEMS[problem.code].title, next: VAULT_PROBLEMS[problem.code].next },
      stored,
      formerKeys,
    }
  }

  /** What keeps the first key from being made, where nothing is there to be found yet. */
  function firstTrouble(error: KeyTrouble): KeyTrouble | null {
    if (error.code === 'KEYCHAIN_WITHOUT_KEY' || error.code === 'KEY_FILE_MISSING') return null
    return error.code === 'KEYCHAIN_UNAVAILABLE' ? new KeyTrouble('NO_KEYCHAIN') : error
  }

  return {
    async seal(plaintext, place) {
      registerSecret(plaintext)
      if (!(await opened())) {
        making ??= guardMaking(() => make(first, {})).finally(() => {
          making = null
        })
        await making
      }
      const { active } = (await opened()) ?? { active: null }
      if (!active) throw lockedBy(new KeyTrouble('KEY_RECORD_MISSING'))
      return seal(Buffer.from(plaintext), active, place)
    },

    async open(ciphertext, place) {
      const id = keyIdOf(ciphertext) ?? ''
      let key = (await opened())?.keys.get(id)
      if (!key) {
        // Of a key that another process made.
        await reload({})
        key = (await opened())?.keys.get(id)
      }
      if (!key) throw lockedBy(new KeyTrouble('KEY_RECORD_MISSING'))
      const plaintext = open(ciphertext, key, place)?.toString('utf8')
      if (plaintext === undefined) {
        throw new AppError('DATABASE_CORRUPT', `A stored secret is damaged or was moved (${place.table} ${place.rowId})`, {
          next: 'Delete it and enter it anew, or restore a backup.',
        })
      }
      registerSecret(plaintext)
      return plaintext
    },

    async status() {
      if (!ring && !isFresh()) await load()
      return describe()
    },

    async unlock(passphrase) {
      if (passphrase !== undefined) registerSecret(passphrase)
      await reload({ passphrase })
      return describe()
    },

    async keep({ place: method, ...order }) {
      if (order.passphrase !== undefined) registerSecret(order.passphrase)
      if (order.keyFile !== undefined && !isAbsolute(order.keyFile)) {
        throw new AppError('VALIDATION_ERROR', 'keyFile: must be an absolute path', {
          fields: [{ path: ['keyFile'], message: 'Write the whole path, from the root' }],
        })
      }
      if (!ring) await load(order)
      const before = ring as Ring | null
      if (!before) {
        if (trouble && (await store.read.keys.countSealed()) > 0) throw lockedBy(trouble.error)
        await guardMaking(() => make(method, order))
        return describe()
      }
      await guardMaking(async () => {
        const id = newId()
        const place = places[method]
        const { facts } = await place.create(id, order)
        // Read back before anything depends on it.
        const master: Key = { id, bytes: await place.fetch(id, facts, order) }
        masters.set(id, master)
        await store.transaction(async (tx) => {
          for (const key of before.keys.values()) await tx.keys.rewrap(key.id as KeyId, wrapped(key, master, method, facts))
        })
        await reload(order)
      })
      if (!ring) throw lockedBy(trouble?.error ?? new KeyTrouble('KEY_RECORD_MISSING'))
      const { wrapMethod, kdf } = before.record
      await places[wrapMethod].remove(before.master.id, kdf ?? {}).catch((error: KeyTrouble) => {
        logger.warn('The former key could not be taken out of its place', { place: wrapMethod, problem: error.code })
      })
      logger.info('The key for secrets was moved', { from: wrapMethod, to: method })
      return describe()
    },

    async rotate() {
      const before = await opened()
      if (!before) return { sealed: 0, left: 0 }
      const { master, record, keys } = before
      const fresh: Key & { id: KeyId } = { id: newId<'key'>(), bytes: newKeyBytes() }
      const counts = await store.transaction(async (tx) => {
        await retireAll(tx)
        await tx.keys.insert({
          ...wrapped(fresh, master, record.wrapMethod, record.kdf),
          id: fresh.id,
          createdAt: clock.now(),
          retiredAt: null,
        })
        let left = 0
        const cells = await tx.keys.sealed()
        for (const [index, { place, ciphertext }] of cells.entries()) {
          const key = keys.get(keyIdOf(ciphertext) ?? '')
          const plaintext = key && open(ciphertext, key, place)
          if (!plaintext || !(await resealed(tx, place, seal(plaintext, fresh, place)))) left++
          if (index % RESEAL_AT_ONCE === RESEAL_AT_ONCE - 1) await new Promise(setImmediate)
        }
        return { sealed: cells.length - left, left }
      })
      // In memory already, so that a passphrase is not asked for again.
      ring = { master, record: { ...record, id: fresh.id }, keys: new Map([...keys, [fresh.id, fresh]]), active: fresh }
      logger.info('Secrets were sealed with a new key', counts)
      return counts
    },

    async purge() {
      const { gone, kept } = await store.transaction(async (tx) => {
        const used = new Set((await tx.keys.sealed()).map(({ ciphertext }) => keyIdOf(ciphertext)))
        const former = (await tx.keys.list()).filter(({ retiredAt }) => retiredAt !== null)
        const idle = former.filter(({ id }) => !used.has(id))
        for (const { id } of idle) await tx.keys.delete(id)
        return { gone: new Set<string>(idle.map(({ id }) => id)), kept: former.length - idle.length }
      })
      // In memory too, and not read anew: a passphrase would be asked for again.
      if (ring) ring = { ...ring, keys: new Map([...ring.keys].filter(([id]) => !gone.has(id))) }
      logger.info('Former keys were forgotten', { purged: gone.size, kept })
      return { purged: gone.size, kept }
    },
  }
}
