import type { Call, CallDetail, CallStatus, LogSettings, LogSummary, LogUsage, ServerMoment } from '@local-mcp/contract'
import { AppError, isId, type ProfileId, type ServerId } from '@local-mcp/kernel'
import type { Context, Principal } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findProfile } from '../find.ts'
import type { CallHistory } from '../gateway.ports.ts'
import { LOG_SETTINGS } from '../settings.ts'
import { DAY } from '../tokens/token-gate.ts'
import type { LogFilters, LogPlace, TrafficLog } from './log.ports.ts'
import { readLogSettings } from './log-settings.ts'

const PAGE = 50
/** What is known without asking for a page. */
const RECENT = 200
/** A summary of more than this would have more bars than anybody sees. */
const MAX_STEPS = 1000
const HOUR = DAY / 24

/** Filters as somebody asks for them: absent or undefined limits nothing. */
export interface LogWish {
  readonly profile?: string | undefined
  readonly server?: string | undefined
  readonly token?: string | undefined
  readonly method?: string | undefined
  readonly status?: CallStatus | undefined
  readonly hasError?: boolean | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly text?: string | undefined
}

/** A recorded request that is to be made again, on behalf of the owner. */
export interface ReplayTarget {
  readonly profileId: ProfileId | null
  readonly serverId: ServerId | null
  readonly method: string
  /** The JSON-RPC message as the client sent it. */
  readonly request: string
}

export interface LogDependencies extends Pick<ServiceDependencies, 'store' | 'events' | 'clock'> {
  readonly log: TrafficLog
  readonly calls: CallHistory
  /** Resolves with the new call when it has ended. @throws AppError NOT_REPLAYABLE */
  readonly replay: (target: ReplayTarget, principal: Principal) => Promise<Call>
}

const placeOf = (text: string): LogPlace => {
  const [, at, id] = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(text) ?? []
  if (at === undefined || id === undefined || !isId(id)) {
    const message = 'Must be the `next` of a page'
    throw new AppError('VALIDATION_ERROR', '`before` is not the `next` of a page', { fields: [{ path: ['before'], message }] })
  }
  return { at: Number(at), id }
}

