import { PROBLEMS, type ServerProblem, type ServerState, type ServerStatus } from '@local-mcp/contract'
import { isApproved, type ServerRecord } from '@local-mcp/core'
import { messageOf } from '@local-mcp/kernel'
import type { Era } from '../protocol/revisions.ts'
import { type Connection, createConnection } from './connection.ts'
import type { ListKind } from './connection.types.ts'
import { connectionError } from './diagnose/explain-connection.ts'
import type { Handshake } from './handshake.ts'
import { changedKinds, ITEM_KINDS, type ItemKind, LISTS, listOffer, NO_OFFER, type Offer } from './listing.ts'
import { createLogWishes } from './log-wishes.ts'
import { UpstreamError } from './problems.ts'
import { createRelisting } from './relisting.ts'
import { createDemand } from './supervision/demand.ts'
import { createRestarts } from './supervision/restarts.ts'
import type { UpstreamOptions } from './upstream.types.ts'
import { type ServerWatch, watchServer } from './watch.ts'

/** How long a server may take to start and shake hands, in milliseconds. */
const STARTUP_TIMEOUT = 30_000
/** A list that is older is read again when somebody asks for it: not every server says that it changed. In milliseconds. */
const FRESH_FOR = 5 * 60_000
/** Problems that wait for a person. */
const STATES: Readonly<Record<string, ServerState>> = {
  AUTH_REQUIRED: 'auth_required',
  SIGN_IN_ENDED: 'auth_required',
  SCOPE_MISSING: 'auth_required',
  PROGRAM_CHANGED: 'approval_required',
}
/** Ends of a program that being asked in an era it does not know may have caused. */
const UNEXPLAINED = new Set(['EXITED', 'EXITED_EARLY', 'CRASHED'])

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
  let listedAt = 0
  let watch: ServerWatch | null = null
  const watched = new Set<string>()
  /** Absolute path of the program that was started last. */
  let program: string | null = null
  const logWishes = createLogWishes((level) => watch?.logLevel(level))
  /** What the configuration says; a server that ended when it was asked in the modern way is not asked so again. */
  let eras = erasOf(record)
  let connection: Connection | null = null
  let opening: Connection | null = null
  let starting: Promise<Connection> | null = null
  const demand = createDemand()
  const restarts = createRestarts(() => {
    if (wanted()) start().catch(() => {})
  })
  /** The end of a process that failed or was not used: the next one waits for it. */
  let ending: Promise<void> = Promise.resolve()
  /** It was ended because nobody used it; what it listed is still offered, and the next call starts it. */
  let resting = false
  let stopped = false

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
    const { code, evidence } = error.problem
    const { problem: shown } = restarts.failed(error) ? new UpstreamError('CRASH_LOOP', evidence) : error
    logger.warn('Server is not available', { server: record.name, problem: shown.code, evidence: evidence.slice(-3) })
    enter(STATES[code] ?? 'error', shown)
  }

  /** Whether it is to be there although nobody waits for it at this moment. */
  function wanted(): boolean {
    if (options.keepAlive() || watched.size > 0 || demand.hasTasks()) return true
    return record.type === 'external' && demand.age() < (options.idleAfter() ?? Number.POSITIVE_INFINITY)
  }

  async function open(): Promise<Connection> {
    await options.after
    await ending
    // It may have been removed while it waited for its turn.
    if (stopped) throw new UpstreamError('CONNECTION_LOST', ['The server was removed or changed'])
    enter('connecting')
    try {
      return await connect().catch((error: unknown) => {
        if (eras !== 'auto' || !(error instanceof UpstreamError) || !UNEXPLAINED.has(error.problem.code) || stopped) throw error
        eras = 'legacy'
        return ending.then(connect)
      })
    } catch (thrown) {
      const error = connectionError(thrown, record.name)
      if (!stopped) failed(error)
      throw error
    }
  }

  function end(which: Connection): Promise<void> {
    ending = which.close().catch(() => {})
    return ending
  }

  async function connect(): Promise<Connection> {
    const transport = options.createTransport()
    const opened: Connection = createConnection(transport, options.clientVersion, {
      ...events,
      listChanged: createRelisting((kinds) => relist(opened, kinds)),
      closed: (error) => onClosed(opened, error),
    })
    opening = opened
    try {
      const settled = await opened.open(STARTUP_TIMEOUT, eras).finally(() => {
        program = opened.program ?? program
      })
      handshake = settled
      const listed = await listOffer(opened, settled, ITEM_KINDS, options.clientVersion, unreadable)
      if (stopped) throw new UpstreamError('CONNECTION_LOST', ['The server was stopped while it started'])
      connection = opened
      restarts.connected()
      watch = watchServer(opened, settled, options.clientVersion)
      const level = logWishes.level()
      if (level) void watch.logLevel(level)
      watch.resources(watched)
      take({ ...NO_OFFER, ...listed })
      enter('connected')
      return opened
    } catch (error) {
      void end(opened)
      throw error
    } finally {
      opening = null
    }
  }

  function unreadable(kind: ItemKind, error: UpstreamError): void {
    logger.warn('A list could not be read', { server: record.name, kind, error: error.message })
  }

  function drop(): void {
    connection = null
    watch?.close()
    watch = null
  }

  function onClosed(which: Connection, error: UpstreamError): void {
    if (connection !== which) return
    drop()
    if (stopped) return
    restarts.disconnected()
    // A server that forgot our session is not broken: the next call opens a new one.
    void end(which)
    if (error.notProcessed) {
      enter('disconnected')
      // Somebody waits for news, which only a connection brings.
      if (watched.size > 0) ready().catch(() => {})
    } else failed(error)
  }

  function take(listed: Offer): void {
    const changed = changedKinds(offer, listed)
    offer = listed
    listedAt = performance.now()
    if (changed.length > 0) events.listed(listed, changed)
  }

  /** @param said whether the server said that they changed */
  async function relist(which: Connection, kinds: readonly ListKind[], said = true): Promise<void> {
    if (connection !== which || !handshake) return
    try {
      const asked = ITEM_KINDS.filter((kind) => kinds.includes(LISTS[kind].capability))
      const listed = await listOffer(which, handshake, asked, options.clientVersion, unreadable)
      take({ ...(offer ?? NO_OFFER), ...listed })
      if (said) for (const kind of kinds) events.told(kind)
    } catch (error) {
      if (connection === which) logger.warn('Listing anew failed', { server: record.name, error: messageOf(error) })
    }
  }

  function start(): Promise<Connection> {
    restarts.begun()
    resting = false
    starting ??= options.startSlot(open).finally(() => {
      starting = null
    })
    return starting
  }

  /** The connection, opened if need be. Inside the wait after a failure, the failure is thrown again. @throws UpstreamError */
  function ready(): Promise<Connection> {
    demand.note()
    if (connection) return Promise.resolve(connection)
    if (starting) return starting
    if (stopped) return Promise.reject(new UpstreamError('CONNECTION_LOST', ['The server was removed or changed']))
    if (!record.enabled) return Promise.reject(new UpstreamError('CONNECTION_LOST', ['The server is switched off']))
    if (!approved) return Promise.reject(new UpstreamError('APPROVAL_REQUIRED'))
    if (problem && !restarts.mayStart()) return Promise.reject(rethrown(problem))
    return start()
  }

  return {
    record,
    /** Tells it from the same server as another account. */
    key: options.key,
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
      if (resting && watched.size > 0) ready().catch(() => {})
    },
    /** Notes how a task of it is doing: it is not ended while one runs. */
    noteTask: demand.task,
    /** The least severe log message that any session wants. */
    setLogLevel: logWishes.ofSessions,
    /** A request is to come with log messages from this level on. @returns the wait for the server to know; null where it does */
    needLogLevel: (level: string): Promise<void> | null => (handshake?.era === 'legacy' ? logWishes.ofRequest(level) : null),
    /** Whether its tools may be offered and called. */
    offered: record.enabled && approved,
    /** Starts it without waiting, unless it was ended for not being used; what goes wrong is in the state. */
    warm(): void {
      if (record.enabled && approved && !resting) ready().catch(() => {})
    },
    /** Lists it again if that was long ago, without waiting. */
    freshen(): void {
      if (!connection || performance.now() - listedAt < FRESH_FOR) return
      // Not again while it is asked, nor at once where it fails.
      listedAt = performance.now()
      void relist(connection, ['tools', 'resources', 'prompts'], false)
    },
    /** It is to run from now on: it is started, and also after it was ended for not being used. */
    keep(): void {
      if (record.enabled && approved && !connection && !problem) ready().catch(() => {})
    },
    /** Ends the program if nobody has used it for long, nobody listens to it, and no task of it runs. */
    restIfUnused(): void {
      const idleAfter = options.idleAfter()
      if (!connection || record.type !== 'external' || idleAfter === null) return
      if (options.keepAlive() || watched.size > 0 || demand.hasTasks()) return
      if (Math.min(demand.age(), connection.unusedFor) < idleAfter) return
      const unused = connection
      drop()
      resting = true
      logger.info('A server that nobody uses is ended; the next call starts it', { server: record.name })
      void end(unused)
      enter('disconnected')
    },
    /** A client's roots are others; a server that cares asks for them. */
    rootsChanged(): void {
      if (connection && handshake?.era === 'legacy') connection.notify('notifications/roots/list_changed')
    },
    /** @param quitting the whole gateway ends */
    async stop(quitting: boolean): Promise<void> {
      stopped = true
      restarts.stop()
      const open = connection ?? opening
      drop()
      const wasOpening = open !== null && open === opening
      await Promise.all([open?.close(quitting), ending])
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

function rethrown(problem: ServerProblem): UpstreamError {
  const error = new UpstreamError(problem.code as keyof typeof PROBLEMS, problem.evidence)
  error.message = problem.message
  return error
}
