import type { Logger, ServerId } from '@local-mcp/kernel'
import { isObject } from '@local-mcp/kernel'
import { askClient } from '../bridge/ask-client.ts'
import { type Client, canAnswer, wantsLog } from '../protocol/client.ts'
import type { ListKind } from '../upstream/connection.types.ts'
import { ITEM_KINDS, LISTS } from '../upstream/listing.ts'
import { type Frame, parseSpan } from '../wire/frame.ts'
import { rpcNotification } from '../wire/messages.ts'
import type { EndpointView } from './endpoint.ts'
import type { Listeners } from './listeners.ts'
import type { Session, Sessions } from './sessions.ts'
import type { Views } from './views.ts'

const NO_ROOTS = Buffer.from('{"roots":[]}')
const NO_PARAMS = Buffer.from('{}')

export interface ChangesOptions {
  readonly sessions: Sessions
  readonly listeners: Listeners
  readonly views: Views
  readonly logger: Logger
}

/** Log messages of one server, to all clients together, in a window of so many milliseconds: a server that storms is not
 * worth the time of all others. What is more is dropped. */
const LOG_WINDOW = 100
const MAX_LOGS = 500

/** Tells clients what is no longer as they saw it. */
export function createChanges({ sessions, listeners, views, logger }: ChangesOptions) {
  /** What modern clients could have seen last, by endpoint and list. */
  const seen = new Map<string, Buffer>()
  /** How many log messages of a server went out lately. */
  const told = new Map<ServerId, { until: number; sent: number }>()
  /** Questions for roots that wait for an answer: whoever asks meanwhile gets the same one. */
  const roots = new Map<ServerId, Promise<Buffer>>()

  function tell(view: EndpointView, kind: ListKind): void {
    for (const session of sessions.all())
      if (session.endpoint === view.key) session.news.send(rpcNotification(`notifications/${kind}/list_changed`))
    listeners.listChanged(view.key, kind)
  }

  const audienceOf = (server: ServerId): Session[] =>
    [...sessions.all()].filter(({ endpoint }) => views.find(endpoint)?.view.serverIds.includes(server))

  return {
    tell,

    /** Before the first change: what could have been seen is what is listed now. */
    remember(view: EndpointView): void {
      for (const kind of ITEM_KINDS) {
        const key = `${view.key} ${LISTS[kind].method}`
        if (!seen.has(key)) seen.set(key, view.catalog().list(kind, 'modern'))
      }
    },

    /** Tells the clients of an endpoint whose lists are no longer the ones that they saw. */
    compare(view: EndpointView): void {
      const catalog = view.catalog()
      for (const kind of ITEM_KINDS) {
        const { method, capability } = LISTS[kind]
        const modern = catalog.list(kind, 'modern')
        const key = `${view.key} ${method}`
        const before = seen.get(key)
        seen.set(key, modern)
        if (before && !before.equals(modern)) listeners.listChanged(view.key, capability)
        const legacy = catalog.list(kind, 'legacy')
        for (const session of sessions.all()) {
          const served = session.endpoint === view.key ? session.served.get(method) : undefined
          if (!served || served.equals(legacy)) continue
          session.served.set(method, legacy)
          session.news.send(rpcNotification(`notifications/${capability}/list_changed`))
          logger.debug('Told a client that a list changed', { endpoint: view.key, list: capability })
        }
      }
    },

    /** The roots of the one client that uses the server and has any; of several, which one is meant cannot be known. */
    async rootsFor(server: ServerId): Promise<Buffer> {
      const able = audienceOf(server).filter((session) => canAnswer(session, 'roots/list') && session.news.attached)
      const [only, other] = able
      if (!only || other) return NO_ROOTS
      const asked =
        roots.get(server) ??
        askClient(only, null, 'roots/list', NO_PARAMS)
          .answer.then((given) => ('result' in given ? given.result : NO_ROOTS))
          .finally(() => roots.delete(server))
      roots.set(server, asked)
      return asked
    },

    /** A log message that belongs to no request: for whoever uses the server, as long as that is one person. */
    log(server: ServerId, frame: Frame): void {
      const now = performance.now()
      let window = told.get(server)
      if (!window || now >= window.until) {
        window = { until: now + LOG_WINDOW, sent: 0 }
        told.set(server, window)
      }
      if (window.sent >= MAX_LOGS) return
      const audience = audienceOf(server)
      window.sent += audience.length
      if (new Set(audience.map(({ principal }) => principal.userId)).size > 1) return
      const params = frame.paramsSpan ? parseSpan(frame.bytes, frame.paramsSpan) : null
      const level = isObject(params) ? params.level : undefined
      for (const session of audience) if (wantsLog(session, level)) session.news.send(frame.bytes, true)
    },

    toClient(client: Client, frame: Frame): void {
      for (const session of sessions.all()) if (session.conversation === client.conversation) session.news.send(frame.bytes)
    },
  }
}
