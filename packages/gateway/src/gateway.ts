import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppEvent, Call, ServerSettings, ServerState } from '@local-mcp/contract'
import {
  type AccessSource,
  type CallHistory,
  type CallLog,
  may,
  type Principal,
  type ReplayTarget,
  type RoutingSource,
  type SecretSource,
  type ServerRecord,
  type SourceLookUp,
  type ToolRecord,
  type Upstreams,
} from '@local-mcp/core'
import { type AccountId, AppError, type Clock, type Logger, type ProfileId, type ServerId, type TokenId } from '@local-mcp/kernel'
import { createParkedCalls } from './bridge/parked-calls.ts'
import { type BuiltinFacts, createBuiltinTransport } from './builtin/builtin-server.ts'
import { createPinGate } from './catalog/pin-gate.ts'
import type { OnArrived } from './downstream/arrived.ts'
import { createCallHistory } from './downstream/call-history.ts'
import { createChanges } from './downstream/changes.ts'
import { createEndpoint, type EndpointView } from './downstream/endpoint.ts'
import { createExchanges } from './downstream/exchange.ts'
import { createHttpSse } from './downstream/http-sse.ts'
import { type Arrival, createLegacy } from './downstream/legacy.ts'
import { createListeners } from './downstream/listeners.ts'
import { createMemoryGuard } from './downstream/memory-guard.ts'
import { createMethods } from './downstream/methods.ts'
import { createModern } from './downstream/modern.ts'
import { createReplay } from './downstream/replay.ts'
import { isPlainKey, scopeKey } from './downstream/rights.ts'
import { createSessions, tokenIdOf } from './downstream/sessions.ts'
import { createSubscriptions } from './downstream/subscriptions.ts'
import { createViews, serverKey } from './downstream/views.ts'
import { LOG_LEVELS } from './protocol/revisions.ts'
import { createTransport } from './upstream/create-transport.ts'
import { toOffer, toRecords } from './upstream/offer-records.ts'
import { createProgramFinder } from './upstream/programs/program-finder.ts'
import { createKeeper } from './upstream/supervision/keeper.ts'
import { serverOf } from './upstream/upstream-key.ts'
import { createUpstreamPool } from './upstream/upstream-pool.ts'
import { createUpstreams } from './upstream/upstreams.ts'

/** Changes of tool lists are told together, in milliseconds. */
const TELL_AFTER = 100

export interface GatewayOptions {
  readonly routing: RoutingSource
  readonly facts: BuiltinFacts
  /** Variables that configurations may refer to, and from which servers get their minimal environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The gateway was started from a desktop: programs are searched with the PATH of the login shell from the first. */
  readonly shellFirst: boolean
  /** Values of sources that configurations refer to. */
  readonly lookUp: SourceLookUp
  /** Stored secrets that configurations refer to, and the API keys of servers. */
  readonly secrets: Pick<SecretSource, 'named' | 'apiKey'>
  /** Sign-ins at servers. */
  readonly access: AccessSource & { nameOf(server: ServerId, named: AccountId | null): string | null }
  /** What servers offered in an earlier life. */
  readonly knownOffers: ReadonlyMap<ServerId, readonly ToolRecord[]>
  /** Keeps what a server offers; resolves when that is done, or was given up. */
  readonly saveOffer: (server: ServerRecord, offer: readonly ToolRecord[]) => Promise<void>
  /** Where to write down which processes were started; null in a process that serves nobody, which starts none by itself. */
  readonly recordPath: string | null
  readonly settings: ServerSettings
  /** Where it is taken down what calls were about. */
  readonly log: CallLog
  readonly version: string
  readonly clock: Clock
  readonly logger: Logger
  readonly emit: (event: AppEvent) => void
  /** Told of each session that a client opens, and of each time that it lists the tools. */
  readonly onArrived: OnArrived
}

export interface Gateway {
  readonly upstreams: Upstreams
  readonly calls: CallHistory
  /** Makes a recorded request again, and resolves with the call when it has ended. @throws AppError NOT_REPLAYABLE */
  replay(target: ReplayTarget, principal: Principal): Promise<Call>
  /**
   * Serves one request to the MCP endpoint of a profile.
   *
   * @param piped it comes from a stdio bridge, whose client has no headers that could repeat what the body says
   * @throws AppError PROFILE_NOT_FOUND, FORBIDDEN
   */
  handleProfile(req: IncomingMessage, res: ServerResponse, slug: string, principal: Principal, piped?: boolean): Promise<void>
  /** Serves one request to the endpoint of a single server. @throws AppError SERVER_NOT_FOUND, FORBIDDEN */
  handleServer(req: IncomingMessage, res: ServerResponse, endpointKey: string, principal: Principal): Promise<void>
  /** Serves `<endpoint>/sse` and `<endpoint>/message` of either kind of endpoint. @throws AppError as the two above */
  handleSse(
    req: IncomingMessage,
    res: ServerResponse,
    part: 'sse' | 'message',
    where: { slug: string } | { endpointKey: string },
    principal: Principal,
  ): Promise<void>
  /** What an endpoint offers now, and how its servers are doing. @throws AppError PROFILE_NOT_FOUND, FORBIDDEN */
  info(slug: string, principal: Principal): EndpointInfo
  /** Ends what a token has open. @param forGood it is not valid any more, also for what is still on its way */
  endSessions(token: TokenId, forGood: boolean): void
  /** Ends sessions and servers. */
  close(): Promise<void>
}

