import type { DiscoveredServer, DiscoveredStatus } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import { allowsProfile, allowsServer, type Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import type { ServerRecord } from '../records.ts'

const TRANSPORT = { external: 'stdio', custom: 'stdio', remote_http: 'http', remote_sse: 'sse', builtin: 'builtin' } as const

/** What agents may find: real rows, as the token may see them. No credentials, no configuration. */
export function createDiscoveryService({ store, upstreams }: Pick<ServiceDependencies, 'store' | 'upstreams'>) {
  /** A token for some profiles sees the servers of those profiles, one for some servers these. */
  async function visible(context: Context): Promise<ServerRecord[]> {
    const { principal } = context
    const servers = (await store.read.servers.list(principal)).filter(({ id }) => allowsServer(principal, id))
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

  /**
   * The list is given out only while the store can do all of its work: an agent that reads a list off a store that is half
   * gone would take what is missing for deleted.
   * @throws AppError NOT_READY naming the check that fails
   */
  async function whole<Result>(work: () => Promise<Result>): Promise<Result> {
    await assertWhole()
    try {
      return await work()
    } catch (error) {
      if (error instanceof AppError && error.code === 'SERVER_NOT_FOUND') throw error
      await assertWhole()
      throw notReady('query_path', error instanceof AppError ? error.code : 'INTERNAL', null, error)
    }
  }
  async function assertWhole(): Promise<void> {
    const failing = (await store.check()).find(({ ok }) => !ok)
    if (failing) throw notReady(failing.name, failing.code ?? 'INTERNAL', failing.detail)
  }

  async function find(context: Context, ref: string): Promise<ServerRecord> {
    const wanted = await store.read.servers.get(context.principal, ref)
    const found = wanted && (await visible(context)).find(({ id }) => id === wanted.id)
    if (!found) throw new AppError('SERVER_NOT_FOUND', `There is no server "${ref}"`)
    return found
  }

  return {
    /** @throws AppError NOT_READY */
    async servers(context: Context): Promise<{ status: 'success'; data: DiscoveredServer[]; total: number }> {
      const data = await whole(async () => (await visible(context)).map(describe))
      return { status: 'success', data, total: data.length }
    },

    /** @param ref id, slug or name @throws AppError SERVER_NOT_FOUND, NOT_READY */
    async server(context: Context, ref: string): Promise<{ status: 'success'; data: DiscoveredServer }> {
      return { status: 'success', data: await whole(async () => describe(await find(context, ref))) }
    },

    /** How it is doing, and why. @throws AppError SERVER_NOT_FOUND, NOT_READY */
    async status(context: Context, ref: string): Promise<{ status: 'success'; data: DiscoveredStatus }> {
      return {
        status: 'success',
        data: await whole(async () => {
          const { id, name } = await find(context, ref)
          const { state, problem, since } = upstreams.status(id)
          return {
            id,
            name,
            status: state,
            since,
            problem: problem && { code: problem.code, message: problem.message, next: problem.next },
          }
        }),
      }
    },
  }
}

const notReady = (check: string, cause: string, detail: string | null, error?: unknown) =>
  new AppError('NOT_READY', `The check "${check}" fails${detail ? `: ${detail}` : ''}`, { data: { check, cause }, cause: error })

export type DiscoveryService = ReturnType<typeof createDiscoveryService>
