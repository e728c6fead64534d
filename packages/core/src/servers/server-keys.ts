import { newId, type ServerId } from '@local-mcp/kernel'
import type { ServiceDependencies } from '../dependencies.ts'
import { hintOf } from '../secrets/hint.ts'
import { API_KEY, placeOf } from '../secrets/secret-source.ts'
import type { StoreWriter } from '../store.ports.ts'

/** The API keys of servers: secrets in their own scope, one each. */
export function createServerKeys({ vault, clock }: Pick<ServiceDependencies, 'vault' | 'clock'>) {
  async function drop(tx: StoreWriter, id: ServerId): Promise<void> {
    const stored = await tx.secrets.get('server', id, API_KEY)
    if (stored) await tx.secrets.delete(stored.id)
  }

  return {
    drop,

    /**
     * Seals before the transaction, because the key to seal with may have to be waited for.
     *
     * @param value null: nothing is stored
     * @returns what stores it within one
     * @throws AppError SECRETS_UNAVAILABLE, SECRETS_LOCKED
     */
    async seal(id: ServerId, value: string | null): Promise<(tx: StoreWriter) => Promise<void>> {
      if (value === null) return async () => {}
      const secret = newId<'secret'>()
      const sealed = await vault.seal(value, placeOf(secret))
      return async (tx) => {
        await drop(tx, id)
        await tx.secrets.insert({
          id: secret,
          name: API_KEY,
          scope: 'server',
          scopeId: id,
          value: sealed,
          hint: hintOf(value),
          lastUsedAt: null,
          createdAt: clock.now(),
        })
      }
    },
  }
}
