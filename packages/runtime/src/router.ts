import {
  type AppEvent,
  contract,
  type Finding,
  type OperationMeta,
  type Readiness,
  type SystemInfo,
  type SystemUsage,
} from '@local-mcp/contract'
import {
  type AppearanceService,
  type BackupService,
  type ClientService,
  type Context,
  type DiscoveryService,
  findPreset,
  type LogService,
  may,
  type OAuthService,
  type PoolService,
  type ProfileService,
  type ProfileToolService,
  RECIPES,
  type SecretService,
  type ServerService,
  type ServerSettingsService,
  type SourceService,
  searchPresets,
  type TokenService,
  type TokenUsageLog,
  type ToolService,
} from '@local-mcp/core'
import { AppError, type EventBus, type Logger } from '@local-mcp/kernel'
import { implement, type ProcedureClientInterceptorOptions } from '@orpc/server'
import { toOrpcError } from './errors.ts'
import { eventFeed } from './event-feed.ts'
import type { RecoveryService } from './recovery.service.ts'

export interface Services {
  readonly profiles: ProfileService
  readonly servers: ServerService
  readonly secrets: SecretService
  readonly oauth: OAuthService
  readonly serverSettings: ServerSettingsService
  readonly appearance: AppearanceService
  readonly usage: () => Promise<SystemUsage>
  readonly sources: SourceService
  readonly pool: PoolService
  readonly tokens: TokenService
  readonly tokenUsage: TokenUsageLog
  readonly clients: ClientService
  readonly tools: ToolService
  readonly profileTools: ProfileToolService
  readonly discovery: DiscoveryService
  readonly backups: BackupService
  readonly logs: LogService
  readonly events: EventBus<AppEvent>
  readonly ready: () => Promise<Readiness>
  readonly doctor: () => Promise<Finding[]>
  readonly info: () => SystemInfo
  readonly recovery: RecoveryService
}

/** What a carrier hands over with each operation. */
export interface OperationContext extends Record<PropertyKey, unknown> {
  readonly context: Context
  /** Whether the token that let the request in still would: it may be revoked while the body arrives. */
  readonly isWelcome?: () => boolean
}

