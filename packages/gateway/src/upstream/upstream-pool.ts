import { isDeepStrictEqual } from 'node:util'
import type { ServerStatus } from '@local-mcp/contract'
import type { RoutingSnapshot, ServerRecord } from '@local-mcp/core'
import { type AccountId, type Clock, type Logger, messageOf, type ServerId } from '@local-mcp/kernel'
import type { Offer } from './listing.ts'
import { createOutputTail, type OutputTail } from './supervision/output-tail.ts'
import { within } from './supervision/stop-ladder.ts'
import type { Transport } from './transport.ts'
import { createUpstream, type Upstream } from './upstream.ts'
import type { UpstreamEvents } from './upstream.types.ts'
import { accountOf, type UpstreamKey, upstreamKey } from './upstream-key.ts'

/** How long a quit waits for servers; the guardian ends what is left then. In milliseconds. */
const QUIT_CEILING = 5000
/** A server that hangs while it starts keeps others waiting for no longer than this, in milliseconds. */
const SLOT_HELD = 10_000
/** How often it is looked which servers are not used: a quarter of the time that they may be, within these bounds, in milliseconds. */
const LOOK_OFTEN = 100
const LOOK_SELDOM = 10_000

/** How many servers may start at the same time: each is often a package manager that loads every core. */
const STARTS_AT_ONCE = 4

export interface UpstreamPoolOptions {
  readonly createTransport: (record: ServerRecord, account: AccountId | null, tail: OutputTail) => Transport
  /** This process serves clients, so it starts what is to be kept running. */
  readonly serving: boolean
  /** How long a program may go unused before it is ended, in milliseconds, as of now; null for ever. */
  readonly idleAfter: () => number | null
  readonly clientVersion: string
  readonly clock: Clock
  readonly logger: Logger
  /** What was listed in an earlier life, by server. */
  readonly knownOffers: ReadonlyMap<ServerId, Offer>
  readonly onStatus: (key: UpstreamKey, status: ServerStatus) => void
  readonly onListed: (key: UpstreamKey, ...listed: Parameters<UpstreamEvents['listed']>) => void
  readonly onTold: (key: UpstreamKey, ...told: Parameters<UpstreamEvents['told']>) => void
  readonly onResourceUpdated: (key: UpstreamKey, ...updated: Parameters<UpstreamEvents['resourceUpdated']>) => void
  readonly onLog: (key: UpstreamKey, ...log: Parameters<UpstreamEvents['log']>) => void
  readonly onElicitationComplete: UpstreamEvents['elicitationComplete']
  readonly onRootsWanted: (key: UpstreamKey) => Promise<Buffer>
}

