import { createHash } from 'node:crypto'
import { PROBLEMS, type ServerProblem, type ServerState, type ServerStatus } from '@local-mcp/contract'
import { isApproved, type ServerRecord } from '@local-mcp/core'
import { type Clock, type Logger, messageOf } from '@local-mcp/kernel'
import { isObject } from '../protocol/client.ts'
import { type Era, LOG_LEVELS } from '../protocol/revisions.ts'
import type { Frame } from '../wire/frame.ts'
import { type Connection, createConnection } from './connection.ts'
import type { ConnectionEvents, ListKind } from './connection.types.ts'
import { connectionError } from './diagnose/explain-connection.ts'
import type { Handshake } from './handshake.ts'
import { ITEM_KINDS, type ItemKind, LISTS, type ListedItem, listAll, NO_OFFER, type Offer } from './listing.ts'
import { UpstreamError } from './problems.ts'
import type { Transport } from './transport.ts'
import { type ServerWatch, watchServer } from './watch.ts'

/** How long a server may take to start and shake hands, in milliseconds. */
const STARTUP_TIMEOUT = 30_000
/** Waits before a failed server is tried again: 1 s · 2^n, at most this, in milliseconds. */
const MAX_BACKOFF = 60_000
/** A server that lived this long starts with a clean slate, in milliseconds. */
const HEALTHY_AFTER = 60_000
const REFRESH_DELAY = 100
/** Ends of a program that being asked in an era it does not know may have caused. */
/** Problems that wait for a person. */
const STATES: Readonly<Record<string, ServerState>> = { AUTH_REQUIRED: 'auth_required', PROGRAM_CHANGED: 'approval_required' }
const UNEXPLAINED = new Set(['EXITED', 'EXITED_EARLY', 'CRASHED'])
/** How long listing all items of a kind may take, in milliseconds. */
const LIST_TIMEOUT = 30_000

export interface UpstreamEvents {
  statusChanged(status: ServerStatus): void
  /** @param changed kinds whose items are not what they were */
  listed(offer: Offer, changed: readonly ItemKind[]): void
  /** The server says that a list changed; it has been listed anew. */
  told(kind: ListKind): void
  resourceUpdated(uri: string, frame: Frame): void
  log(frame: Frame): void
  elicitationComplete: ConnectionEvents['elicitationComplete']
  rootsWanted: ConnectionEvents['rootsWanted']
}

export interface UpstreamOptions {
  readonly record: ServerRecord
  readonly createTransport: (record: ServerRecord) => Transport
  /** Bounds how many servers start at once. */
  readonly startSlot: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly clientVersion: string
  readonly clock: Clock
  readonly logger: Logger
  readonly events: UpstreamEvents
  /** The end of the one that this one replaces: two never run at the same time. */
  readonly after?: Promise<void>
  /** What was listed in an earlier life; null if never. */
  readonly knownOffer: Offer | null
  /** What the server said of itself in an earlier life. */
  readonly knownHandshake?: Handshake | null
}

/**
 * One registered server: started when it is needed, shared by everybody, tried again after a failure with growing
 * waits, and always with a state that says why it is not there.
 */