/** Answer of `/mcp/<slug>/info`. */
export interface EndpointInfo {
  readonly name: string
  readonly slug: string
  readonly description: string | null
  readonly tools: readonly string[]
  /** Tools that share their name with another and are hidden for it. */
  readonly hiddenTools: readonly string[]
  /** Tools that are not as they were accepted and are kept back until somebody has looked at them. */
  readonly withheldTools: readonly string[]
  readonly servers: readonly { id: ServerId; name: string; state: ServerState; toolCount: number | null; problem: string | null }[]
}

/** The MCP side of the product: many servers behind one endpoint per profile. */
export function createGateway(options: GatewayOptions): Gateway {
  const { routing, clock, logger, emit, version } = options
  const keeper = createKeeper(options.recordPath, logger)
  const programs = createProgramFinder({ env: options.env, shellFirst: options.shellFirst })
  let { settings } = options
  const parked = createParkedCalls()
  const pins = createPinGate(routing)
  const subscriptions = createSubscriptions((server, uris) => pool.get(server)?.watchResources(uris))
  const sessions = createSessions(
    clock,
    (session) => {
      legacy.forget(session)
      updateLogLevels()
    },
    logger,
  )
  /** Tokens that were valid once: what they sent may still be on its way. */
  const ended = new Set<string>()
  let tellTimer: NodeJS.Timeout | null = null

  const pool = createUpstreamPool({
    createTransport: (record, account, tail) =>
      createTransport(record, account, tail, {
        env: options.env,
        lookUp: options.lookUp,
        secrets: options.secrets,
        access: options.access,
        keeper,
        programs,
        logger,
        builtin: () => createBuiltinTransport(options.facts, clock, version),
      }),
    serving: options.recordPath !== null,
    idleAfter: () => (settings.idleMinutes === 0 ? null : settings.idleMinutes * 60_000),
    clientVersion: version,
    clock,
    logger,
    knownOffers: new Map([...options.knownOffers].map(([id, records]) => [id, toOffer(records)])),
    onStatus(key, status) {
      if (status.state === 'connecting') {
        subscriptions.again(key)
        updateLogLevels()
      }
      // How a server is doing is how it is doing for its default account.
      if (key === serverOf(key)) emit({ type: 'server.status.changed', serverId: key, status })
    },
    onListed(serverId, offer) {
      const record = serverId === serverOf(serverId) ? pool.get(serverId)?.record : undefined
      if (record) pins.listed(serverId, offer)
      catalogsChanged()
      if (record) void options.saveOffer(record, toRecords(offer)).finally(() => emit({ type: 'server.tools.changed', serverId }))
    },
    onTold(serverId, kind) {
      for (const view of views.all()) if (view.serverIds.includes(serverId)) changes.tell(view, kind)
    },
    onResourceUpdated: subscriptions.updated,
    onLog: (serverId, frame) => changes.log(serverId, frame),
    onElicitationComplete: (client, frame) => changes.toClient(client, frame),
    onRootsWanted: (serverId) => changes.rootsFor(serverId),
  })

  const history = createCallHistory({
    clock,
    nameOf: options.access.nameOf,
    log: options.log,
    onStarted: (call) => emit({ type: 'call.started', call: { ...call } }),
    onFinished: (call) => emit({ type: 'call.finished', call: { ...call } }),
  })
  const views = createViews(routing, pool, pins, clock, version, updateLogLevels)
  const upstreams = createUpstreams({
    pool,
    pins,
    views,
    programs,
    clock,
    sessions,
    configure(changed) {
      settings = changed
    },
  })
  const methods = createMethods(createExchanges(pool, history, parked), version, options.onArrived)
  const listeners = createListeners(methods, subscriptions, version)
  const { onArrived } = options
  const legacy = createLegacy({ sessions, methods, subscriptions, history, version, onArrived })
  const modern = createModern({ methods, listeners, parked, history, version, onArrived })
  const replay = createReplay({ methods, views, routing, calls: history, version })
  const memory = createMemoryGuard({ sessions: sessions.count, logger })
  const endpoint = createEndpoint(legacy, modern, memory)
  const httpSse = createHttpSse({ sessions, legacy, version, onArrived: options.onArrived })
  const changes = createChanges({ sessions, listeners, views, logger })

  /** One process serves all, so it has to log what the most curious of its clients wants to hear. */
  function updateLogLevels(): void {
    const wanted = [...sessions.all()].flatMap(({ logLevel }) => logLevel ?? [])
    const least = LOG_LEVELS.find((level) => wanted.includes(level))
    if (least) for (const upstream of pool.all()) upstream.setLogLevel(least)
  }

  const stopListening = routing.onChange((snapshot) => {
    pool.sync(snapshot)
    catalogsChanged()
    sessions.removeWhere((session) => !mayStay(session.endpoint, session.principal))
    listeners.endWhere(({ endpoint: key, principal }) => !mayStay(key, principal))
  })
  pool.sync(routing.current())
  // It costs nothing to have it ready, and its tools are then known from the first moment.
  for (const { id, type } of routing.current().servers.values()) if (type === 'builtin') pool.get(id)?.warm()

  function catalogsChanged(): void {
    for (const view of views.all()) changes.remember(view)
    views.invalidate()
    tellTimer ??= setTimeout(() => {
      tellTimer = null
      for (const view of views.all()) changes.compare(view)
    }, TELL_AFTER)
  }

  const refuse = (reason: string, message: string) => new AppError('FORBIDDEN', message, { data: { reason } })
  const noProfile = (slug: string) => () => new AppError('PROFILE_NOT_FOUND', `There is no profile "${slug}"`)

  function enter(key: string, missing: () => AppError, principal: Principal): EndpointView {
    if (!may(principal, 'tools.read')) throw refuse('permission', 'The token lacks the right tools.read')
    const whole = isPlainKey(key) ? views.find(key) : null
    if (!whole) throw missing()
    if (!isFor(principal, whole.profileIds)) throw refuse('profile', 'This token is for other profiles')
    const scope = scopeKey(principal)
    if (scope === '') return whole.view
    const limited = views.find(key + scope)
    if (!limited) throw refuse('server', 'This token is for other servers')
    return limited.view
  }

  /** Whether somebody who has something open there might open it now. */
  function mayStay(key: string, principal: Principal): boolean {
    const found = views.find(key)
    return found !== null && isFor(principal, found.profileIds)
  }

  function arrive(req: IncomingMessage, res: ServerResponse, view: EndpointView, principal: Principal, piped = false): Arrival {
    const isWelcome = () => !ended.has(tokenIdOf(principal))
    return { req, res, view, principal, headers: piped ? null : req.headers, key: req.headers.authorization ?? '', isWelcome }
  }

  function enterServer(key: string, principal: Principal): EndpointView {
    const id = routing.current().endpoints.get(key)
    const missing = () => new AppError('SERVER_NOT_FOUND', 'No server has this endpoint')
    if (!id) throw missing()
    return enter(serverKey(id), missing, principal)
  }

  return {
    calls: history,
    replay,

    upstreams,

    async handleProfile(req, res, slug, principal, piped = false) {
      await endpoint.handle(arrive(req, res, enter(slug, noProfile(slug), principal), principal, piped))
    },

    async handleServer(req, res, key, principal) {
      await endpoint.handle(arrive(req, res, enterServer(key, principal), principal))
    },

    async handleSse(req, res, part, where, principal) {
      const view = 'slug' in where ? enter(where.slug, noProfile(where.slug), principal) : enterServer(where.endpointKey, principal)
      const arrival = arrive(req, res, view, principal)
      if (req.method !== (part === 'sse' ? 'GET' : 'POST'))
        throw new AppError('METHOD_NOT_ALLOWED', part === 'sse' ? 'Use GET' : 'Use POST')
      if (memory.isOver()) throw new AppError('OVERLOADED', 'The gateway is short of memory')
      if (part === 'sse') httpSse.open(arrival)
      else await httpSse.message(arrival)
    },

    info(slug, principal) {
      const view = enter(slug, noProfile(slug), principal)
      const { tools, hidden, withheld } = view.catalog()
      const { servers } = routing.current()
      return {
        name: view.name,
        slug: view.label,
        description: view.description,
        tools: tools.map(({ name }) => name),
        hiddenTools: hidden,
        withheldTools: withheld.tool.map(({ name }) => name),
        servers: view.serverIds.map((key) => {
          const id = serverOf(key)
          const { state, toolCount, problem } = pool.get(key)?.status() ?? upstreams.status(id)
          return { id, name: servers.get(id)?.name ?? id, state, toolCount, problem: problem?.code ?? null }
        }),
      }
    },

    endSessions(token, forGood) {
      if (forGood) ended.add(token)
      sessions.removeWhere((session) => session.tokenId === token)
      listeners.endWhere(({ principal }) => tokenIdOf(principal) === token)
      modern.cutOff(token)
    },

    async close() {
      stopListening()
      if (tellTimer) clearTimeout(tellTimer)
      listeners.close()
      sessions.close()
      parked.close()
      await pool.close()
      keeper.close()
    },
  }
}

const isFor = ({ token }: Principal, profileIds: readonly ProfileId[]): boolean =>
  !token?.profileIds || profileIds.some((id) => token.profileIds?.includes(id))
