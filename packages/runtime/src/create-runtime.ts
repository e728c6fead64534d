import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { type AppEvent, DEFAULT_PORT, type Readiness, type SystemInfo } from '@local-mcp/contract'
import {
  alignPool,
  type Context,
  createBackupService,
  createDiscoveryService,
  createProfileService,
  createRoutingService,
  createServerService,
  createTokenService,
  ensureFirstRun,
  type ServiceDependencies,
} from '@local-mcp/core'
import { lockInstance, openStore } from '@local-mcp/database'
import { createGateway } from '@local-mcp/gateway'
import { type Clock, createEventBus, Disposables, type Logger, messageOf, systemClock } from '@local-mcp/kernel'
import type { RouterClient } from '@orpc/server'
import { createRouterClient } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { type HttpListener, listenOnLoopback } from './http-listener.ts'
import { createMcpHandler, type McpHandler } from './mcp-listener.ts'
import { createRest } from './rest.ts'
import { type AppRouter, createRouter, guardOperation, type OperationContext } from './router.ts'

export interface RuntimeOptions {
  /** Absolute path of the database file. */
  readonly databasePath: string
  /** Port of the MCP endpoints; 0 takes any free one; null serves nothing (one command of the CLI). */
  readonly port: number | null
  readonly version: string
  readonly host: SystemInfo['host']
  /** What this host can do beside serving. */
  readonly abilities: readonly string[]
  /** The command that starts this program, for snippets. */
  readonly cliCommand: readonly string[]
  /** Variables that server configurations may refer to. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly owner: { readonly email?: string | undefined; readonly name?: string | undefined; readonly teamPrefix?: string | undefined }
  readonly corsOrigins: readonly string[]
  readonly logger: Logger
  readonly clock?: Clock
  /** Closes this runtime and creates another, for a restore or a reset; absent: that happens at the next start. */
  readonly restart?: () => void
  /** Called when another process is upgrading the database and we wait for it. */
  readonly onWaiting?: (holderPid: number | null) => void
}

export interface Runtime {
  /** Base of the MCP endpoints; `<mcpUrl>/<slug>` is a profile. */
  readonly mcpUrl: string
  /** Null where nothing is served. */
  readonly port: number | null
  /** Every operation, as the owner, within this process. */
  readonly operations: RouterClient<AppRouter>
  /** Serves the operations to the owner's window or command line over one connection. */
  serveSocket(socket: Parameters<RPCHandler<OperationContext>['upgrade']>[0], source: 'window' | 'cli'): void
  /** Serves one request to `/mcp/<slug>` that comes from a stdio bridge of the owner, who was let in already. */
  servePiped(req: IncomingMessage, res: ServerResponse): void
  close(): Promise<void>
}

