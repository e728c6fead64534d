import { definitionHash, isChanged, PINNED_KINDS, pinKey, type RoutingSource, type ServerRecord } from '@local-mcp/core'
import type { ServerId } from '@local-mcp/kernel'
import { ITEM_KINDS, type ItemKind, type ListedItem, type Offer } from '../upstream/listing.ts'

/**
 * Tells which definitions are not the ones that were accepted. What was accepted is in the routing snapshot; what is
 * not there yet, or could not be written, is held against what was seen first.
 */
export function createPinGate(routing: RoutingSource) {
  const seen = new Map<ServerId, ReadonlyMap<string, string>>()
  const hashes = new WeakMap<ListedItem, string>()

  function hashOf(item: ListedItem): string {
    let hash = hashes.get(item)
    if (hash === undefined) {
      hash = definitionHash(item.bytes.toString('utf8'))
      hashes.set(item, hash)
    }
    return hash
  }

  return {
    /** To be told of every listing, before it is offered. */
    listed(id: ServerId, offer: Offer): void {
      const before = seen.get(id)
      const pinned = ITEM_KINDS.filter((kind) => PINNED_KINDS.includes(kind)).flatMap((kind) =>
        offer[kind].map((item): [string, string] => {
          const key = pinKey(kind, item.key)
          return [key, before?.get(key) ?? hashOf(item)]
        }),
      )
      seen.set(id, new Map(pinned))
    },

    isChanged({ id, type }: Pick<ServerRecord, 'id' | 'type'>, kind: ItemKind, item: ListedItem): boolean {
      // What the gateway itself says changes with the gateway.
      if (type === 'builtin' || !PINNED_KINDS.includes(kind)) return false
      const key = pinKey(kind, item.key)
      const pins = routing.current().toolPins.get(id)
      if (pins?.hashes.has(key) || pins?.unreadable) return isChanged(pins, key, () => hashOf(item))
      const first = seen.get(id)?.get(key)
      return first !== undefined && first !== hashOf(item)
    },
  }
}

export type PinGate = ReturnType<typeof createPinGate>
