import type { SecretId, ServerId } from '@local-mcp/kernel'
import type { ServiceDependencies } from '../dependencies.ts'
import type { SecretRecord } from '../records.ts'
import type { SecretPlace } from '../vault.ports.ts'

/** How often the times of use are written down, in milliseconds. */
const TOUCH_EVERY = 10_000

export const API_KEY = 'api_key'
export const placeOf = (id: SecretId): SecretPlace => ({ table: 'secrets', column: 'value', rowId: id })

/** What servers are given, opened at the moment of use and kept nowhere. Both: null where there is none. Errors: those of the vault. */
export interface SecretSource {
  /** A secret by the name that configurations refer to. */
  named(name: string): Promise<string | null>
  apiKey(server: ServerId): Promise<string | null>
  /** When a secret was used in this life; 0: not yet. */
  lastUsed(id: SecretId): number
  close(): Promise<void>
}

export function createSecretSource({ store, vault, clock }: Pick<ServiceDependencies, 'store' | 'vault' | 'clock'>): SecretSource {
  const used = new Map<SecretId, number>()
  let unwritten = new Map<SecretId, number>()

  async function openOne(record: SecretRecord | null): Promise<string | null> {
    if (!record) return null
    const value = await vault.open(record.value, placeOf(record.id))
    used.set(record.id, clock.now())
    unwritten.set(record.id, clock.now())
    return value
  }

  async function flush(): Promise<void> {
    if (unwritten.size === 0) return
    const batch = unwritten
    unwritten = new Map()
    await store.transaction((tx) => tx.secrets.touch(batch))
  }
  const touching = setInterval(() => {
    flush().catch(() => {})
  }, TOUCH_EVERY).unref()

  return {
    named: async (name) => openOne(await store.read.secrets.get('global', null, name)),
    apiKey: async (server) => openOne(await store.read.secrets.get('server', server, API_KEY)),
    lastUsed: (id) => used.get(id) ?? 0,
    async close() {
      clearInterval(touching)
      await flush()
    },
  }
}
