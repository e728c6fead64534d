import type { DiscoveredServer } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import { allowsProfile, type Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import type { ServerRecord } from '../records.ts'

const TRANSPORT = { external: 'stdio', custom: 'stdio', remote_http: 'http', remote_sse: 'sse', builtin: 'builtin' } as const

/** What agents may find: real rows, as the token may see them. No credentials, no configuration. */
export function createDiscoveryService({ store, upstreams }: Pick<ServiceDependencies, 'store' | 'upstreams'>) {
  /** A token for some profiles sees the servers of those profiles. */
  async function visible(context: Context): Promise<ServerRecord[]> {
    const { principal } = context
    const servers = await store.read.servers.list(principal)
    if (allowsProfile(principal, null)) return servers
    const links = await store.read.links.listAll()
    const ids = new Set(
      links.filter(({ profileId, isActive }) => isActive && allowsProfile(principal, profileId)).map(({ serverId }) => serverId),
    )
    return servers.filter(({ id }) => ids.has(id))
  }

  function describe({ id, name, type, endpoint }: ServerRecord): DiscoveredServer {
    const { state, serverInfo, toolCount } = upstreams.status(id)
    return {
      id,
      name,
      status: state,
      version: serverInfo?.version ?? null,
      transport: TRANSPORT[type],
      capabilities: toolCount === null ? {} : { tools: { count: toolCount } },
      description: serverInfo?.name ?? null,
      endpoint,
    }
  }

  return {
    async servers(context: Context): Promise<{ status: 'success'; data: DiscoveredServer[]; total: number }> {
      const data = (await visible(context)).map(describe)
      return { status: 'success', data, total: data.length }
    },

    /** @param ref id, slug or name @throws AppError SERVER_NOT_FOUND */
    async server(context: Context, ref: string): Promise<{ status: 'success'; data: DiscoveredServer }> {
      const wanted = await store.read.servers.get(context.principal, ref)
      const found = wanted && (await visible(context)).find(({ id }) => id === wanted.id)
      if (!found) throw new AppError('SERVER_NOT_FOUND', `There is no server "${ref}"`)
      return { status: 'success', data: describe(found) }
    },
  }
}

export type DiscoveryService = ReturnType<typeof createDiscoveryService>