/** What the traffic log has, and what is kept in it. */
export function createLogService({ store, events, clock, log, calls, replay }: LogDependencies) {
  /** A server that was deleted is found too: its rows are still there. @throws AppError SERVER_NOT_FOUND */
  async function serverId({ principal }: Context, ref: string): Promise<ServerId> {
    const found = (await store.read.servers.get(principal, ref)) ?? (await store.read.servers.getDeleted(principal, ref))
    if (!found) throw new AppError('SERVER_NOT_FOUND', `There is no server "${ref}"`)
    return found.id
  }

  async function filtersOf(context: Context, { profile, server, token, ...rest }: LogWish): Promise<LogFilters> {
    return {
      ...rest,
      tokenId: token,
      profileId: profile === undefined ? undefined : (await findProfile(store.read, context, profile)).id,
      serverId: server === undefined ? undefined : await serverId(context, server),
    }
  }

  async function find({ principal }: Context, id: string) {
    const found = await log.get(principal, id)
    if (!found) throw new AppError('LOG_NOT_FOUND', `The traffic log has no row "${id}"`)
    return found
  }

  return {
    /** The newest first. @throws AppError PROFILE_NOT_FOUND, SERVER_NOT_FOUND, VALIDATION_ERROR for a `before` of no page */
    async list(
      context: Context,
      { limit = PAGE, before, ...wish }: LogWish & { readonly limit?: number | undefined; readonly before?: string | undefined },
    ): Promise<{ rows: Call[]; next: string | null }> {
      const place = before === undefined ? null : placeOf(before)
      const found = await log.list(context.principal, await filtersOf(context, wish), limit + 1, place)
      const rows = found.slice(0, limit)
      const last = rows.at(-1)
      return { rows, next: found.length > limit && last ? `${last.at}.${last.id}` : null }
    },

    /** @throws AppError LOG_NOT_FOUND */
    async get(context: Context, id: string): Promise<CallDetail> {
      const { profileId: _, ...detail } = await find(context, id)
      return detail
    },

    async summary(
      context: Context,
      wish: {
        readonly profile?: string | undefined
        readonly server?: string | undefined
        readonly from?: number | undefined
        readonly to?: number | undefined
        readonly step?: 'hour' | 'day' | undefined
      },
    ): Promise<LogSummary> {
      const { step = 'hour', to = clock.now() } = wish
      const from = wish.from ?? to - DAY
      const steps = (to - from) / (step === 'hour' ? HOUR : DAY)
      const refuse = (message: string) => new AppError('VALIDATION_ERROR', message, { fields: [{ path: ['from'], message }] })
      if (steps < 0) throw refuse('`from` has to be before `to`')
      if (steps > MAX_STEPS) throw refuse(`The span is longer than ${MAX_STEPS} steps`)
      const { profileId, serverId: server } = await filtersOf(context, { profile: wish.profile, server: wish.server })
      return log.summary(context.principal, { profileId, serverId: server, from, to, step })
    },

    /** What became of a server, the newest first. @throws AppError SERVER_NOT_FOUND */
    history: async (context: Context, ref: string): Promise<ServerMoment[]> => log.history(await serverId(context, ref)),

    usage: ({ principal }: Context): Promise<LogUsage> => log.usage(principal),

    async clear(): Promise<{ removed: number }> {
      const removed = await log.clear()
      calls.forget()
      events.emit({ type: 'logs.cleared' })
      return { removed }
    },

    /** The last calls: those of this life of the gateway, and before them those that were taken down in an earlier one. */
    async recent({ principal }: Context): Promise<Call[]> {
      const live = calls.recent()
      if (live.length >= RECENT) return live.slice(0, RECENT)
      const known = new Set(live.map(({ id }) => id))
      const stored = await log.list(principal, {}, RECENT, null).catch(() => [])
      return [...live, ...stored.filter(({ id }) => !known.has(id))].slice(0, RECENT)
    },

    /** @throws AppError LOG_NOT_FOUND, NOT_REPLAYABLE */
    async replay(context: Context, id: string): Promise<CallDetail> {
      const row = await find(context, id)
      if (!row.replayable || row.client.request === null)
        throw new AppError('NOT_REPLAYABLE', 'The call was not recorded whole, or is of a kind that is not repeated')
      const target = {
        profileId: row.profileId,
        serverId: row.serverId as ServerId | null,
        method: row.method,
        request: row.client.request,
      }
      const call = await replay(target, context.principal)
      const made = await log.get(context.principal, call.id)
      const { profileId: _, ...detail } = made ?? { ...NOT_RECORDED, ...call, profileId: null }
      return detail
    },

    getSettings: (): Promise<LogSettings> => readLogSettings(store.read),

    async updateSettings(changes: { readonly [Key in keyof LogSettings]?: LogSettings[Key] | undefined }): Promise<LogSettings> {
      const settings = await store.transaction(async (tx) => {
        const present = await readLogSettings(tx)
        const changed: LogSettings = {
          level: changes.level ?? present.level,
          keepDays: changes.keepDays ?? present.keepDays,
          keepRows: changes.keepRows ?? present.keepRows,
          keepMegabytes: changes.keepMegabytes ?? present.keepMegabytes,
        }
        await tx.settings.set(LOG_SETTINGS, changed, clock.now())
        return changed
      })
      log.configure(settings)
      events.emit({ type: 'settings.logs.updated', settings })
      return settings
    },
  }
}

/** Of a call that was made while the log is off. */
const NOT_RECORDED: Omit<CallDetail, keyof Call> = {
  errorMessage: null,
  requestBytes: null,
  responseBytes: null,
  truncated: false,
  redacted: false,
  client: { protocolVersion: null, request: null, response: null },
  server: null,
  replayable: false,
}

export type LogService = ReturnType<typeof createLogService>
