import type {
  Account,
  AppEvent,
  Arrival,
  Backup,
  Call,
  ClientToken,
  DeletedServer,
  Profile,
  Server,
  ServerMoment,
  ServerStatus,
  Source,
} from '@local-mcp/contract'
import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { Queries } from '../connect.ts'
import { applyCall, applyCleared } from '../features/activity/apply-call.ts'
import { BACKUP_PROGRESS, type BackupProgress } from './backup-progress.ts'

/** As many calls as the window keeps; the host keeps its own number. */
const CALLS_KEPT = 200
/** As many as the host keeps. */
const ARRIVALS_KEPT = 200

/** Writes one event into the query cache, which is all that views read. */
export function applyEvent(event: AppEvent, cache: QueryClient, queries: Queries): void {
  const patch = <T>(queryKey: QueryKey, change: (current: T) => T) => {
    const write = () => void cache.setQueryData<T>(queryKey, (current) => (current === undefined ? undefined : change(current)))
    const query = cache.getQueryCache().find({ queryKey, exact: true })
    // Known to be out of date and read again when it is shown: writing into it would make it look fresh.
    if (query?.state.isInvalidated && query.state.fetchStatus === 'idle') return
    write()
    // An answer on its way may be older than this event and would overwrite it: then it is written once more.
    if (query?.state.fetchStatus === 'fetching') void query.promise?.then(write, () => {})
  }
  const again = (queryKey: QueryKey) => void cache.invalidateQueries({ queryKey })
  const used = (tokenId: string | null, at: number) =>
    patch<ClientToken[]>(queries.tokens.list.queryKey(), (list) =>
      list.map((token) => (token.id === tokenId ? { ...token, lastUsedAt: Math.max(token.lastUsedAt ?? 0, at) } : token)),
    )
  const profiles = queries.profiles.list.queryKey()
  const servers = queries.servers.list.queryKey()
  /** The ledger, and how many values there are. */
  const secrets = queries.secrets.key()
  const deleted = queries.servers.deleted.queryKey()
  const pool = queries.pool.get.queryKey()
  const sources = queries.sources.list.queryKey()
  const accounts = queries.oauth.list.queryKey()
  /** What a profile's clients see, and what is written of it. */
  const seenAgain = () => {
    again(queries.profiles.effectiveTools.key())
    again(queries.profiles.prompt.key())
    again(queries.profiles.checkTool.key())
  }
  const signInOf = (serverId: string) => queries.oauth.get.key({ input: { server: serverId } })

  switch (event.type) {
    case 'profile.created':
    case 'profile.updated':
      patch<Profile[]>(profiles, (list) => upsert(list, event.profile))
      again(queries.profiles.links.key())
      again(queries.profiles.tools.key())
      seenAgain()
      // Which profiles a server is in is told by the server, and which name an account by the account.
      again(servers)
      again(queries.oauth.list.key())
      again(queries.oauth.get.key())
      break
    case 'profile.deleted':
      patch<Profile[]>(profiles, (list) => without(list, event.profileId))
      again(servers)
      break
    case 'server.created':
    case 'server.restored':
    case 'server.updated':
      patch<Server[]>(servers, (list) => upsert(list, event.server))
      // It may be on now, or off, and its name is in what prompts say.
      seenAgain()
      if (event.type !== 'server.updated') again(profiles)
      if (event.type !== 'server.updated') again(pool)
      if (event.type === 'server.restored') {
        again(accounts)
        patch<DeletedServer[]>(deleted, (list) => without(list, event.server.id))
        again(queries.profiles.links.key())
      }
      // Which servers use a source is told by the source.
      again(sources)
      // And which use a secret, by the secret; a server may bring one along.
      again(secrets)
      break
    case 'server.purged':
      patch<DeletedServer[]>(deleted, (list) => without(list, event.serverId))
      again(pool)
      again(secrets)
      break
    case 'pool.changed':
      again(pool)
      break
    case 'source.created':
    case 'source.updated':
      patch<Source[]>(sources, (list) => byName(upsert(list, event.source)))
      again(secrets)
      break
    case 'source.deleted':
      patch<Source[]>(sources, (list) => without(list, event.sourceId))
      again(secrets)
      break
    case 'server.deleted':
      patch<Server[]>(servers, (list) => without(list, event.serverId))
      again(accounts)
      again(secrets)
      again(deleted)
      again(pool)
      again(sources)
      again(profiles)
      again(queries.profiles.links.key())
      seenAgain()
      break
    case 'server.status.changed':
      patch<Server[]>(servers, (list) =>
        list.map((server) => (server.id === event.serverId ? { ...server, status: event.status } : server)),
      )
      patch<ServerMoment[]>(queries.servers.history.queryKey({ input: { server: event.serverId } }), (moments) =>
        withMoment(moments, event.status),
      )
      again(queries.system.usage.key())
      break
    case 'server.settings.updated':
      cache.setQueryData(queries.servers.getSettings.queryKey(), event.settings)
      break
    case 'server.tools.changed':
      again(queries.servers.tools.key({ input: { server: event.serverId } }))
      again(queries.servers.toolChanges.key({ input: { server: event.serverId } }))
      again(queries.profiles.tools.key())
      seenAgain()
      // How many changes wait is told by the server, the policy of a link by the link.
      again(servers)
      again(queries.profiles.links.key())
      break
    case 'settings.changed-tools.updated':
      cache.setQueryData(queries.settings.getChangedTools.queryKey(), { changedTools: event.changedTools })
      for (const held of [queries.servers.tools, queries.servers.toolChanges, queries.profiles.tools]) again(held.key())
      seenAgain()
      break
    case 'settings.appearance.updated':
      cache.setQueryData(queries.settings.getAppearance.queryKey(), event.appearance)
      break
    case 'token.created':
      patch<ClientToken[]>(queries.tokens.list.queryKey(), (list) => upsert(list, event.token))
      break
    case 'token.revoked':
      patch<ClientToken[]>(queries.tokens.list.queryKey(), (list) => upsert(list, event.token))
      break
    case 'oauth.account.changed':
      patch<Account[]>(accounts, (list) => upsert(list, event.account))
      again(signInOf(event.account.serverId))
      break
    case 'oauth.account.deleted':
      patch<Account[]>(accounts, (list) => without(list, event.accountId))
      again(signInOf(event.serverId))
      // What named it names none.
      again(queries.profiles.links.key())
      break
    case 'oauth.server.changed':
      again(signInOf(event.serverId))
      again(secrets)
      break
    case 'oauth.settings.updated':
      cache.setQueryData(queries.oauth.getSettings.queryKey(), event.settings)
      again(queries.oauth.clientMetadata.key())
      // With the redirect URI in them.
      again(queries.oauth.get.key())
      break
    case 'settings.rate-limits.updated':
      cache.setQueryData(queries.tokens.getRateLimits.queryKey(), event.rateLimits)
      break
    case 'secrets.changed':
      again(secrets)
      break
    case 'call.started':
    case 'call.finished':
      patch<Call[]>(queries.activity.recent.queryKey(), (list) => upsertCall(list, event.call))
      applyCall(event.call, cache, queries, patch)
      used(event.call.tokenId, event.call.at)
      break
    case 'logs.cleared':
      applyCleared(cache, queries)
      break
    case 'settings.logs.updated':
      cache.setQueryData(queries.logs.getSettings.queryKey(), event.settings)
      // Shorter limits take rows away.
      again(queries.logs.usage.key())
      break
    case 'client.arrived':
      patch<Arrival[]>(queries.clients.arrivals.queryKey(), (list) =>
        [...without(list, event.arrival.id), event.arrival].slice(-ARRIVALS_KEPT),
      )
      used(event.arrival.tokenId, event.arrival.at)
      // What it connected with is in its file by now.
      if (event.arrival.kind === 'connected') again(queries.clients.detect.key())
      break
    case 'welcome.left':
      cache.setQueryData(queries.clients.welcome.queryKey(), { wanted: false })
      break
    case 'backup.progress':
      setProgress(cache, { doneBytes: event.doneBytes, totalBytes: event.totalBytes })
      break
    case 'backup.finished':
      setProgress(cache, null)
      patch<Backup[]>(queries.backups.list.queryKey(), (list) => newestFirst(upsert(list, event.backup)))
      break
    case 'backup.failed':
      setProgress(cache, null)
      break
    case 'backup.settings.updated':
      cache.setQueryData(queries.backups.getSettings.queryKey(), event.settings)
      break
    case 'backup.deleted':
      patch<Backup[]>(queries.backups.list.queryKey(), (list) => without(list, event.backupId))
      break
  }
}

