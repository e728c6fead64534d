import { isDeepStrictEqual } from 'node:util'
import type { ServerStatus } from '@local-mcp/contract'
import type { RoutingSnapshot, ServerRecord } from '@local-mcp/core'
import { type Clock, type Logger, messageOf, type ServerId } from '@local-mcp/kernel'
import type { Offer } from './listing.ts'
import type { Transport } from './transport.ts'
import { createUpstream, type Upstream, type UpstreamEvents } from './upstream.ts'

/** How many servers may start at the same time: each is often a package manager that loads every core. */
const STARTS_AT_ONCE = 4

export interface UpstreamPoolOptions {
  readonly createTransport: (record: ServerRecord) => Transport
  readonly clientVersion: string
  readonly clock: Clock
  readonly logger: Logger
  /** What was listed in an earlier life, by server. */
  readonly knownOffers: ReadonlyMap<ServerId, Offer>
  readonly onStatus: (id: ServerId, status: ServerStatus) => void
  readonly onListed: (id: ServerId, ...listed: Parameters<UpstreamEvents['listed']>) => void
  readonly onTold: (id: ServerId, ...told: Parameters<UpstreamEvents['told']>) => void
  readonly onResourceUpdated: (id: ServerId, ...updated: Parameters<UpstreamEvents['resourceUpdated']>) => void
  readonly onLog: (id: ServerId, ...log: Parameters<UpstreamEvents['log']>) => void
  readonly onElicitationComplete: UpstreamEvents['elicitationComplete']
  readonly onRootsWanted: (id: ServerId) => Promise<Buffer>
}

/** One upstream per registered server, kept in step with the routing snapshot. */
export function createUpstreamPool(options: UpstreamPoolOptions) {
  const upstreams = new Map<ServerId, Upstream>()
  const stopping = new Set<Promise<void>>()
  const startSlot = createGate(STARTS_AT_ONCE)

  function add(record: ServerRecord, knownOffer: Offer | null, before?: Upstream, after?: Promise<void>): Upstream {
    /** What a replaced one still says is nobody's concern. */
    const whileCurrent =
      <Args extends unknown[]>(tell: (id: ServerId, ...args: Args) => void) =>
      (...args: Args) => {
        if (upstreams.get(record.id) === upstream) tell(record.id, ...args)
      }
    const upstream: Upstream = createUpstream({
      record,
      createTransport: options.createTransport,
      startSlot,
      clientVersion: options.clientVersion,
      clock: options.clock,
      logger: options.logger,
      knownOffer,
      knownHandshake: before?.handshake() ?? null,
      ...(after ? { after } : {}),
      events: {
        statusChanged: whileCurrent(options.onStatus),
        listed: whileCurrent(options.onListed),
        told: whileCurrent(options.onTold),
        resourceUpdated: whileCurrent(options.onResourceUpdated),
        log: whileCurrent(options.onLog),
        elicitationComplete: options.onElicitationComplete,
        rootsWanted: () => options.onRootsWanted(record.id),
      },
    })
    upstreams.set(record.id, upstream)
    return upstream
  }

  function stop(upstream: Upstream): Promise<void> {
    const done: Promise<void> = upstream
      .stop()
      .catch((error: unknown) => options.logger.warn('Stopping a server failed', { server: upstream.record.name, error: messageOf(error) }))
      .finally(() => stopping.delete(done))
    stopping.add(done)
    return done
  }

  /** Puts another one in its place at once, so that nothing that happens meanwhile meets the old one. */
  function replace(present: Upstream, record: ServerRecord): Upstream {
    const upstream = add(record, present.offer(), present, stop(present))
    options.onStatus(record.id, upstream.status())
    return upstream
  }

  return {
    get: (id: ServerId) => upstreams.get(id),

    /** Adds what is new, stops what is gone, and replaces what now runs something else. */
    sync(snapshot: RoutingSnapshot): void {
      for (const [id, upstream] of upstreams) {
        if (!snapshot.servers.has(id)) {
          upstreams.delete(id)
          void stop(upstream)
        }
      }
      for (const record of snapshot.servers.values()) {
        const present = upstreams.get(record.id)
        if (!present) {
          add(record, options.knownOffers.get(record.id) ?? null)
        } else if (!sameProcess(present.record, record)) {
          replace(present, record)
        }
      }
    },

    async restart(id: ServerId): Promise<void> {
      const present = upstreams.get(id)
      if (present)
        await replace(present, present.record)
          .ready()
          .catch(() => {})
    },

    async close(): Promise<void> {
      for (const upstream of upstreams.values()) void stop(upstream)
      upstreams.clear()
      await Promise.allSettled(stopping)
    },
  }
}

export type UpstreamPool = ReturnType<typeof createUpstreamPool>

/** Whether a change of the record leaves the running server as it is. */
function sameProcess(a: ServerRecord, b: ServerRecord): boolean {
  return (
    a.enabled === b.enabled &&
    a.approvedSha256 === b.approvedSha256 &&
    a.timeoutMs === b.timeoutMs &&
    isDeepStrictEqual([a.config, a.apiKey], [b.config, b.apiKey])
  )
}

function createGate(places: number) {
  let free = places
  const waiting: (() => void)[] = []
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
