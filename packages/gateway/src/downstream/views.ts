import type { ToolNaming } from '@local-mcp/contract'
import { NO_CHOICES, type RoutingSnapshot, type RoutingSource, type ToolChoices, type ToolCustom } from '@local-mcp/core'
import type { Clock, ProfileId, ServerId } from '@local-mcp/kernel'
import { isObject } from '@local-mcp/kernel'
import { buildCatalog, type Catalog, type CatalogServer } from '../catalog/catalog.ts'
import type { PinGate } from '../catalog/pin-gate.ts'
import { CORE_NAMESPACES, META } from '../protocol/revisions.ts'
import type { Handshake } from '../upstream/handshake.ts'
import { type ItemKind, type ListedItem, NO_OFFER } from '../upstream/listing.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { serverOf, type UpstreamKey, upstreamKey } from '../upstream/upstream-key.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import type { EndpointView } from './endpoint.ts'
import { gatewayInfo } from './methods.ts'
import { splitKey } from './rights.ts'

/** How long after its start a server that was never listed is waited for by tools/list, in milliseconds. */
const FIRST_LIST_WAIT = 10_000
/** When servers are started whose lists were known, in milliseconds after these went out. */
const WARM_AFTER = 100

/** What an address leads to at this moment. */
interface Target {
  /** Slug of the profile, or of the single server. */
  readonly label: string
  /** Null for a single server. */
  readonly profileId: ProfileId | null
  readonly name: string
  readonly description: string | null
  readonly toolNaming: ToolNaming
  readonly serverIds: readonly UpstreamKey[]
  /** Null for a single server: what it lets through itself is all there is to say. */
  readonly toolChoices: ReadonlyMap<ServerId, ToolChoices> | null
  /** Profiles that a token may be limited to and still use this. */
  readonly profileIds: readonly ProfileId[]
}

/** For a server that just went: nothing of it is let through. */
const NOTHING_ALLOWED: ToolChoices = { policy: 'allowlist', ...NO_CHOICES }

/** The key of the default profile's address, which stays the same when another profile becomes the default. */
const GATEWAY_KEY = 'gateway'
const SERVER = 's/'
export const serverKey = (id: ServerId) => `${SERVER}${id}`

/** @param key as the address has it, with the scope of a token that may use some servers only */
function findTarget(key: string, snapshot: RoutingSnapshot): Target | null {
  const { base, only } = splitKey(key)
  const target = findWhole(base, snapshot)
  if (!target || !only) return target
  const serverIds = target.serverIds.filter((key) => only.includes(serverOf(key)))
  // The address of a single server leads nowhere for a token of others.
  return serverIds.length === 0 && base.startsWith(SERVER) ? null : { ...target, serverIds }
}

function findWhole(key: string, { profiles, servers, defaultSlug }: RoutingSnapshot): Target | null {
  if (key.startsWith(SERVER)) {
    const server = servers.get(key.slice(SERVER.length) as ServerId)
    if (!server) return null
    const profileIds = [...profiles.values()].filter(({ serverIds }) => serverIds.includes(server.id)).map(({ id }) => id)
    return {
      label: server.slug,
      profileId: null,
      name: server.name,
      description: null,
      toolNaming: 'first_wins',
      serverIds: [server.id],
      toolChoices: null,
      profileIds,
    }
  }
  const profile = profiles.get(key === GATEWAY_KEY ? defaultSlug : key)
  if (!profile) return null
  const serverIds = profile.serverIds.map((id) => upstreamKey(id, profile.accounts.get(id)))
  return { ...profile, serverIds, label: profile.slug, profileId: profile.id, profileIds: [profile.id] }
}

/**
 * The endpoints that were asked for so far. Each looks its target up anew, so it follows every change of profiles
 * and servers, and keeps its merged catalogue until something in it changed.
 */
