import type { AccountId, ProfileId, ServerId } from '@local-mcp/kernel'
import type { Principal } from './context.ts'
import type { RoutedProfile, RoutingSnapshot, RoutingSource } from './routing.ports.ts'
import { endpointKey } from './servers/endpoint-key.ts'
import { CHANGED_TOOLS_SETTING, changedToolsOf, DEFAULT_PROFILE_SETTING } from './settings.ts'
import type { Store } from './store.ports.ts'
import { choicesOf, type ToolChoices } from './tools/tool-rules.ts'

export interface RoutingService extends RoutingSource {
  /**
   * Reads the store anew. Every service does so after its commit and before it answers.
   *
   * @param pinsOf the server of which something else was accepted. There are many of these rows, so only its are read.
   */
  refresh(pinsOf?: ServerId): Promise<void>
}

/** Keeps what calls need in memory. @param owner sees every row of a machine with one user */
export async function createRoutingService(store: Store, owner: Principal): Promise<RoutingService> {
  const listeners = new Set<(snapshot: RoutingSnapshot) => void>()

  async function read(toolPins: RoutingSnapshot['toolPins']): Promise<RoutingSnapshot> {
    const { profiles, servers, links, settings, toolChoices, oauth } = store.read
    const [profileRows, serverRows, linkRows, defaultId, changedTools, atServers, atLinks, accounts] = await Promise.all([
      profiles.list(owner),
      servers.list(owner),
      links.listAll(),
      settings.get(DEFAULT_PROFILE_SETTING),
      settings.get(CHANGED_TOOLS_SETTING),
      toolChoices.ofServers(),
      toolChoices.ofLinks(),
      oauth.accounts(),
    ])
    const live = new Map(serverRows.map((server) => [server.id, server]))
    const linked = new Map<ProfileId, Map<ServerId, ToolChoices>>()
    const defaults = new Set(accounts.flatMap(({ id, isDefault }) => (isDefault ? [id] : [])))
    const named = new Map<ProfileId, Map<ServerId, AccountId>>()
    for (const { id, profileId, serverId, isActive, toolPolicy, accountId } of linkRows) {
      if (!isActive || !live.get(serverId)?.enabled) continue
      if (accountId !== null && !defaults.has(accountId)) named.set(profileId, (named.get(profileId) ?? new Map()).set(serverId, accountId))
      const of = linked.get(profileId) ?? new Map()
      linked.set(profileId, of.set(serverId, choicesOf(toolPolicy, atLinks.get(id))))
    }
    const routed = new Map<string, RoutedProfile>()
    for (const { id, slug, name, description, toolNaming } of profileRows) {
      const choices = linked.get(id) ?? new Map()
      routed.set(slug, {
        id,
        slug,
        name,
        description,
        toolNaming,
        serverIds: [...choices.keys()],
        accounts: named.get(id) ?? new Map(),
        toolChoices: choices,
      })
    }
    return {
      profiles: routed,
      servers: live,
      endpoints: new Map(serverRows.map(({ id, endpoint }) => [endpointKey(endpoint), id])),
      defaultSlug: profileRows.find(({ id }) => id === defaultId)?.slug ?? profileRows[0]?.slug ?? '',
      toolChoices: new Map(serverRows.map(({ id, toolPolicy }) => [id, choicesOf(toolPolicy, atServers.get(id))])),
      toolPins,
      changedTools: changedToolsOf(changedTools),
    }
  }

  let snapshot = await read(await store.read.tools.pins())
  async function pinsAgain({ toolPins }: RoutingSnapshot, id: ServerId): Promise<RoutingSnapshot['toolPins']> {
    const now = (await store.read.tools.pins(id)).get(id)
    const others = [...toolPins].filter(([other]) => other !== id)
    return new Map(now ? [...others, [id, now]] : others)
  }

  let refreshing = Promise.resolve()

  return {
    current: () => snapshot,
    onChange(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    refresh(pinsOf) {
      // One after another, so that an older reading never replaces a newer one.
      refreshing = refreshing
        .catch(() => {})
        .then(async () => {
          snapshot = await read(pinsOf === undefined ? snapshot.toolPins : await pinsAgain(snapshot, pinsOf))
          for (const listener of listeners) listener(snapshot)
        })
      return refreshing
    },
  }
}
