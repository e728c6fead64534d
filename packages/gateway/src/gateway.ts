import type { IncomingMessage, ServerResponse } from 'node:http'
import { homedir } from 'node:os'
import type { AppEvent, ExternalConfig, RemoteHttpConfig, RemoteSseConfig, ServerState, ServerStatus, Tool } from '@local-mcp/contract'
import {
  apiKeyHeader,
  type CallHistory,
  type Principal,
  type RoutingSource,
  type SecretSource,
  type ServerRecord,
  type ToolRecord,
  type Upstreams,
} from '@local-mcp/core'
import { AppError, type Clock, type Logger, type ServerId, type TokenId } from '@local-mcp/kernel'
import { createParkedCalls } from './bridge/parked-calls.ts'
import { type BuiltinFacts, createBuiltinTransport } from './builtin/builtin-server.ts'
import { createCallHistory } from './downstream/call-history.ts'
import { createChanges } from './downstream/changes.ts'
import { createEndpoint, type EndpointView } from './downstream/endpoint.ts'
import { createExchanges } from './downstream/exchange.ts'
import { createHttpSse } from './downstream/http-sse.ts'
import { createLegacy } from './downstream/legacy.ts'
import { createListeners } from './downstream/listeners.ts'
import { createMethods } from './downstream/methods.ts'
import { createModern } from './downstream/modern.ts'
import { createSessions } from './downstream/sessions.ts'
import { createSubscriptions } from './downstream/subscriptions.ts'
import { createViews, serverKey } from './downstream/views.ts'
import { LOG_LEVELS } from './protocol/revisions.ts'
import { startGuardian } from './upstream/guardian.ts'
import { ITEM_KINDS, LISTS, type ListedItem, NO_OFFER, type Offer, readItem } from './upstream/listing.ts'
import { UpstreamError } from './upstream/problems.ts'
import { orLocked, type ReferenceSources } from './upstream/references.ts'
import type { HeaderSources } from './upstream/remote-host.ts'
import { createRemoteTransport } from './upstream/remote-transport.ts'
import { createSseTransport } from './upstream/sse-transport.ts'
import { createStdioTransport } from './upstream/stdio-transport.ts'
import type { Transport } from './upstream/transport.ts'
import { createUpstreamPool } from './upstream/upstream-pool.ts'

/** Changes of tool lists are told together, in milliseconds. */
const TELL_AFTER = 100

export interface GatewayOptions {
  readonly routing: RoutingSource
  readonly facts: BuiltinFacts
  /** Variables that configurations may refer to, and from which servers get their minimal environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly secrets: Pick<SecretSource, 'named' | 'apiKey'>
  /** What servers offered in an earlier life. */
  readonly knownOffers: ReadonlyMap<ServerId, readonly ToolRecord[]>
  readonly saveOffer: (id: ServerId, offer: readonly ToolRecord[]) => void
  readonly version: string
  readonly clock: Clock
  readonly logger: Logger
  readonly emit: (event: AppEvent) => void
}

export interface Gateway {
  readonly upstreams: Upstreams
  readonly calls: CallHistory
  /**
   * Serves one request to the MCP endpoint of a profile.
   *
   * @param piped it comes from a stdio bridge, whose client has no headers that could repeat what the body says
   * @throws AppError PROFILE_NOT_FOUND, FORBIDDEN
   */
  handleProfile(req: IncomingMessage, res: ServerResponse, slug: string, principal: Principal, piped?: boolean): Promise<void>
  /** Serves one request to the endpoint of a single server. @throws AppError SERVER_NOT_FOUND, FORBIDDEN */
  handleServer(req: IncomingMessage, res: ServerResponse, endpoint: string, principal: Principal): Promise<void>
  /** Serves `<endpoint>/sse` and `<endpoint>/message` of either kind of endpoint. @throws AppError as the two above */
  handleSse(
    req: IncomingMessage,
    res: ServerResponse,
    part: 'sse' | 'message',
    where: { slug: string } | { endpoint: string },
    principal: Principal,
  ): Promise<void>
  /** What an endpoint offers now, and how its servers are doing. @throws AppError PROFILE_NOT_FOUND, FORBIDDEN */
  info(slug: string, principal: Principal): EndpointInfo
  /** Ends the sessions of a token that is no longer valid. */
  endSessions(token: TokenId): void
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
  readonly servers: readonly { id: ServerId; name: string; state: ServerState; toolCount: number | null; problem: string | null }[]
}