export function createViews(
  routing: RoutingSource,
  pool: UpstreamPool,
  pins: PinGate,
  clock: Clock,
  version: string,
  onLogLevel: (ids: readonly ServerId[]) => void,
) {
  const views = new Map<string, EndpointView>()
  const modernTail = `,"ttlMs":0,"cacheScope":"private","_meta":${JSON.stringify({ [META.serverInfo]: gatewayInfo(version) })}`
  let generation = 0

  function usable(key: string): Upstream[] {
    const ids = findTarget(key, routing.current())?.serverIds ?? []
    return ids.flatMap((id) => {
      const upstream = pool.get(id)
      return upstream?.offered ? [upstream] : []
    })
  }

  function createView(key: string): EndpointView {
    let cached: { generation: number; catalog: Catalog } | null = null
    const target = () => findTarget(key, routing.current())
    function build(change: (server: CatalogServer) => CatalogServer): Catalog {
      const { servers, toolChoices, changedTools } = routing.current()
      const atLinks = target()?.toolChoices
      const merged = usable(key).map(({ key: id, record, offer, handshake }) =>
        change({
          id,
          slug: servers.get(record.id)?.slug ?? record.slug,
          offer: offer() ?? NO_OFFER,
          era: handshake()?.era ?? ('legacy' as const),
          overHttp: record.type === 'remote_http',
          choices: [toolChoices.get(record.id) ?? NOTHING_ALLOWED, ...(atLinks ? [atLinks.get(record.id) ?? NOTHING_ALLOWED] : [])],
          isWithheld: (kind: ItemKind, item: ListedItem) => changedTools === 'block' && pins.isChanged(record, kind, item),
        }),
      )
      return buildCatalog(target()?.toolNaming ?? 'first_wins', merged, modernTail)
    }
    return {
      key,
      get label() {
        return target()?.label ?? key
      },
      get profileId() {
        return target()?.profileId ?? null
      },
      get name() {
        return target()?.name ?? key
      },
      get description() {
        return target()?.description ?? null
      },
      get serverIds() {
        return target()?.serverIds ?? []
      },
      get instructions() {
        const texts = usable(key).map(({ record, handshake }) => ({ name: record.name, text: handshake()?.instructions ?? null }))
        return mergeInstructions(target()?.description ?? null, texts)
      },
      get extensions() {
        const merged: Record<string, unknown> = {}
        for (const { handshake } of usable(key)) {
          for (const [id, about] of Object.entries(extensionsOf(handshake()))) merged[id] ??= about
        }
        return merged
      },
      catalog() {
        if (cached?.generation !== generation) cached = { generation, catalog: build((server) => server) }
        return cached.catalog
      },
      preview(id, tool, custom) {
        const catalog = build((server) =>
          serverOf(server.id) === id
            ? { ...server, choices: server.choices.map((choices) => withTool(choices, tool, custom)), isWithheld: () => false }
            : server,
        )
        return catalog.outcomes().find(({ serverId, own }) => serverOf(serverId) === id && own === tool)
      },
      // A server that was never connected may have any.
      resourceServers: () =>
        usable(key)
          .filter(({ handshake }) => isObject((handshake()?.capabilities ?? { resources: {} }).resources))
          .map((upstream) => upstream.key),
      extensionServers(method) {
        const owner = method.slice(0, Math.max(0, method.indexOf('/')))
        // What MCP itself defines in one era is never passed on in the other.
        if (owner === '' || CORE_NAMESPACES.has(owner)) return []
        const all = usable(key)
        const having = all.filter(({ handshake }) =>
          Object.keys(extensionsOf(handshake())).some((id) => id === owner || id.startsWith(`${owner}/`)),
        )
        // Where there is a single server, what it knows is its own affair.
        return (having.length > 0 || all.length > 1 ? having : all).map((upstream) => upstream.key)
      },
      unknownUntilSignIn: () =>
        usable(key).flatMap((upstream) => (!upstream.offer() && upstream.status().state === 'auth_required' ? [upstream.key] : [])),
      serverHas: (server, capability) => isObject((pool.get(server)?.handshake()?.capabilities ?? { [capability]: {} })[capability]),
      logLevelChanged: () => onLogLevel(usable(key).map((upstream) => upstream.key)),
      rootsChanged() {
        for (const upstream of usable(key)) upstream.rootsChanged()
      },
      async prepare() {
        const neverListed = usable(key).filter((upstream) => {
          // The list is known: it goes out first, and the server may be there by the first call.
          if (upstream.offer()) setTimeout(() => lookAfter(upstream.key), WARM_AFTER).unref()
          return !upstream.offer()
        })
        if (neverListed.length === 0) return
        const starting = Promise.allSettled(neverListed.map((upstream) => upstream.ready()))
        let timer: NodeJS.Timeout | undefined
        const longEnough = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, Math.max(...neverListed.map(stillWorthWaiting)))
        })
        await Promise.race([starting, longEnough])
        clearTimeout(timer)
      },
    }
  }

  function lookAfter(key: UpstreamKey): void {
    const upstream = pool.get(key)
    upstream?.warm()
    upstream?.freshen()
  }

  /** A server that has hung since its start is not waited for again by every list. In milliseconds. */
  function stillWorthWaiting({ status }: Upstream): number {
    const { state, since } = status()
    if (state === 'disconnected') return FIRST_LIST_WAIT
    return state === 'connecting' ? Math.max(0, since + FIRST_LIST_WAIT - clock.now()) : 0
  }

  return {
    /** The endpoint of that key, and the profiles that a limited token needs one of; null where it leads nowhere. */
    find(key: string): { view: EndpointView; profileIds: readonly ProfileId[] } | null {
      const target = findTarget(key, routing.current())
      if (!target) return null
      let view = views.get(key)
      if (!view) {
        view = createView(key)
        views.set(key, view)
      }
      return { view, profileIds: target.profileIds }
    },
    /** Catalogues are merged anew when they are next needed. */
    invalidate(): void {
      generation++
      for (const key of views.keys()) if (!findTarget(key, routing.current())) views.delete(key)
    },
    all: () => views.values(),
  }
}

/** The same choices, but for one tool that is let through and says something else. */
const withTool = ({ policy, switched, custom }: ToolChoices, tool: string, wanted: ToolCustom): ToolChoices => ({
  policy,
  switched: new Map(switched).set(tool, true),
  custom: new Map(custom).set(tool, wanted),
})

const extensionsOf = (handshake: Handshake | null): Record<string, unknown> => {
  const extensions = handshake?.era === 'modern' ? handshake.capabilities.extensions : null
  return isObject(extensions) ? extensions : {}
}

/** Instructions of all servers together, in characters: every client's model reads them. */
const MAX_INSTRUCTIONS = 8000

function mergeInstructions(
  description: string | null,
  servers: readonly { readonly name: string; readonly text: string | null }[],
): string | null {
  const given = servers.filter(({ text }) => text !== null)
  // A single server speaks for itself.
  if (servers.length === 1 && !description) return given[0]?.text ?? null
  const parts = [...(description ? [description] : []), ...given.map(({ name, text }) => `# ${name}\n${text}`)]
  return parts.length === 0 ? null : parts.join('\n\n').slice(0, MAX_INSTRUCTIONS)
}

export type Views = ReturnType<typeof createViews>