/** Ties every operation of the contract to the service that does it. No rule lives here. */
export function createRouter(services: Services) {
  const {
    profiles,
    servers,
    secrets,
    oauth,
    sources,
    pool,
    tokens,
    tools,
    profileTools,
    clients,
    discovery,
    backups,
    logs,
    events,
    recovery,
  } = services
  const os = implement(contract).$context<OperationContext>()
  return os.router({
    profiles: {
      list: os.profiles.list.handler(({ context: { context } }) => profiles.list(context)),
      get: os.profiles.get.handler(({ context: { context }, input }) => profiles.get(context, input.profile)),
      create: os.profiles.create.handler(({ context: { context }, input }) => profiles.create(context, input)),
      update: os.profiles.update.handler(({ context: { context }, input: { profile, ...patch } }) =>
        profiles.update(context, profile, patch),
      ),
      delete: os.profiles.delete.handler(({ context: { context }, input }) => profiles.delete(context, input.profile)),
      links: os.profiles.links.handler(({ context: { context }, input }) => profiles.links(context, input.profile)),
      addServer: os.profiles.addServer.handler(({ context: { context }, input }) =>
        profiles.addServer(context, input.profile, input.server, input.restore),
      ),
      removeServer: os.profiles.removeServer.handler(({ context: { context }, input }) =>
        profiles.removeServer(context, input.profile, input.server),
      ),
      setServerActive: os.profiles.setServerActive.handler(({ context: { context }, input }) =>
        profiles.setServerActive(context, input.profile, input.server, input.isActive),
      ),
      setAccount: os.profiles.setAccount.handler(({ context: { context }, input }) =>
        profiles.setAccount(context, input.profile, input.server, input.account),
      ),
      reorderServers: os.profiles.reorderServers.handler(({ context: { context }, input }) =>
        profiles.reorderServers(context, input.profile, input.serverIds),
      ),
      effectiveTools: os.profiles.effectiveTools.handler(({ context: { context }, input }) =>
        profileTools.effectiveTools(context, input.profile),
      ),
      prompt: os.profiles.prompt.handler(({ context: { context }, input }) => profileTools.prompt(context, input.profile, input.format)),
      checkTool: os.profiles.checkTool.handler(({ context: { context }, input: { profile, server, tool, ...custom } }) =>
        profileTools.check(context, profile, server, tool, custom),
      ),
      tools: os.profiles.tools.handler(({ context: { context }, input }) => tools.linkTools(context, input.profile, input.server)),
      switchTools: os.profiles.switchTools.handler(({ context: { context }, input: { profile, server, ...switches } }) =>
        tools.switchLinkTools(context, profile, server, switches),
      ),
      customizeTool: os.profiles.customizeTool.handler(({ context: { context }, input: { profile, server, tool, ...custom } }) =>
        tools.customize(context, profile, server, tool, custom),
      ),
      resetTool: os.profiles.resetTool.handler(({ context: { context }, input }) =>
        tools.reset(context, input.profile, input.server, input.tool),
      ),
    },
    servers: {
      list: os.servers.list.handler(({ context: { context } }) => servers.list(context)),
      get: os.servers.get.handler(({ context: { context }, input }) => servers.get(context, input.server)),
      create: os.servers.create.handler(({ context: { context }, input }) => servers.create(context, input)),
      update: os.servers.update.handler(({ context: { context }, input: { server, ...changes } }) =>
        servers.update(context, server, changes),
      ),
      delete: os.servers.delete.handler(({ context: { context }, input }) => servers.delete(context, input.server, input.ifUnused)),
      deleted: os.servers.deleted.handler(({ context: { context } }) => servers.deleted(context)),
      restore: os.servers.restore.handler(({ context: { context }, input }) => servers.restore(context, input.server, input.newName)),
      purge: os.servers.purge.handler(({ context: { context }, input }) => servers.purge(context, input.server)),
      setSources: os.servers.setSources.handler(({ context: { context }, input }) =>
        servers.setSources(context, input.server, input.sourceIds),
      ),
      addSource: os.servers.addSource.handler(({ context: { context }, input }) => servers.addSource(context, input.server, input.source)),
      removeSource: os.servers.removeSource.handler(({ context: { context }, input }) =>
        servers.removeSource(context, input.server, input.source),
      ),
      status: os.servers.status.handler(({ context: { context }, input }) => servers.status(context, input.server)),
      tools: os.servers.tools.handler(({ context: { context }, input }) => tools.tools(context, input.server)),
      switchTools: os.servers.switchTools.handler(({ context: { context }, input: { server, ...switches } }) =>
        tools.switchTools(context, server, switches),
      ),
      toolChanges: os.servers.toolChanges.handler(({ context: { context }, input }) => tools.changes(context, input.server)),
      acceptTools: os.servers.acceptTools.handler(({ context: { context }, input }) => tools.accept(context, input.server, input.tools)),
      approve: os.servers.approve.handler(({ context: { context }, input }) =>
        servers.approve(context, input.server, input.version, input.program),
      ),
      program: os.servers.program.handler(({ context: { context }, input }) => servers.program(context, input.server)),
      restart: os.servers.restart.handler(({ context: { context }, input }) => servers.restart(context, input.server)),
      refresh: os.servers.refresh.handler(({ context: { context }, input }) => servers.refresh(context, input.server)),
      logs: os.servers.logs.handler(({ context: { context }, input }) => servers.logs(context, input.server)),
      history: os.servers.history.handler(({ context: { context }, input }) => logs.history(context, input.server)),
      getSettings: os.servers.getSettings.handler(() => services.serverSettings.get()),
      updateSettings: os.servers.updateSettings.handler(({ input }) => services.serverSettings.update(input)),
      readSnippet: os.servers.readSnippet.handler(({ input }) => servers.readSnippet(input.text)),
    },
    presets: {
      list: os.presets.list.handler(({ input }) => searchPresets(input?.search)),
      get: os.presets.get.handler(({ input }) => findPreset(input.preset)),
    },
    sources: {
      list: os.sources.list.handler(({ context: { context } }) => sources.list(context)),
      get: os.sources.get.handler(({ context: { context }, input }) => sources.get(context, input.source)),
      create: os.sources.create.handler(({ context: { context }, input }) => sources.create(context, input)),
      update: os.sources.update.handler(({ context: { context }, input: { source, ...changes } }) =>
        sources.update(context, source, changes),
      ),
      delete: os.sources.delete.handler(({ context: { context }, input }) => sources.delete(context, input.source, input.force)),
    },
    pool: {
      get: os.pool.get.handler(({ context: { context } }) => pool.get(context)),
      configure: os.pool.configure.handler(({ context: { context }, input }) => pool.configure(context, input.urls)),
    },
    secrets: {
      list: os.secrets.list.handler(({ context: { context } }) => secrets.list(context)),
      create: os.secrets.create.handler(({ context: { context }, input }) => secrets.create(context, input)),
      replace: os.secrets.replace.handler(({ context: { context }, input }) => secrets.replace(context, input.secret, input.value)),
      delete: os.secrets.delete.handler(({ context: { context }, input }) => secrets.delete(context, input.secret, input.force)),
      vault: os.secrets.vault.handler(() => secrets.vault()),
      unlock: os.secrets.unlock.handler(({ input }) => secrets.unlock(input.passphrase)),
      keep: os.secrets.keep.handler(({ input }) => secrets.keep(input)),
      rotate: os.secrets.rotate.handler(() => secrets.rotate()),
      purgeKeys: os.secrets.purgeKeys.handler(() => secrets.purgeKeys()),
    },
    oauth: {
      list: os.oauth.list.handler(({ context: { context } }) => oauth.list(context)),
      get: os.oauth.get.handler(({ context: { context }, input }) => oauth.get(context, input.server)),
      discover: os.oauth.discover.handler(({ context: { context }, input }) => oauth.discover(context, input.server, input.issuer)),
      start: os.oauth.start.handler(({ context: { context }, input: { server, ...wish } }) => oauth.start(context, server, wish)),
      updateAccount: os.oauth.updateAccount.handler(({ context: { context }, input: { server, account, ...changes } }) =>
        oauth.updateAccount(context, server, account, changes),
      ),
      deleteAccount: os.oauth.deleteAccount.handler(({ context: { context }, input }) =>
        oauth.deleteAccount(context, input.server, input.account),
      ),
      refresh: os.oauth.refresh.handler(({ context: { context }, input }) => oauth.refresh(context, input.server, input.account)),
      signOut: os.oauth.signOut.handler(({ context: { context }, input }) => oauth.signOut(context, input.server, input.account)),
      setClient: os.oauth.setClient.handler(({ context: { context }, input: { server, ...client } }) =>
        oauth.setClient(context, server, client),
      ),
      removeClient: os.oauth.removeClient.handler(({ context: { context }, input }) =>
        oauth.removeClient(context, input.server, input.issuer),
      ),
      setConfig: os.oauth.setConfig.handler(({ context: { context }, input }) => oauth.setConfig(context, input.server, input.config)),
      recipes: os.oauth.recipes.handler(() => [...RECIPES]),
      getSettings: os.oauth.getSettings.handler(() => oauth.getSettings()),
      updateSettings: os.oauth.updateSettings.handler(({ input }) => oauth.updateSettings(input)),
      clientMetadata: os.oauth.clientMetadata.handler(() => oauth.clientMetadata()),
    },
    tokens: {
      list: os.tokens.list.handler(({ context: { context } }) => tokens.list(context)),
      create: os.tokens.create.handler(({ context: { context }, input }) => tokens.create(context, input)),
      revoke: os.tokens.revoke.handler(({ context: { context }, input }) => tokens.revoke(context, input.token)),
      usage: os.tokens.usage.handler(async ({ context: { context }, input: { token, ...page } }) =>
        services.tokenUsage.read((await tokens.find(context, token)).id, page),
      ),
      unknown: os.tokens.unknown.handler(() => tokens.unknown()),
      getRateLimits: os.tokens.getRateLimits.handler(() => tokens.rates()),
      updateRateLimits: os.tokens.updateRateLimits.handler(({ input }) => tokens.setRates(input)),
    },
    clients: {
      detect: os.clients.detect.handler(() => clients.detect()),
      readServers: os.clients.readServers.handler(({ input }) => clients.readServers(input.client)),
      arrivals: os.clients.arrivals.handler(() => clients.arrivals()),
      welcome: os.clients.welcome.handler(({ context: { context } }) => clients.welcome(context)),
      leaveWelcome: os.clients.leaveWelcome.handler(() => clients.leaveWelcome()),
    },
    settings: {
      getDefaultProfile: os.settings.getDefaultProfile.handler(({ context: { context } }) => profiles.getDefault(context)),
      setDefaultProfile: os.settings.setDefaultProfile.handler(({ context: { context }, input }) =>
        profiles.setDefault(context, input.profile),
      ),
      getChangedTools: os.settings.getChangedTools.handler(() => tools.getChangedTools()),
      getAppearance: os.settings.getAppearance.handler(() => services.appearance.get()),
      updateAppearance: os.settings.updateAppearance.handler(({ input }) => services.appearance.update(input)),
      setChangedTools: os.settings.setChangedTools.handler(({ input }) => tools.setChangedTools(input.changedTools)),
    },
    discovery: {
      servers: os.discovery.servers.handler(({ context: { context } }) => discovery.servers(context)),
      server: os.discovery.server.handler(({ context: { context }, input }) => discovery.server(context, input.server)),
      status: os.discovery.status.handler(({ context: { context }, input }) => discovery.status(context, input.server)),
    },
    activity: { recent: os.activity.recent.handler(({ context: { context } }) => logs.recent(context)) },
    logs: {
      list: os.logs.list.handler(({ context: { context }, input }) => logs.list(context, input)),
      summary: os.logs.summary.handler(({ context: { context }, input }) => logs.summary(context, input)),
      usage: os.logs.usage.handler(({ context: { context } }) => logs.usage(context)),
      get: os.logs.get.handler(({ context: { context }, input }) => logs.get(context, input.log)),
      clear: os.logs.clear.handler(() => logs.clear()),
      replay: os.logs.replay.handler(({ context: { context }, input }) => logs.replay(context, input.log)),
      getSettings: os.logs.getSettings.handler(() => logs.getSettings()),
      updateSettings: os.logs.updateSettings.handler(({ input }) => logs.updateSettings(input)),
    },
    health: {
      ready: os.health.ready.handler(() => services.ready()),
      doctor: os.health.doctor.handler(() => services.doctor()),
    },
    events: { subscribe: os.events.subscribe.handler(({ signal }) => eventFeed(events, signal)) },
    backups: {
      list: os.backups.list.handler(() => backups.list()),
      run: os.backups.run.handler(({ context: { context }, input }) => backups.run(context, input?.to)),
      getSettings: os.backups.getSettings.handler(() => backups.getSettings()),
      updateSettings: os.backups.updateSettings.handler(({ input }) => backups.updateSettings(input)),
      verify: os.backups.verify.handler(({ input }) => backups.verify(input.backup)),
      preview: os.backups.preview.handler(({ input }) => backups.preview(input.backup)),
      restore: os.backups.restore.handler(({ input }) => backups.restore(input.backup)),
      delete: os.backups.delete.handler(({ input }) => backups.delete(input.backup)),
    },
    data: {
      reset: os.data.reset.handler(() => backups.reset()),
      last: os.data.last.handler(() => backups.last()),
    },
    recovery: {
      state: os.recovery.state.handler(() => recovery.state()),
      copyFiles: os.recovery.copyFiles.handler(({ input }) => recovery.copyFiles(input.to)),
      salvage: os.recovery.salvage.handler(() => recovery.salvage()),
      clearDirty: os.recovery.clearDirty.handler(() => recovery.clearDirty()),
      retry: os.recovery.retry.handler(() => recovery.retry()),
      quit: os.recovery.quit.handler(() => recovery.quit()),
    },
    system: {
      info: os.system.info.handler(() => services.info()),
      usage: os.system.usage.handler(() => services.usage()),
    },
  })
}

export type AppRouter = ReturnType<typeof createRouter>

type Interceptor = ProcedureClientInterceptorOptions<OperationContext, Record<never, never>, Record<string, unknown>> & {
  next(): Promise<unknown>
}

/**
 * Around every operation on every carrier: who may do it, and errors in the one form. An operation that says
 * nothing about rights is the owner's alone.
 */
export function guardOperation(logger: Logger) {
  return async ({ context: { context, isWelcome }, procedure, next }: Interceptor): Promise<unknown> => {
    try {
      if (isWelcome?.() === false) throw new AppError('UNAUTHORIZED', 'The token is not valid any more')
      const { permission = 'owner' } = procedure['~orpc'].meta as Partial<OperationMeta>
      if (!may(context.principal, permission)) throw new AppError('FORBIDDEN', `The token lacks the right ${permission}`)
      return await next()
    } catch (error) {
      throw toOrpcError(error, logger)
    }
  }
}