function upsert<T extends { id: string }>(list: readonly T[], item: T): T[] {
  return list.some((other) => other.id === item.id) ? list.map((other) => (other.id === item.id ? item : other)) : [...list, item]
}

function without<T extends { id: string }>(list: readonly T[], id: string): T[] {
  return list.filter((item) => item.id !== id)
}

const byName = (list: readonly Source[]) => list.toSorted((a, b) => a.name.localeCompare(b.name))

const setProgress = (cache: QueryClient, progress: BackupProgress) => void cache.setQueryData(BACKUP_PROGRESS, progress)

const newestFirst = (list: readonly Backup[]) => list.toSorted((a, b) => b.createdAt - a.createdAt)

/** As many moments as the host tells of one server. */
const MOMENTS_KEPT = 200

/** A status may change in what is no moment of its own, such as the number of tools. */
function withMoment(moments: readonly ServerMoment[], { since, state, problem, pid }: ServerStatus): ServerMoment[] {
  const moment = { at: since, state, code: problem?.code ?? null, message: problem?.message ?? null, pid }
  const [last] = moments
  if (last && last.state === state && last.code === moment.code && last.pid === pid) return [...moments]
  return [moment, ...moments].slice(0, MOMENTS_KEPT)
}

function upsertCall(list: readonly Call[], call: Call): Call[] {
  const at = list.findIndex((other) => other.id === call.id)
  if (at < 0) return [call, ...list].slice(0, CALLS_KEPT)
  // `started` may arrive after `finished` was read with the list: a finished call stays finished.
  if (call.status === 'pending') return [...list]
  return list.with(at, call)
}