/**
 * Puts the product together, in this order: database, lock, identity, routes, gateway, services, listener; and takes it
 * apart in reverse. Takes options only, so that tests can build many in one process.
 *
 * @throws AppError of the launch: PORT_IN_USE, ALREADY_RUNNING, DATABASE_…, MIGRATION_…, SCHEMA_DRIFT
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { databasePath, logger, version, clock = systemClock } = options
  const undo = new Disposables()
  try {
    const store = await openStore({
      path: databasePath,
      appVersion: version,
      clock,
      logger,
      ...(options.onWaiting ? { onWaiting: options.onWaiting } : {}),
    })
    undo.defer(() => store.close())
    // After the database is known to be ours: nothing is written beside somebody else's.
    if (options.port !== null) undo.defer(await lockInstance(databasePath))
    const owner = await ensureFirstRun(store, clock, {
      ownerEmail: options.owner.email,
      ownerName: options.owner.name,
      teamPrefix: options.owner.teamPrefix,
      port: options.port || DEFAULT_PORT,
    })

    // The listener comes first of what serves, so that a taken port is known before anything is started.
    let handler: McpHandler | null = null
    let listener: HttpListener | null = null
    if (options.port !== null) {
      listener = await listenOnLoopback((req, res) => (handler ? handler.handle(req, res) : res.writeHead(503).end()), options.port, logger)
      undo.defer(listener.close)
      const rewritten = await alignPool(store, listener.port)
      if (rewritten > 0)
        logger.warn('The port changed: endpoints of single servers were rewritten', { port: listener.port, servers: rewritten })
    }
    const mcpUrl = `http://127.0.0.1:${listener?.port ?? (options.port || DEFAULT_PORT)}/mcp`

    const events = createEventBus<AppEvent>((error) => logger.error('A listener of events failed', { error: messageOf(error) }))
    const routing = await createRoutingService(store, owner)
    const tokens = await createTokenService({ store, events, clock }, owner, (id) => gateway.endSessions(id))
    undo.defer(() => tokens.close())

    const gateway = createGateway({
      routing,
      facts: {
        profiles: async (viewer) =>
          (await profiles.list(contextOf(viewer))).map(({ name, slug, description, endpoint, isDefault }) => ({
            name,
            slug,
            description,
            endpoint,
            isDefault,
          })),
        servers: async (viewer) =>
          (await servers.list(contextOf(viewer))).map(({ name, slug, type, status }) => ({ name, slug, type, status })),
      },
      env: options.env,
      knownOffers: await store.read.tools.listAll(),
      saveOffer: (id, listed) => {
        store
          .transaction((tx) => tx.tools.replace(id, listed, clock.now()))
          .catch((error: unknown) => logger.warn('What a server offers could not be kept', { error: messageOf(error) }))
      },
      version,
      clock,
      logger,
      emit: events.emit,
    })
    undo.defer(() => gateway.close())
    events.on((event) => {
      if (event.type === 'token.revoked') gateway.endSessions(event.token.id as never)
    })

    // A single command changes what is stored; starting servers is for the process that serves them.
    const upstreams = listener ? gateway.upstreams : { ...gateway.upstreams, warm() {} }
    const dependencies: ServiceDependencies = { store, events, clock, routing, upstreams, mcpUrl: () => mcpUrl }
    const profiles = createProfileService(dependencies)
    const servers = createServerService(dependencies)
    const backups = createBackupService({ backups: store.backups, events, clock, logger, restart: options.restart ?? null })
    if (listener) undo.defer(backups.schedule())
    const contextOf = (principal: Context['principal']): Context => ({ principal, source: 'mcp', signal: new AbortController().signal })

    const ready = async (): Promise<Readiness> => {
      const checks = await store.check()
      return { status: checks.every(({ ok }) => ok) ? 'ready' : 'not_ready', checks }
    }
    const router = createRouter({
      profiles,
      servers,
      tokens,
      discovery: createDiscoveryService(dependencies),
      backups,
      calls: gateway.calls,
      events,
      ready,
      doctor: () => store.doctor(),
      info: () => ({
        version,
        mcpUrl,
        dataDir: dirname(databasePath),
        databasePath,
        host: options.host,
        abilities: [...options.abilities],
        cliCommand: [...options.cliCommand],
      }),
    })

    if (listener) {
      const { port } = listener
      const rest = createRest(router, version, logger)
      handler = createMcpHandler({ gateway, rest, tokens, ready, port: () => port, corsOrigins: new Set(options.corsOrigins), logger })
    }

    const asOwner = (source: Context['source']): OperationContext => ({
      context: { principal: owner, source, signal: new AbortController().signal },
    })
    const interceptors = [guardOperation(logger) as never]
    const sockets = new RPCHandler<OperationContext>(router, { clientInterceptors: interceptors })
    return {
      mcpUrl,
      port: listener?.port ?? null,
      operations: createRouterClient(router, { context: asOwner('cli'), interceptors }),
      serveSocket: (socket, source) => void sockets.upgrade(socket, { context: asOwner(source) }),
      servePiped: (req, res) => (handler ? handler.handlePiped(req, res, owner) : void res.writeHead(503).end()),
      close: () => undo.dispose(),
    }
  } catch (error) {
    await undo.dispose().catch(() => {})
    throw error
  }
}
