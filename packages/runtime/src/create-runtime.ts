import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { type AppEvent, DEFAULT_PORT, type Readiness, type RecoveryState, type SystemInfo } from '@local-mcp/contract'
import {
  type Context,
  createAccessKeeper,
  createAppearanceService,
  createArrivalLog,
  createBackupService,
  createClientService,
  createDiscoveryService,
  createLogService,
  createOAuthService,
  createPoolService,
  createProfileService,
  createProfileToolService,
  createRoutingService,
  createSecretService,
  createSecretSource,
  createServerService,
  createServerSettingsService,
  createSourceLookUp,
  createSourceService,
  createTokenService,
  createTokenUsage,
  createToolService,
  ensureFirstRun,
  keepServerHistory,
  noteSignInUse,
  type OAuthService,
  readLogSettings,
  readOAuthSettings,
  readServerSettings,
  type ServiceDependencies,
  serverFindings,
  type UserPlaces,
} from '@local-mcp/core'
import { lockInstance, openStore, openTrafficLog, riskyLocation } from '@local-mcp/database'
import { createAuthorizationClient, createGateway, createRenewalJournal, sweepOrphans } from '@local-mcp/gateway'
import { AppError, type Clock, createEventBus, Disposables, type Logger, messageOf, systemClock } from '@local-mcp/kernel'
import { createVault } from '@local-mcp/vault'
import type { RouterClient } from '@orpc/server'
import { createRouterClient } from '@orpc/server'
import { ownerSockets, type ServeSocket } from './carriers.ts'
import { userFiles } from './clients/user-files.ts'
import { createClosedHandler } from './closed-listener.ts'
import { untilNoCallRuns } from './drain.ts'
import { problemOf, toAppError } from './errors.ts'
import { type HttpListener, listenOnLoopback } from './http-listener.ts'
import { keyFinding } from './key-finding.ts'
import type { KeyOptions } from './key-options.ts'
import { createMcpHandler, type McpHandler } from './mcp-listener.ts'
import { createOAuthCallback } from './oauth-callback.ts'
import { noRecovery } from './recovery.service.ts'
import type { Rest } from './rest.ts'
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
  readonly keys: KeyOptions
  readonly owner: { readonly email?: string | undefined; readonly name?: string | undefined; readonly teamPrefix?: string | undefined }
  readonly corsOrigins: readonly string[]
  /** Where browsers come back to from a sign-in; absent: to the port of the gateway. */
  readonly oauth?: { readonly port: number | null; readonly redirectBase: string | null }
  /** A token that is let in beside those that are stored, and the variable that it comes from. */
  readonly givenToken?: { readonly variable: string; readonly token: string } | undefined
  /** The text of MCP_GATEWAY_URL_POOLS: addresses of single servers. Absent: the settings say it, else they are generated. */
  readonly pool?: string | undefined
  /** Where the files of the person lie who runs it, to find their clients; absent: nothing is looked for. */
  readonly userPlaces?: UserPlaces
  readonly logger: Logger
  readonly clock?: Clock
  /** Closes this runtime and creates another, for a restore or a reset; absent: that happens at the next start. */
  readonly restart?: () => void
  /** Called when another process is upgrading the database and we wait for it. */
  readonly onWaiting?: (holderPid: number | null) => void
}

/** What the owner's window and the clients are connected to: the runtime, or recovery in its place. */
export interface Host {
  /** Base of the MCP endpoints; `<mcpUrl>/<slug>` is a profile. */
  readonly mcpUrl: string
  /** Null where nothing is served. */
  readonly port: number | null
  /** Whether files may be put beside the database: not beside somebody else's, and not where we cannot. */
  readonly writesBeside: boolean
  readonly serveSocket: ServeSocket
  /** Serves one request to `/mcp/<slug>` that comes from a stdio bridge of the owner, who was let in already. */
  servePiped(req: IncomingMessage, res: ServerResponse): void
  /** Every operation, as the owner, within this process. */
  readonly operations: RouterClient<AppRouter>
  /** Refuses what is new and waits for the calls that are under way, for so many ms at most. */
  drain(ms: number): Promise<void>
  /** Why it waits in recovery; null where it serves. */
  readonly recovery: RecoveryState | null
  close(): Promise<void>
}

/**
 * Says it before anything is written there, because a database that was damaged by its place is hard to mend.
 * @returns what makes the place unsafe, in words; null where nothing is known against it
 */
export async function warnOfLocation(databasePath: string, logger: Logger): Promise<string | null> {
  // A folder that cannot be looked at is told by what opens the database.
  const place = await riskyLocation(databasePath).catch(() => null)
  if (!place) return null
  const state = existsSync(databasePath) ? 'The database is' : 'Nothing was written yet, but the database is going to be'
  logger.warn(`${state} on ${place}, where it can be damaged. Stop, and keep it on a local disk: --database <file> or DATABASE_PATH`, {
    path: databasePath,
  })
  return place
}

