import type { ServerId } from '@local-mcp/kernel'
import { META } from '../protocol/revisions.ts'
import type { Frame } from '../wire/frame.ts'
import { editObject } from '../wire/json-edit.ts'
import { rpcNotification } from '../wire/messages.ts'
import type { EndpointView } from './endpoint.ts'

/** More than this is not worth it for a server to watch, and for us to remember. */
const MAX_WATCHED = 20_000

/** Somebody who wants to hear when a resource changes. */
export interface Subscriber {
  /** The endpoint that it uses: a server that is taken out of it is not heard there any more. */
  readonly view: Pick<EndpointView, 'serverIds'>
  /** @param frame the server's notification */
  resourceUpdated(frame: Frame): void
}

/**
 * Who wants to hear of which resource. A server is asked once for each, however many listen.
 *
 * @param apply tells a server which resources to watch from now on; where much changes at once, it is called for the
 *   first change and for all others together
 */
export function createSubscriptions(apply: (server: ServerId, uris: ReadonlySet<string>) => void) {
  const servers = new Map<ServerId, Map<string, Set<Subscriber>>>()
  const held = new Map<Subscriber, Map<string, Set<ServerId>>>()
  /** Servers that were told in this turn, and whether something changed since. */
  const told = new Map<ServerId, boolean>()
  const tell = (server: ServerId) => apply(server, new Set(servers.get(server)?.keys()))

  function changed(server: ServerId): void {
    if (told.has(server)) {
      told.set(server, true)
      return
    }
    told.set(server, false)
    tell(server)
    setImmediate(() => {
      const again = told.get(server)
      told.delete(server)
      if (again) tell(server)
    })
  }

  function drop(server: ServerId, uri: string, subscriber: Subscriber): void {
    const uris = servers.get(server)
    const subscribers = uris?.get(uri)
    if (!uris || !subscribers?.delete(subscriber) || subscribers.size > 0) return
    uris.delete(uri)
    if (uris.size === 0) servers.delete(server)
    changed(server)
  }

  return {
    /** @returns false where the server has as many to watch as it may have */
    add(server: ServerId, uri: string, subscriber: Subscriber): boolean {
      const uris = servers.get(server) ?? new Map<string, Set<Subscriber>>()
      const subscribers = uris.get(uri)
      if (!subscribers && uris.size >= MAX_WATCHED) return false
      const mine = held.get(subscriber) ?? new Map<string, Set<ServerId>>()
      held.set(subscriber, mine.set(uri, (mine.get(uri) ?? new Set()).add(server)))
      if (subscribers) {
        subscribers.add(subscriber)
        return true
      }
      servers.set(server, uris.set(uri, new Set([subscriber])))
      changed(server)
      return true
    },

    remove(uri: string, subscriber: Subscriber): void {
      const mine = held.get(subscriber)
      for (const server of mine?.get(uri) ?? []) drop(server, uri, subscriber)
      mine?.delete(uri)
    },

    removeAll(subscriber: Subscriber): void {
      for (const [uri, owners] of held.get(subscriber) ?? []) for (const server of owners) drop(server, uri, subscriber)
      held.delete(subscriber)
    },

    updated(server: ServerId, uri: string, frame: Frame): void {
      // Most are of one endpoint, and a server may have a lot to say.
      let view: Subscriber['view'] | null = null
      let isHeard = false
      for (const subscriber of servers.get(server)?.get(uri) ?? []) {
        if (subscriber.view !== view) {
          view = subscriber.view
          isHeard = view.serverIds.includes(server)
        }
        if (isHeard) subscriber.resourceUpdated(frame)
      }
    },

    /** A server begins a new life: it has to be told again. */
    again: (server: ServerId) => {
      if (servers.has(server)) tell(server)
    },

    /** How many resources it wants to hear of. */
    count: (subscriber: Subscriber): number => held.get(subscriber)?.size ?? 0,
  }
}

export type Subscriptions = ReturnType<typeof createSubscriptions>

/**
 * A server's notification with the mark of the subscription that it goes out on, in the place of the one that it came in on.
 *
 * @param id JSON text of the request that the client listens with; null for legacy clients, which know no such mark
 */
export function withSubscription({ bytes, method, params, paramsSpan }: Frame, id: Buffer | null): Buffer {
  const meta = editObject(bytes, params.meta, {
    drop: (key) => key === META.subscriptionId,
    ...(id ? { set: { [META.subscriptionId]: id } } : {}),
  })
  const keep = meta.length > 2
  return rpcNotification(
    method,
    editObject(bytes, paramsSpan, { drop: (key) => key === '_meta', ...(keep ? { set: { _meta: meta } } : {}) }),
  )
}
