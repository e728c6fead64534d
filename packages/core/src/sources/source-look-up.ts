import type { Principal } from '../context.ts'
import type { ServerRecord } from '../records.ts'
import type { Store } from '../store.ports.ts'
import type { Vault } from '../vault.ports.ts'
import { isMask } from './source-metadata.ts'
import { sameName } from './source-references.ts'

/**
 * The value that a server refers to; null where the server does not have that source, or the source no such key.
 * @throws AppError SECRETS_LOCKED, SECRETS_UNAVAILABLE
 */
export type SourceLookUp = (server: ServerRecord, name: string, key: string) => Promise<string | null>

/** Reads sources at the moment when a server starts: a secret is in memory for no longer than that. */
export function createSourceLookUp(store: Store, vault: Vault, owner: Principal): SourceLookUp {
  return async (server, name, key) => {
    const linked = server.sources.find((source) => sameName(source.name, name))
    const source = linked && (await store.read.sources.get(owner, linked.id))
    const shown = source && Object.hasOwn(source.metadata, key) ? source.metadata[key] : undefined
    if (!source || shown === undefined) return null
    if (!isMask(shown) || source.sealed === null) return shown
    const opened = JSON.parse(await vault.open(source.sealed, secretPlace(source.id))) as Record<string, string>
    return opened[key] ?? null
  }
}

export const secretPlace = (id: string) => ({ table: 'sources', column: 'secret_metadata', rowId: id })