/** Where answers of renewals wait that were not stored yet. */
const renewalsFolder = (databasePath: string): string => join(dirname(databasePath), '.local-mcp-gateway-renewals')
/** Sign-ins that were not renewed for so long are renewed although nobody uses them, and how often that is looked at. In milliseconds. */
const KEEP_SIGNED_IN = 24 * 60 * 60_000
const TEND_EVERY = 10 * 60_000

/** Where it is written down which servers were started. */
export const serversRecord = (databasePath: string): string => join(dirname(databasePath), '.local-mcp-gateway-servers')

/**
 * Puts the product together, in this order: database, lock, identity, routes, gateway, services, listener; and takes it
 * apart in reverse. Takes options only, so that tests can build many in one process.
 *
 * @throws AppError of the launch: PORT_IN_USE, ALREADY_RUNNING, DATABASE_…, MIGRATION_…, SCHEMA_DRIFT
 */
export async function createRuntime(options: RuntimeOptions): Promise<Host> {
  const { databasePath, logger, version, clock = systemClock } = options
  const undo = new Disposables()
  try {
    const risk = await warnOfLocation(databasePath, logger)
    const store = await openStore({
      path: databasePath,
      appVersion: version,
      clock,
      logger,
      ...(options.onWaiting ? { onWaiting: options.onWaiting } : {}),
    })
    undo.defer(() => store.close())
    // Closed after the listener: what that cuts off is written down too.
    const usage = createTokenUsage({ store, clock, logger })
    undo.defer(() => usage.close())
    // The same holds for it: what servers and clients do while they are ended is kept.
    const log = openTrafficLog({
      path: databasePath,
      settings: await readLogSettings(store.read),
      serving: options.port !== null,
      clock,
      logger,
    })
    undo.defer(() => log.close())
    // After the database is known to be ours: nothing is written beside somebody else's.
    if (options.port !== null) undo.defer(await lockInstance(databasePath))
    const owner = await ensureFirstRun(store, clock, {
      ownerEmail: options.owner.email,
      ownerName: options.owner.name,
      teamPrefix: options.owner.teamPrefix,
      port: options.port || DEFAULT_PORT,
    })

    // The listener comes first of what serves, so that a taken port is known before anything is started.
    let listener: HttpListener | null = null
    const closedBecause = (detail: string) =>
      createClosedHandler({
        port: () => listener?.port ?? 0,
        corsOrigins: new Set(options.corsOrigins),
        closed: { code: 'NOT_READY', detail, next: 'Try again in a moment.' },
      })
    let handler = closedBecause('The gateway is starting')
    if (options.port !== null) {
      listener = await listenOnLoopback((req, res) => handler(req, res), options.port, logger)
      undo.defer(listener.close)
    }
    const port = listener?.port ?? (options.port || DEFAULT_PORT)
    const mcpUrl = `http://127.0.0.1:${port}/mcp`

    const events = createEventBus<AppEvent>((error) => logger.error('A listener of events failed', { error: messageOf(error) }))
    const arrivals = createArrivalLog(clock, (arrival) => events.emit({ type: 'client.arrived', arrival }))
    const pool = await createPoolService({ store, events, clock, owner, given: options.pool, port, serves: listener !== null })
    if (pool.moved > 0) logger.warn('The port changed: endpoints of single servers were rewritten', { port, servers: pool.moved })
    const routing = await createRoutingService(store, owner)
    const tokens = await createTokenService({ store, events, clock, logger }, owner, {
      given: options.givenToken ?? null,
      onShut: (id, forGood) => gateway.endSessions(id, forGood),
    })
    undo.defer(() => tokens.close())

    const besideDatabase = join(dirname(databasePath), 'secrets.key')
    const vault = createVault({ store, clock, logger, besideDatabase, ...options.keys })
    const source = createSecretSource({ store, vault, clock })
    undo.defer(() => source.close())

    const authorization = createAuthorizationClient(
      createRenewalJournal(renewalsFolder(databasePath), options.env, options.host !== 'desktop'),
    )
    let oauth: OAuthService | null = null
    const keeper = await createAccessKeeper({
      store,
      vault,
      clock,
      client: authorization,
      logger,
      configOf: (id) => routing.current().servers.get(id)?.config,
      onChanged: (id) => void oauth?.announce(id).catch(() => {}),
    })
    const access = noteSignInUse(keeper, clock)

    const recordPath = listener ? serversRecord(databasePath) : null
    if (recordPath) await sweepOrphans(recordPath, logger)
    const gateway = createGateway({
      routing,
      secrets: source,
      access,
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
      shellFirst: options.host === 'desktop',
      lookUp: createSourceLookUp(store, vault, owner),
      knownOffers: await store.read.tools.listAll(),
      saveOffer: async ({ id, type }, listed) => {
        try {
          await store.transaction((tx) => tx.tools.replace(id, listed, clock.now(), type === 'builtin'))
          await routing.refresh(id)
        } catch (error) {
          logger.warn('What a server offers could not be kept', { error: messageOf(error) })
        }
      },
      recordPath,
      settings: await readServerSettings(store.read),
      log,
      version,
      clock,
      logger,
      emit: events.emit,
      onArrived: arrivals.note,
    })
    undo.defer(() => gateway.close())
    if (listener) undo.defer(keepServerHistory(events, log))
    events.on((event) => {
      if (event.type === 'token.revoked') gateway.endSessions(event.token.id as never, true)
    })

    // A single command changes what is stored; starting servers is for the process that serves them.
    const upstreams = listener ? gateway.upstreams : { ...gateway.upstreams, warm() {}, identify: async () => null }
    const dependencies: ServiceDependencies = { store, vault, events, clock, routing, upstreams, mcpUrl: () => mcpUrl }
    const profiles = createProfileService(dependencies)
    const servers = createServerService(dependencies)
    const secrets = createSecretService({ ...dependencies, vault, source, signInUsed: access.lastUsed })
    const callback = createOAuthCallback({
      finish: (answer) =>
        (oauth as OAuthService).finish(answer).catch(async (error: unknown) => {
          const known = toAppError(error, logger)
          await oauth?.tellFailure(answer, problemOf(known)).catch(() => {})
          throw known
        }),
      served: () => listener?.port ?? null,
      ownPort: options.oauth?.port ?? null,
      fallbackPort: options.port || DEFAULT_PORT,
      redirectBase: options.oauth?.redirectBase ?? null,
      logger,
    })
    undo.defer(callback.close)
    oauth = createOAuthService({
      ...dependencies,
      client: authorization,
      keeper,
      redirectUri: callback.redirectUri,
      expectCallback: callback.expect,
    })
    if (listener) {
      const tend = async () => {
        const { keepSignedIn } = await readOAuthSettings(store.read)
        await keeper.tend(keepSignedIn ? KEEP_SIGNED_IN : Number.POSITIVE_INFINITY)
      }
      const tending = setInterval(() => void tend().catch(() => {}), TEND_EVERY).unref()
      undo.defer(async () => clearInterval(tending))
      void tend().catch(() => {})
    }
    const sources = createSourceService({ ...dependencies, announceServers: servers.retell })
    const clients = createClientService(dependencies, {
      places: options.userPlaces ?? null,
      files: userFiles,
      gateway: () => ({ port, databasePath, cliCommand: options.cliCommand }),
      tokens,
      arrivals,
    })
    const backups = createBackupService({ backups: store.backups, events, clock, logger, restart: options.restart ?? null })
    if (listener) undo.defer(backups.schedule())
    const contextOf = (principal: Context['principal']): Context => ({ principal, source: 'mcp', signal: new AbortController().signal })

    const replay: typeof gateway.replay = async (target, principal) => {
      if (!listener) throw new AppError('NOT_READY', 'The gateway does not run')
      return gateway.replay(target, principal)
    }
    const ready = async (): Promise<Readiness> => {
      const checks = await store.check()
      return { status: checks.every(({ ok }) => ok) ? 'ready' : 'not_ready', checks }
    }
    const router = createRouter({
      profiles,
      servers,
      secrets,
      oauth,
      serverSettings: createServerSettingsService(dependencies),
      appearance: createAppearanceService(dependencies),
      usage: upstreams.usage,
      sources,
      pool,
      tokens,
      tokenUsage: usage,
      clients,
      tools: createToolService(dependencies),
      profileTools: createProfileToolService(dependencies),
      discovery: createDiscoveryService(dependencies),
      backups,
      logs: createLogService({ ...dependencies, log, calls: gateway.calls, replay }),
      events,
      ready,
      doctor: async () => [
        ...(await store.doctor()),
        ...serverFindings(await servers.list(contextOf(owner))),
        keyFinding(await vault.status()),
      ],
      info: () => ({
        version,
        mcpUrl,
        dataDir: dirname(databasePath),
        databasePath,
        riskyLocation: risk,
        host: options.host,
        abilities: [...options.abilities],
        cliCommand: [...options.cliCommand],
      }),
      recovery: noRecovery,
    })

    let door: McpHandler | null = null
    if (listener) {
      // Most gateways never serve a REST request, and what serves it is a tenth of what there is to load.
      let loading: Promise<Rest> | null = null
      const rest = () => (loading ??= import('./rest.ts').then(({ createRest }) => createRest(router, version, logger)))
      const corsOrigins = new Set(options.corsOrigins)
      door = createMcpHandler({
        gateway,
        rest,
        callback,
        tokens,
        usage,
        pool,
        arrivals,
        ready,
        port: () => port,
        corsOrigins,
        clock,
        logger,
      })
      handler = door.handle
    }

    const asOwner: OperationContext = { context: { principal: owner, source: 'cli', signal: new AbortController().signal } }
    return {
      mcpUrl,
      port: listener?.port ?? null,
      writesBeside: true,
      recovery: null,
      operations: createRouterClient(router, { context: asOwner, interceptors: [guardOperation(logger) as never] }),
      async drain(ms) {
        door = null
        handler = closedBecause('The gateway is ending')
        await untilNoCallRuns(gateway.calls, events, ms)
      },
      serveSocket: ownerSockets(router, owner, logger),
      servePiped: (req, res) => (door ? door.handlePiped(req, res, owner) : handler(req, res)),
      close: () => undo.dispose(),
    }
  } catch (error) {
    await undo.dispose().catch(() => {})
    throw error
  }
}
