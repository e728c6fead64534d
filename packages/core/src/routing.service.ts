import type { ProfileId, ServerId } from '@local-mcp/kernel'
import type { Principal } from './context.ts'
import type { RoutedProfile, RoutingSnapshot, RoutingSource } from './routing.ports.ts'
import { endpointKey } from './servers/endpoint-key.ts'
import { DEFAULT_PROFILE_SETTING } from './settings.ts'
import type { Store } from './store.ports.ts'

export interface RoutingService extends RoutingSource {
  /** Reads the store anew. Every service does so after its commit and before it answers. */
  refresh(): Promise<void>
}

/** Keeps what calls need in memory. @param owner sees every row of a machine with one user */
export async function createRoutingService(store: Store, owner: Principal): Promise<RoutingService> {
  const listeners = new Set<(snapshot: RoutingSnapshot) => void>()

  async function read(): Promise<RoutingSnapshot> {
    const { profiles, servers, links, settings } = store.read
    const [profileRows, serverRows, linkRows, defaultId] = await Promise.all([
      profiles.list(owner),
      servers.list(owner),
      links.listAll(),
      settings.get(DEFAULT_PROFILE_SETTING),
    ])
    const live = new Map(serverRows.map((server) => [server.id, server]))
    const linked = new Map<ProfileId, ServerId[]>()
    for (const { profileId, serverId, isActive } of linkRows) {
      if (isActive && live.get(serverId)?.enabled) linked.set(profileId, [...(linked.get(profileId) ?? []), serverId])
    }
    const routed = new Map<string, RoutedProfile>()
    for (const { id, slug, name, description, toolNaming } of profileRows) {
      routed.set(slug, { id, slug, name, description, toolNaming, serverIds: linked.get(id) ?? [] })
    }
    return {
      profiles: routed,
      servers: live,
      endpoints: new Map(serverRows.map(({ id, endpoint }) => [endpointKey(endpoint), id])),
      defaultSlug: profileRows.find(({ id }) => id === defaultId)?.slug ?? profileRows[0]?.slug ?? '',
    }
  }

  let snapshot = await read()
  let refreshing = Promise.resolve()

  return {
    current: () => snapshot,
    onChange(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    refresh() {
      // One after another, so that an older reading never replaces a newer one.
      refreshing = refreshing
        .catch(() => {})
        .then(async () => {
          snapshot = await read()
          for (const listener of listeners) listener(snapshot)
        })
      return refreshing
    },
  }
}
