import type { AppEvent, BadPoolEntry, Pool, PoolSlot } from '@local-mcp/contract'
import { AppError, type Clock, type EventBus } from '@local-mcp/kernel'
import type { Context, Principal } from '../context.ts'
import type { Store, StoreReader } from '../store.ports.ts'
import { endpointKey, isLoopbackName } from './endpoint-key.ts'
import { readPoolEntries, splitPool } from './pool-entries.ts'

/** How many endpoints are generated where nobody says what the pool is. */
export const POOL_SIZE = 256
const SETTING = 'endpoint_pool_urls'

export interface PoolOptions {
  readonly store: Store
  readonly events: EventBus<AppEvent>
  readonly clock: Clock
  readonly owner: Principal
  /** The text of `MCP_GATEWAY_URL_POOLS`; absent: the settings say it. */
  readonly given: string | undefined
  /** Port of the generated endpoints. */
  readonly port: number
  /** Whether this process serves: one that runs a single command changes the pool only where it was told one. */
  readonly serves: boolean
}

/** The addresses that servers get: one for each, for as long as the server lives. */
export async function createPoolService({ store, events, clock, owner, given, port, serves }: PoolOptions) {
  let bad: readonly BadPoolEntry[] = []
  let from: Pool['from'] = 'generated'
  let known: { readonly keys: ReadonlySet<string>; readonly hosts: ReadonlySet<string> } = { keys: new Set(), hosts: new Set() }

  async function entriesOf(reader: Pick<StoreReader, 'settings'>): Promise<readonly string[] | null> {
    const saved = given === undefined ? await reader.settings.get(SETTING) : undefined
    const list = given === undefined ? (Array.isArray(saved) ? saved.map(String) : null) : splitPool(given)
    from = given === undefined ? (list ? 'settings' : 'generated') : 'environment'
    const read = list && readPoolEntries(list)
    bad = read?.bad ?? []
    return read?.entries ?? null
  }

  async function remember(): Promise<void> {
    const rows = (await store.read.pool.list(owner)).map(({ url }) => url)
    const urls = rows.filter((url) => URL.canParse(url)).map((url) => new URL(url))
    known = {
      keys: new Set(rows.map(endpointKey)),
      // As a client that was given the URL writes it.
      hosts: new Set(urls.filter(({ hostname }) => !isLoopbackName(hostname)).map(({ host }) => host)),
    }
  }

  function warningOf(address: string): PoolSlot['warning'] {
    const url = URL.canParse(address) ? new URL(address) : null
    if (!url || !isLoopbackName(url.hostname)) return 'not_loopback'
    return serves && Number(url.port || 80) !== port ? 'other_port' : null
  }

  async function get(context: Context): Promise<Pool> {
    const rows = await store.read.pool.list(context.principal)
    const slots = rows.map(({ position, url, holder, retiredAt }) => ({
      slot: position + 1,
      url,
      holder,
      retiredAt,
      warning: warningOf(url),
    }))
    const free = slots.filter(({ holder, retiredAt }) => !holder && retiredAt === null).length
    return { from, slots, free, bad: [...bad], moved }
  }

  const entries = await entriesOf(store.read)
  const moved =
    serves || given !== undefined
      ? await store.transaction((tx) => tx.pool.align({ port: serves ? port : null, entries, generated: POOL_SIZE }, clock.now()))
      : 0
  await remember()

  return {
    get,
    /** How many servers got another address with the port. */
    moved,

    /**
     * Says what the pool is from now on. Servers keep the endpoints that they have.
     * @throws AppError CONFLICT where the environment says it
     */
    async configure(context: Context, urls: readonly string[] | null): Promise<Pool> {
      if (given !== undefined)
        throw new AppError('CONFLICT', 'MCP_GATEWAY_URL_POOLS says what the pool is', {
          next: 'Change or remove the variable, then restart.',
        })
      await store.transaction(async (tx) => {
        await tx.settings.set(SETTING, urls, clock.now())
        const entries = urls && readPoolEntries(urls).entries
        await tx.pool.align({ port: serves || !entries ? port : null, entries, generated: POOL_SIZE }, clock.now())
      })
      await entriesOf(store.read)
      await remember()
      events.emit({ type: 'pool.changed' })
      return get(context)
    },

    /** Hosts beside this computer's own that requests may name. */
    hosts: (): ReadonlySet<string> => known.hosts,

    /** The endpoint that a request is for, whether a server has it or not; null where it is for none. */
    find(host: string, path: string): { readonly key: string; readonly part: 'sse' | 'message' | null } | null {
      const address = `http://${host}${path}`
      if (!URL.canParse(address)) return null
      const key = endpointKey(address)
      if (known.keys.has(key)) return { key, part: null }
      const part = /\/(sse|message)$/.exec(key)?.[1] as 'sse' | 'message' | undefined
      const above = part && key.slice(0, -part.length - 1)
      return above !== undefined && known.keys.has(above) ? { key: above, part: part as 'sse' | 'message' } : null
    },
  }
}

export type PoolService = Awaited<ReturnType<typeof createPoolService>>
