import type { IncomingMessage, ServerResponse } from 'node:http'
import { homedir } from 'node:os'
import type { AppEvent, ExternalConfig, RemoteHttpConfig, ServerState, ServerStatus, Tool } from '@local-mcp/contract'
import type { CallHistory, Principal, RoutingSource, ServerRecord, ToolRecord, Upstreams } from '@local-mcp/core'
import { AppError, type Clock, type Logger, type ServerId, type TokenId } from '@local-mcp/kernel'
import { type BuiltinFacts, createBuiltinTransport } from './builtin/builtin-server.ts'
import { createCallHistory } from './downstream/call-history.ts'
import { createEndpoint, type EndpointView } from './downstream/endpoint.ts'
import { createSessions } from './downstream/sessions.ts'
import { createToolCaller } from './downstream/tool-caller.ts'
import { createViews, serverKey } from './downstream/views.ts'
import { startGuardian } from './upstream/guardian.ts'
import { createHttpTransport } from './upstream/http-transport.ts'
import { UpstreamError } from './upstream/problems.ts'
import { createStdioTransport } from './upstream/stdio-transport.ts'
import type { ListedTool } from './upstream/tool-list.ts'
import type { Transport } from './upstream/transport.ts'
import { createUpstreamPool } from './upstream/upstream-pool.ts'

/** Changes of tool lists are told together, in milliseconds. */
const TELL_AFTER = 100

export interface GatewayOptions {
  readonly routing: RoutingSource
  readonly facts: BuiltinFacts
  /** Variables that configurations may refer to, and from which servers get their minimal environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly knownTools: ReadonlyMap<ServerId, readonly ToolRecord[]>
  readonly saveTools: (id: ServerId, tools: readonly ToolRecord[]) => void
  readonly version: string
  readonly clock: Clock
  readonly logger: Logger
  readonly emit: (event: AppEvent) => void
}

export interface Gateway {
  readonly upstreams: Upstreams
  readonly calls: CallHistory
  /** Serves one request to the MCP endpoint of a profile. @throws AppError PROFILE_NOT_FOUND, FORBIDDEN */
  handleProfile(req: IncomingMessage, res: ServerResponse, slug: string, principal: Principal): Promise<void>
  /** Serves one request to the endpoint of a single server. @throws AppError SERVER_NOT_FOUND, FORBIDDEN */
  handleServer(req: IncomingMessage, res: ServerResponse, endpoint: string, principal: Principal): Promise<void>
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
  const sessions = createSessions(clock)
  let tellTimer: NodeJS.Timeout | null = null

  const pool = createUpstreamPool({
    createTransport,
    clientVersion: version,
    clock,
    logger,
    knownTools: options.knownTools,
    onStatus: (serverId, status) => emit({ type: 'server.status.changed', serverId, status }),
    onTools: (serverId, tools) => {
      options.saveTools(serverId, tools.map(toRecord))
      catalogsChanged()
      emit({ type: 'server.tools.changed', serverId })
    },
  })

  const history = createCallHistory(
    clock,
    (call) => emit({ type: 'call.started', call: { ...call } }),
    (call) => emit({ type: 'call.finished', call: { ...call } }),
  )
  const endpoint = createEndpoint({ sessions, callTool: createToolCaller(pool, history), version, logger })

  function createTransport(record: ServerRecord): Transport {
    switch (record.type) {
      case 'external':
        return createStdioTransport({
          config: record.config as ExternalConfig,
          env: options.env,
          defaultCwd: homedir(),
          guardian,
          onNoise: (line) =>
            logger.debug('A server wrote something else than messages to stdout', { server: record.name, line: line.slice(0, 200) }),
        })
      case 'remote_http':
        return createHttpTransport({ config: record.config as RemoteHttpConfig, env: options.env })
      case 'builtin':
        return createBuiltinTransport(options.facts, clock, version)
      default:
        throw new UpstreamError('NOT_MCP', [`Servers of type ${record.type} cannot be started yet`])
    }
  }

  const views = createViews(routing, pool, clock)
  const stopListening = routing.onChange((snapshot) => {
    pool.sync(snapshot)
    catalogsChanged()
    sessions.removeWhere((session) => !views.leadsSomewhere(session.endpoint))
  })
  pool.sync(routing.current())
  // It costs nothing to have it ready, and its tools are then known from the first moment.
  for (const { id, type } of routing.current().servers.values()) if (type === 'builtin') pool.get(id)?.warm()

  function catalogsChanged(): void {
    views.invalidate()
    tellTimer ??= setTimeout(() => {
      tellTimer = null
      for (const view of views.all()) endpoint.toolsChanged(view)
    }, TELL_AFTER)
  }

  const noProfile = (slug: string) => new AppError('PROFILE_NOT_FOUND', `There is no profile "${slug}"`)

  function enter(key: string, missing: AppError, principal: Principal): EndpointView {
    const found = views.find(key)
    if (!found) throw missing
    const allowed = principal.token?.profileIds
    if (allowed && !found.profileIds.some((id) => allowed.includes(id))) throw new AppError('FORBIDDEN', 'This token is for other profiles')
    return found.view
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
      tools: (id) => pool.get(id)?.tools()?.map(describe) ?? null,
      warm: (id) => pool.get(id)?.warm(),
      async restart(id) {
        await pool.restart(id)
        return status(id)
      },
    },

    async handleProfile(req, res, slug, principal) {
      await endpoint.handle(req, res, enter(slug, noProfile(slug), principal), principal)
    },

    async handleServer(req, res, url, principal) {
      const record = [...routing.current().servers.values()].find((server) => server.endpoint === url)
      const missing = new AppError('SERVER_NOT_FOUND', 'No server has this endpoint')
      if (!record) throw missing
      await endpoint.handle(req, res, enter(serverKey(record.id), missing, principal), principal)
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
    },

    async close() {
      stopListening()
      if (tellTimer) clearTimeout(tellTimer)
      sessions.close()
      await pool.close()
      guardian.close()
    },
  }
}

const toRecord = ({ name, bytes }: ListedTool): ToolRecord => ({ name, definition: bytes.toString('utf8') })

function describe({ name, bytes }: ListedTool): Tool {
  const tool = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return { name, title: text(tool.title), description: text(tool.description), inputSchema: tool.inputSchema ?? null }
}