export function createUpstream(options: UpstreamOptions) {
  const { record, clock, logger, events } = options
  // A hash over the configuration, which never changes in the life of an upstream.
  const approved = isApproved(record)
  let state: ServerState = idleState()
  let problem: ServerProblem | null = null
  let since = clock.now()
  /** What it said last, kept when the connection is gone. */
  let handshake: Handshake | null = options.knownHandshake ?? null
  let offer: Offer | null = options.knownOffer
  let watch: ServerWatch | null = null
  const watched = new Set<string>()
  /** Absolute path of the program that was started last. */
  let program: string | null = null
  /** The least severe level that sessions want, and that any request of a modern client wanted. */
  let sessionsWant: string | null = null
  let requestsWant: string | null = null
  let logLevel: string | null = null
  /** What the configuration says; a server that ended when it was asked in the modern way is not asked so again. */
  let eras = erasOf(record)
  let connection: Connection | null = null
  let opening: Connection | null = null
  let starting: Promise<Connection> | null = null
  let failures = 0
  let retryAt = 0
  let stopped = false
  let refreshing: Promise<void> | null = null
  const stale = new Set<ListKind>()

  function idleState(): ServerState {
    if (!record.enabled) return 'disabled'
    return approved ? 'disconnected' : 'approval_required'
  }

  function status(): ServerStatus {
    return {
      state,
      problem:
        state === 'approval_required'
          ? (problem ?? {
              code: 'APPROVAL_REQUIRED',
              message: PROBLEMS.APPROVAL_REQUIRED.title,
              next: PROBLEMS.APPROVAL_REQUIRED.next,
              evidence: [],
            })
          : problem,
      since,
      pid: state === 'connected' ? (connection?.pid ?? null) : null,
      program,
      protocolVersion: state === 'connected' ? (handshake?.version ?? null) : null,
      serverInfo: state === 'connected' ? (handshake?.serverInfo ?? null) : null,
      toolCount: offer?.tool.length ?? null,
    }
  }

  function enter(next: ServerState, why: ServerProblem | null = null): void {
    state = next
    problem = why
    since = clock.now()
    events.statusChanged(status())
  }

  function failed(error: UpstreamError): void {
    failures++
    retryAt = clock.now() + Math.min(1000 * 2 ** (failures - 1), MAX_BACKOFF)
    logger.warn('Server is not available', { server: record.name, problem: error.problem.code, evidence: error.problem.evidence.slice(-3) })
    enter(STATES[error.problem.code] ?? 'error', error.problem)
  }

  async function open(): Promise<Connection> {
    await options.after
    // It may have been removed while it waited for its turn.
    if (stopped) throw new UpstreamError('CONNECTION_LOST', ['The server was removed or changed'])
    enter('connecting')
    try {
      return await connect().catch((error: unknown) => {
        if (eras !== 'auto' || !(error instanceof UpstreamError) || !UNEXPLAINED.has(error.problem.code) || stopped) throw error
        eras = 'legacy'
        return connect()
      })
    } catch (thrown) {
      const error = connectionError(thrown, record.name)
      if (!stopped) failed(error)
      throw error
    }
  }

  async function connect(): Promise<Connection> {
    const transport = options.createTransport(record)
    const opened: Connection = createConnection(transport, options.clientVersion, {
      ...events,
      listChanged: (kind) => scheduleRefresh(opened, kind),
      closed: (error) => onClosed(opened, error),
    })
    opening = opened
    try {
      const settled = await opened.open(STARTUP_TIMEOUT, eras).finally(() => {
        program = opened.program ?? program
      })
      handshake = settled
      const listed = await listKinds(opened, settled, ITEM_KINDS)
      if (stopped) throw new UpstreamError('CONNECTION_LOST', ['The server was stopped while it started'])
      connection = opened
      watch = watchServer(opened, settled, options.clientVersion)
      if (logLevel) void watch.logLevel(logLevel)
      watch.resources(watched)
      take({ ...NO_OFFER, ...listed })
      enter('connected')
      return opened
    } catch (error) {
      void opened.close().catch(() => {})
      throw error
    } finally {
      opening = null
    }
  }

  /** Lists what the server says it has. Servers that say nothing of their capabilities are asked for tools. */
  async function listKinds(which: Connection, { capabilities }: Handshake, kinds: readonly ItemKind[]): Promise<Partial<Offer>> {
    const silent = !Object.values(LISTS).some(({ capability }) => isObject(capabilities[capability]))
    const asked = kinds.filter((kind) => (silent ? kind === 'tool' : isObject(capabilities[LISTS[kind].capability])))
    const lists = await Promise.all(
      asked.map(async (kind): Promise<[ItemKind, readonly ListedItem[]]> => {
        try {
          return [kind, await listAll(which, kind, options.clientVersion, LIST_TIMEOUT)]
        } catch (error) {
          // What has no tools may be of no use; a list beside them that fails must not cost the tools.
          if (kind === 'tool' || !(error instanceof UpstreamError) || error.problem.code !== 'HANDSHAKE_REFUSED') throw error
          // Many servers have resources, but do not know what a template is.
          if (kind !== 'template') logger.warn('A list could not be read', { server: record.name, kind, error: error.message })
          return [kind, []]
        }
      }),
    )
    return Object.fromEntries(lists)
  }

  function onClosed(which: Connection, error: UpstreamError): void {
    if (connection !== which) return
    connection = null
    watch?.close()
    watch = null
    if (stopped) return
    if (clock.now() - since > HEALTHY_AFTER) failures = 0
    // A server that forgot our session is not broken: the next call opens a new one.
    if (error.notProcessed) {
      void which.close().catch(() => {})
      enter('disconnected')
      // Somebody waits for news, which only a connection brings.
      if (watched.size > 0) ready().catch(() => {})
    } else failed(error)
  }

  function take(listed: Offer): void {
    const before = offer
    const changed = ITEM_KINDS.filter((kind) => !before || digest(before[kind]) !== digest(listed[kind]))
    offer = listed
    if (changed.length > 0) events.listed(listed, changed)
  }

  /** One listing at a time, however often the server says that something changed. */
  function scheduleRefresh(which: Connection, kind: ListKind): void {
    stale.add(kind)
    if (refreshing) return
    refreshing = refresh(which).finally(() => {
      refreshing = null
      const [next] = stale
      if (next && connection === which) scheduleRefresh(which, next)
    })
  }

  async function refresh(which: Connection): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_DELAY))
    if (connection !== which || !handshake) return
    const kinds = [...stale]
    stale.clear()
    try {
      const listed = await listKinds(
        which,
        handshake,
        ITEM_KINDS.filter((kind) => kinds.includes(LISTS[kind].capability)),
      )
      take({ ...(offer ?? NO_OFFER), ...listed })
      for (const kind of kinds) events.told(kind)
    } catch (error) {
      logger.warn('Listing anew failed', { server: record.name, error: messageOf(error) })
    }
  }

  async function applyLogLevel(): Promise<void> {
    const least = LOG_LEVELS.find((level) => level === sessionsWant || level === requestsWant)
    if (!least || least === logLevel) return
    logLevel = least
    await watch?.logLevel(least)
  }

  /** The connection, opened if need be. Inside the wait after a failure, the failure is thrown again. @throws UpstreamError */
  function ready(): Promise<Connection> {
    if (connection) return Promise.resolve(connection)
    if (starting) return starting
    if (stopped) return Promise.reject(new UpstreamError('CONNECTION_LOST', ['The server was removed or changed']))
    if (!record.enabled) return Promise.reject(new UpstreamError('CONNECTION_LOST', ['The server is switched off']))
    if (!approved) return Promise.reject(new UpstreamError('APPROVAL_REQUIRED'))
    if (problem && clock.now() < retryAt) return Promise.reject(rethrown(problem))
    starting = options.startSlot(open).finally(() => {
      starting = null
    })
    return starting
  }

  return {
    record,
    status,
    ready,
    /** What it listed last; null if never. */
    offer: () => offer,
    /** What it said of itself last; null if never. */
    handshake: () => handshake,
    /** The resources that somebody wants to hear about, from now on and after every new connection. */
    watchResources(uris: ReadonlySet<string>): void {
      watched.clear()
      for (const uri of uris) watched.add(uri)
      watch?.resources(watched)
    },
    /** The least severe log message that any session wants. */
    setLogLevel(level: string): void {
      sessionsWant = level
      void applyLogLevel()
    },
    /** A request is to come with log messages from this level on. @returns the wait for the server to know; null where it does */
    needLogLevel(level: string): Promise<void> | null {
      if (handshake?.era !== 'legacy' || (requestsWant && LOG_LEVELS.indexOf(requestsWant) <= LOG_LEVELS.indexOf(level))) return null
      requestsWant = level
      return applyLogLevel()
    },
    /** Whether its tools may be offered and called. */
    offered: record.enabled && approved,
    /** Starts it without waiting; what goes wrong is in the state. */
    warm(): void {
      if (record.enabled && approved) ready().catch(() => {})
    },
    /** A client's roots are others; a server that cares asks for them. */
    rootsChanged(): void {
      if (connection && handshake?.era === 'legacy') connection.notify('notifications/roots/list_changed')
    },
    /** Forgets earlier failures, so that the next start is not delayed. */
    forgive(): void {
      failures = 0
      retryAt = 0
    },
    async stop(): Promise<void> {
      stopped = true
      const open = connection ?? opening
      connection = null
      watch?.close()
      const wasOpening = open !== null && open === opening
      await open?.close()
      // One that waits for its turn finds out by itself; nobody has to wait with it.
      if (wasOpening) await starting?.catch(() => {})
    },
  }
}

export type Upstream = ReturnType<typeof createUpstream>

function erasOf({ config }: ServerRecord): 'auto' | Era {
  const protocol = 'protocol' in config ? config.protocol : undefined
  return protocol === '2026-07-28' ? 'modern' : (protocol ?? 'auto')
}

function digest(items: readonly ListedItem[]): string {
  const hash = createHash('sha256')
  for (const { bytes } of items) hash.update(bytes).update('\n')
  return hash.digest('hex')
}

function rethrown(problem: ServerProblem): UpstreamError {
  const error = new UpstreamError(problem.code as keyof typeof PROBLEMS, problem.evidence)
  error.message = problem.message
  return error
}
