import { createHash } from 'node:crypto'
import { PROBLEMS, type ServerProblem, type ServerState, type ServerStatus } from '@local-mcp/contract'
import { isApproved, type ServerRecord } from '@local-mcp/core'
import { type Clock, type Logger, messageOf } from '@local-mcp/kernel'
import { type Connection, createConnection, type ServerIdentity } from './connection.ts'
import { connectionError, UpstreamError } from './problems.ts'
import type { ListedTool } from './tool-list.ts'
import type { Transport } from './transport.ts'

/** How long a server may take to start and shake hands, in milliseconds. */
const STARTUP_TIMEOUT = 30_000
/** Waits before a failed server is tried again: 1 s · 2^n, at most this, in milliseconds. */
const MAX_BACKOFF = 60_000
/** A server that lived this long starts with a clean slate, in milliseconds. */
const HEALTHY_AFTER = 60_000
const REFRESH_DELAY = 100
/** How long listing all tools may take, in milliseconds. */
const LIST_TIMEOUT = 30_000

export interface UpstreamEvents {
  statusChanged(status: ServerStatus): void
  toolsListed(tools: readonly ListedTool[]): void
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
  /** The tools that were listed in an earlier life; null if never. */
  readonly knownTools: readonly ListedTool[] | null
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
  let identity: ServerIdentity | null = null
  let tools: readonly ListedTool[] | null = options.knownTools
  let connection: Connection | null = null
  let opening: Connection | null = null
  let starting: Promise<Connection> | null = null
  let failures = 0
  let retryAt = 0
  let stopped = false
  let refreshing: Promise<void> | null = null
  let stale = false

  function idleState(): ServerState {
    if (!record.enabled) return 'disabled'
    return approved ? 'disconnected' : 'approval_required'
  }

  function status(): ServerStatus {
    return {
      state,
      problem:
        state === 'approval_required'
          ? { code: 'APPROVAL_REQUIRED', message: PROBLEMS.APPROVAL_REQUIRED.title, next: PROBLEMS.APPROVAL_REQUIRED.next, evidence: [] }
          : problem,
      since,
      pid: state === 'connected' ? (connection?.pid ?? null) : null,
      protocolVersion: identity?.protocolVersion ?? null,
      serverInfo: identity?.serverInfo ?? null,
      toolCount: tools?.length ?? null,
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
    enter(error.problem.code === 'AUTH_REQUIRED' ? 'auth_required' : 'error', error.problem)
  }

  async function open(): Promise<Connection> {
    await options.after
    // It may have been removed while it waited for its turn.
    if (stopped) throw new UpstreamError('CONNECTION_LOST', ['The server was removed or changed'])
    enter('connecting')
    const transport = options.createTransport(record)
    const opened: Connection = createConnection(transport, options.clientVersion, {
      toolsChanged: () => scheduleRefresh(opened),
      closed: (error) => onClosed(opened, error),
    })
    opening = opened
    try {
      identity = await opened.open(STARTUP_TIMEOUT)
      const listed = await opened.listTools(LIST_TIMEOUT)
      if (stopped) throw new UpstreamError('CONNECTION_LOST', ['The server was stopped while it started'])
      connection = opened
      takeTools(listed)
      enter('connected')
      return opened
    } catch (thrown) {
      const error = connectionError(thrown, record.name)
      void opened.close().catch(() => {})
      identity = null
      if (!stopped) failed(error)
      throw error
    } finally {
      opening = null
    }
  }

  function onClosed(which: Connection, error: UpstreamError): void {
    if (connection !== which) return
    connection = null
    identity = null
    if (stopped) return
    if (clock.now() - since > HEALTHY_AFTER) failures = 0
    // A server that forgot our session is not broken: the next call opens a new one.
    if (error.notProcessed) {
      void which.close()
      enter('disconnected')
    } else failed(error)
  }

  function takeTools(listed: readonly ListedTool[]): void {
    const digest = (list: readonly ListedTool[]) => {
      const hash = createHash('sha256')
      for (const tool of list) hash.update(tool.bytes).update('\n')
      return hash.digest('hex')
    }
    const changed = !tools || digest(tools) !== digest(listed)
    tools = listed
    if (changed) events.toolsListed(listed)
  }

  /** One listing at a time, however often the server says that its tools changed. */
  function scheduleRefresh(which: Connection): void {
    stale = true
    if (refreshing) return
    refreshing = refresh(which).finally(() => {
      refreshing = null
      if (stale && connection === which) scheduleRefresh(which)
    })
  }

  async function refresh(which: Connection): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_DELAY))
    if (connection !== which) return
    stale = false
    try {
      takeTools(await which.listTools(LIST_TIMEOUT))
    } catch (error) {
      logger.warn('Listing the tools failed', { server: record.name, error: messageOf(error) })
    }
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
    tools: () => tools,
    /** Whether its tools may be offered and called. */
    offered: record.enabled && approved,
    /** Starts it without waiting; what goes wrong is in the state. */
    warm(): void {
      if (record.enabled && approved) ready().catch(() => {})
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
      const wasOpening = open !== null && open === opening
      await open?.close()
      // One that waits for its turn finds out by itself; nobody has to wait with it.
      if (wasOpening) await starting?.catch(() => {})
    },
  }
}

export type Upstream = ReturnType<typeof createUpstream>

function rethrown(problem: ServerProblem): UpstreamError {
  const error = new UpstreamError(problem.code as keyof typeof PROBLEMS, problem.evidence)
  error.message = problem.message
  return error
}