/** One upstream per registered server, and one more per account that a profile names, kept in step with the routing snapshot. */
export function createUpstreamPool(options: UpstreamPoolOptions) {
  const upstreams = new Map<UpstreamKey, Upstream>()
  const known = new Map(options.knownOffers)
  const stopping = new Set<Promise<void>>()
  const startSlot = createGate(STARTS_AT_ONCE, SLOT_HELD)
  const kept = new Set<ServerId>()
  const tails = new Map<ServerId, OutputTail>()
  let looking: NodeJS.Timeout | null = null

  /** The time may be changed meanwhile, so it is read anew each time. */
  function look(): void {
    for (const upstream of upstreams.values()) upstream.restIfUnused()
    const wait = Math.min(Math.max((options.idleAfter() ?? LOOK_SELDOM) / 4, LOOK_OFTEN), LOOK_SELDOM)
    looking = setTimeout(look, wait).unref()
  }
  look()

  /** It outlives the process, and the upstream, whose last words are in it. */
  function tailOf(id: ServerId): OutputTail {
    const tail = tails.get(id) ?? createOutputTail(options.clock)
    tails.set(id, tail)
    return tail
  }

  function add(key: UpstreamKey, record: ServerRecord, knownOffer: Offer | null, before?: Upstream, after?: Promise<void>): Upstream {
    /** What a replaced one still says is nobody's concern. */
    const whileCurrent =
      <Args extends unknown[]>(tell: (key: UpstreamKey, ...args: Args) => void) =>
      (...args: Args) => {
        if (upstreams.get(key) === upstream) tell(key, ...args)
      }
    const upstream: Upstream = createUpstream({
      record,
      key,
      createTransport: () => options.createTransport(record, accountOf(key), tailOf(record.id)),
      startSlot,
      clientVersion: options.clientVersion,
      clock: options.clock,
      logger: options.logger,
      knownOffer,
      knownHandshake: before?.handshake() ?? null,
      keepAlive: () => kept.has(record.id),
      idleAfter: options.idleAfter,
      ...(after ? { after } : {}),
      events: {
        statusChanged: whileCurrent(options.onStatus),
        listed: whileCurrent(options.onListed),
        told: whileCurrent(options.onTold),
        resourceUpdated: whileCurrent(options.onResourceUpdated),
        log: whileCurrent(options.onLog),
        elicitationComplete: options.onElicitationComplete,
        rootsWanted: () => options.onRootsWanted(key),
      },
    })
    upstreams.set(key, upstream)
    return upstream
  }

  function stop(upstream: Upstream, quitting = false): Promise<void> {
    const done: Promise<void> = upstream
      .stop(quitting)
      .catch((error: unknown) => options.logger.warn('Stopping a server failed', { server: upstream.record.name, error: messageOf(error) }))
      .finally(() => stopping.delete(done))
    stopping.add(done)
    return done
  }

  /** Puts another one in its place at once, so that nothing that happens meanwhile meets the old one. */
  function replace(present: Upstream, record: ServerRecord): Upstream {
    const upstream = add(present.key, record, present.offer(), present, stop(present))
    options.onStatus(present.key, upstream.status())
    return upstream
  }

  return {
    get: (key: UpstreamKey) => upstreams.get(key),
    all: () => upstreams.values(),
    /** What a server wrote beside the protocol. */
    log: (id: ServerId) => tailOf(id).read(),

    /** Adds what is new, stops what is gone, and replaces what now runs something else. */
    sync(snapshot: RoutingSnapshot): void {
      const named = new Map(
        [...snapshot.profiles.values()].flatMap(({ accounts }) =>
          [...accounts].map(([id, account]) => [upstreamKey(id, account), id] as const),
        ),
      )
      for (const [key, upstream] of upstreams) {
        const { id } = upstream.record
        if (snapshot.servers.has(id) && (key === id || named.has(key))) continue
        upstreams.delete(key)
        void stop(upstream)
        if (key !== id) continue
        tails.delete(id)
        kept.delete(id)
        // A deleted server may come back.
        const offer = upstream.offer()
        if (offer) known.set(id, offer)
      }
      for (const record of snapshot.servers.values()) {
        for (const key of [record.id, ...[...named].flatMap(([key, id]) => (id === record.id ? [key] : []))]) {
          const present = upstreams.get(key)
          // Until it is listed as that account, it offers what it offers as the default one.
          if (!present) add(key, record, upstreams.get(record.id)?.offer() ?? known.get(record.id) ?? null)
          else if (!sameProcess(present.record, record)) replace(present, record)
        }
        if (record.keepAlive) kept.add(record.id)
        else kept.delete(record.id)
        if (record.keepAlive && options.serving) upstreams.get(record.id)?.keep()
      }
    },

    /** What a server that is gone for good listed. */
    forget(id: ServerId): void {
      known.delete(id)
    },

    async restart(id: ServerId): Promise<void> {
      for (const present of [...upstreams.values()].filter(({ record }) => record.id === id)) {
        const ready = replace(present, present.record).ready()
        if (present.key === id) await ready.catch(() => {})
        else ready.catch(() => {})
      }
    },

    /** Ends all servers at once. Resolves when they are gone, or after 5 s. */
    async close(): Promise<void> {
      if (looking) clearTimeout(looking)
      for (const upstream of upstreams.values()) void stop(upstream, true)
      upstreams.clear()
      await within(Promise.allSettled(stopping), QUIT_CEILING)
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
    isDeepStrictEqual([a.config, a.apiKey, a.sources], [b.config, b.apiKey, b.sources])
  )
}

/** @param heldFor after so many milliseconds a place is given to the next one, although its work goes on */
function createGate(places: number, heldFor: number) {
  let free = places
  const waiting: (() => void)[] = []
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    let held = true
    const leave = () => {
      if (!held) return
      held = false
      const next = waiting.shift()
      if (next) next()
      else free++
    }
    const timer = setTimeout(leave, heldFor)
    try {
      return await work()
    } finally {
      clearTimeout(timer)
      leave()
    }
  }
}
