import type { ToolNaming } from '@local-mcp/contract'
import type { RoutingSnapshot, RoutingSource } from '@local-mcp/core'
import type { Clock, ProfileId, ServerId } from '@local-mcp/kernel'
import { buildCatalog, type Catalog } from '../catalog/catalog.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import type { EndpointView } from './endpoint.ts'

/** How long after its start a server that was never listed is waited for by tools/list, in milliseconds. */
const FIRST_LIST_WAIT = 10_000

/** What an address leads to at this moment. */
interface Target {
  /** Slug of the profile, or of the single server. */
  readonly label: string
  readonly name: string
  readonly description: string | null
  readonly toolNaming: ToolNaming
  readonly serverIds: readonly ServerId[]
  /** Profiles that a token may be limited to and still use this. */
  readonly profileIds: readonly ProfileId[]
}

/** The key of the default profile's address, which stays the same when another profile becomes the default. */
const GATEWAY_KEY = 'gateway'
const SERVER = 's/'
export const serverKey = (id: ServerId) => `${SERVER}${id}`

function findTarget(key: string, { profiles, servers, defaultSlug }: RoutingSnapshot): Target | null {
  if (key.startsWith(SERVER)) {
    const server = servers.get(key.slice(SERVER.length) as ServerId)
    if (!server) return null
    const profileIds = [...profiles.values()].filter(({ serverIds }) => serverIds.includes(server.id)).map(({ id }) => id)
    return { label: server.slug, name: server.name, description: null, toolNaming: 'first_wins', serverIds: [server.id], profileIds }
  }
  const profile = profiles.get(key === GATEWAY_KEY ? defaultSlug : key)
  return profile ? { ...profile, label: profile.slug, profileIds: [profile.id] } : null
}

/**
 * The endpoints that were asked for so far. Each looks its target up anew, so it follows every change of profiles
 * and servers, and keeps its merged catalogue until something in it changed.
 */
export function createViews(routing: RoutingSource, pool: UpstreamPool, clock: Clock) {
  const views = new Map<string, EndpointView>()
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
    return {
      key,
      get label() {
        return target()?.label ?? key
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
      catalog() {
        if (cached?.generation !== generation) {
          const { servers } = routing.current()
          const merged = usable(key).map(({ record, tools }) => ({
            id: record.id,
            slug: servers.get(record.id)?.slug ?? record.slug,
            tools: tools() ?? [],
          }))
          cached = { generation, catalog: buildCatalog(target()?.toolNaming ?? 'first_wins', merged) }
        }
        return cached.catalog
      },
      async prepare() {
        const neverListed = usable(key).filter((upstream) => {
          if (upstream.tools()) upstream.warm()
          return !upstream.tools()
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
    leadsSomewhere: (key: string) => findTarget(key, routing.current()) !== null,
    all: () => views.values(),
  }
}