/** The MCP side of the product: many servers behind one endpoint per profile. */
export function createGateway(options: GatewayOptions): Gateway {
  const { routing, clock, logger, emit, version } = options
  const guardian = startGuardian()
  const parked = createParkedCalls()
  const subscriptions = createSubscriptions((server, uris) => pool.get(server)?.watchResources(uris))
  const sessions = createSessions(
    clock,
    (session) => {
      legacy.forget(session)
      updateLogLevels()
    },
    logger,
  )
  let tellTimer: NodeJS.Timeout | null = null

  const pool = createUpstreamPool({
    createTransport,
    clientVersion: version,
    clock,
    logger,
    knownOffers: new Map([...options.knownOffers].map(([id, records]) => [id, toOffer(records)])),
    onStatus(serverId, status) {
      if (status.state === 'connecting') {
        subscriptions.again(serverId)
        updateLogLevels()
      }
      emit({ type: 'server.status.changed', serverId, status })
    },
    onListed(serverId, offer) {
      options.saveOffer(serverId, toRecords(offer))
      catalogsChanged()
      emit({ type: 'server.tools.changed', serverId })
    },
    onTold(serverId, kind) {
      for (const view of views.all()) if (view.serverIds.includes(serverId)) changes.tell(view, kind)
    },
    onResourceUpdated: subscriptions.updated,
    onLog: (serverId, frame) => changes.log(serverId, frame),
    onElicitationComplete: (client, frame) => changes.toClient(client, frame),
    onRootsWanted: (serverId) => changes.rootsFor(serverId),
  })

  const history = createCallHistory(
    clock,
    (call) => emit({ type: 'call.started', call: { ...call } }),
    (call) => emit({ type: 'call.finished', call: { ...call } }),
  )
  const views = createViews(routing, pool, clock, version, updateLogLevels)
  const methods = createMethods(createExchanges(pool, history, parked), version)
  const listeners = createListeners(methods, subscriptions, version)
  const legacy = createLegacy({ sessions, methods, subscriptions, version })
  const modern = createModern({ methods, listeners, parked, version })
  const endpoint = createEndpoint(legacy, modern)
  const httpSse = createHttpSse({ sessions, legacy, version })
  const changes = createChanges({ sessions, listeners, views, logger })

  /** One process serves all, so it has to log what the most curious of its clients wants to hear. */
  function updateLogLevels(): void {
    const wanted = [...sessions.all()].flatMap(({ logLevel }) => logLevel ?? [])
    const least = LOG_LEVELS.find((level) => wanted.includes(level))
    if (least) for (const id of routing.current().servers.keys()) pool.get(id)?.setLogLevel(least)
  }

  const references: ReferenceSources = { env: options.env, secret: (name) => options.secrets.named(name) }
  const headersOf = ({ id, apiKey }: ServerRecord): HeaderSources => ({
    ...references,
    async apiKey() {
      if (!apiKey) return null
      const key = await orLocked(options.secrets.apiKey(id))
      if (key === null) throw new UpstreamError('SECRET_MISSING', [], 'the API key of this server')
      return apiKeyHeader(apiKey, key)
    },
  })

  function createTransport(record: ServerRecord): Transport {
    switch (record.type) {
      case 'external':
        return createStdioTransport({
          config: record.config as ExternalConfig,
          sources: references,
          defaultCwd: homedir(),
          guardian,
          onNoise: (line) =>
            logger.debug('A server wrote something else than messages to stdout', { server: record.name, line: line.slice(0, 200) }),
        })
      case 'remote_http':
        return createRemoteTransport({ config: record.config as RemoteHttpConfig, sources: headersOf(record) })
      case 'remote_sse':
        return createSseTransport({ config: record.config as RemoteSseConfig, sources: headersOf(record) })
      case 'builtin':
        return createBuiltinTransport(options.facts, clock, version)
      default:
        throw new UpstreamError('NOT_MCP', [`Servers of type ${record.type} cannot be started yet`])
    }
  }

  const stopListening = routing.onChange((snapshot) => {
    pool.sync(snapshot)
    catalogsChanged()
    sessions.removeWhere((session) => !views.leadsSomewhere(session.endpoint))
    listeners.endWhere(({ endpoint: key }) => !views.leadsSomewhere(key))
  })
  pool.sync(routing.current())
  // It costs nothing to have it ready, and its tools are then known from the first moment.
  for (const { id, type } of routing.current().servers.values()) if (type === 'builtin') pool.get(id)?.warm()

  function catalogsChanged(): void {
    views.invalidate()
    tellTimer ??= setTimeout(() => {
      tellTimer = null
      for (const view of views.all()) changes.compare(view)
    }, TELL_AFTER)
  }

  const noProfile = (slug: string) => () => new AppError('PROFILE_NOT_FOUND', `There is no profile "${slug}"`)

  function enter(key: string, missing: () => AppError, principal: Principal): EndpointView {
    const found = views.find(key)
    if (!found) throw missing()
    const allowed = principal.token?.profileIds
    if (allowed && !found.profileIds.some((id) => allowed.includes(id))) throw new AppError('FORBIDDEN', 'This token is for other profiles')
    return found.view
  }

  function enterServer(url: string, principal: Principal): EndpointView {
    const record = [...routing.current().servers.values()].find((server) => server.endpoint === url)
    const missing = () => new AppError('SERVER_NOT_FOUND', 'No server has this endpoint')
    if (!record) throw missing()
    return enter(serverKey(record.id), missing, principal)
  }

  function status(id: ServerId): ServerStatus {
    return (
      pool.get(id)?.status() ?? {
        state: 'disconnected',
        problem: null,
        since: clock.now(),
        pid: null,
        protocolVersion: null,
        serverInfo: null,
        toolCount: null,
      }
    )
  }

  return {
    calls: history,

    upstreams: {
      status,
      tools: (id) => pool.get(id)?.offer()?.tool.map(describe) ?? null,
      warm: (id) => pool.get(id)?.warm(),
      async restart(id) {
        await pool.restart(id)
        return status(id)
      },
    },

    async handleProfile(req, res, slug, principal, piped = false) {
      await endpoint.handle(req, res, enter(slug, noProfile(slug), principal), principal, piped)
    },

    async handleServer(req, res, url, principal) {
      await endpoint.handle(req, res, enterServer(url, principal), principal, false)
    },

    async handleSse(req, res, part, where, principal) {
      const view = 'slug' in where ? enter(where.slug, noProfile(where.slug), principal) : enterServer(where.endpoint, principal)
      const arrival = { req, res, view, principal, headers: req.headers, key: req.headers.authorization ?? '' }
      if (req.method !== (part === 'sse' ? 'GET' : 'POST'))
        throw new AppError('METHOD_NOT_ALLOWED', part === 'sse' ? 'Use GET' : 'Use POST')
      if (part === 'sse') httpSse.open(arrival)
      else await httpSse.message(arrival)
    },

    info(slug, principal) {
      const view = enter(slug, noProfile(slug), principal)
      const { toolNames, hidden } = view.catalog()
      const { servers } = routing.current()
      return {
        name: view.name,
        slug: view.label,
        description: view.description,
        tools: toolNames,
        hiddenTools: hidden,
        servers: view.serverIds.map((id) => {
          const { state, toolCount, problem } = status(id)
          return { id, name: servers.get(id)?.name ?? id, state, toolCount, problem: problem?.code ?? null }
        }),
      }
    },

    endSessions(token) {
      sessions.removeWhere((session) => session.tokenId === token)
      listeners.endWhere(({ tokenId }) => tokenId === token)
      modern.cutOff(token)
    },

    async close() {
      stopListening()
      if (tellTimer) clearTimeout(tellTimer)
      listeners.close()
      sessions.close()
      parked.close()
      await pool.close()
      guardian.close()
    },
  }
}

const toRecords = (offer: Offer): ToolRecord[] =>
  ITEM_KINDS.flatMap((kind) => offer[kind].map(({ key, bytes }) => ({ kind, name: key, definition: bytes.toString('utf8') })))

function toOffer(records: readonly ToolRecord[]): Offer {
  const ofKind = (wanted: ToolRecord['kind']) =>
    records.flatMap(({ kind, definition }) => (kind === wanted ? (readItem(Buffer.from(definition), LISTS[kind].key) ?? []) : []))
  return { ...NO_OFFER, tool: ofKind('tool'), resource: ofKind('resource'), template: ofKind('template'), prompt: ofKind('prompt') }
}

function describe({ key, bytes }: ListedItem): Tool {
  const tool = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return { name: key, title: text(tool.title), description: text(tool.description), inputSchema: tool.inputSchema ?? null }
}
