import type { ServerId } from '@local-mcp/kernel'
import { META } from '../protocol/revisions.ts'
import type { Frame } from '../wire/frame.ts'
import { editObject } from '../wire/json-edit.ts'
import { rpcNotification } from '../wire/messages.ts'

/** Somebody who wants to hear when a resource changes. */
export interface Subscriber {
  /** @param frame the server's notification */
  resourceUpdated(frame: Frame): void
}

/**
 * Who wants to hear of which resource. A server is asked once for each, however many listen.
 *
 * @param apply tells a server which resources to watch from now on
 */
export function createSubscriptions(apply: (server: ServerId, uris: ReadonlySet<string>) => void) {
  const servers = new Map<ServerId, Map<string, Set<Subscriber>>>()
  const urisOf = (server: ServerId): ReadonlySet<string> => new Set(servers.get(server)?.keys())

  function drop(server: ServerId, uri: string, subscriber: Subscriber): void {
    const uris = servers.get(server)
    const subscribers = uris?.get(uri)
    if (!uris || !subscribers?.delete(subscriber) || subscribers.size > 0) return
    uris.delete(uri)
    apply(server, urisOf(server))
    if (uris.size === 0) servers.delete(server)
  }

  return {
    add(server: ServerId, uri: string, subscriber: Subscriber): void {
      const uris = servers.get(server) ?? new Map<string, Set<Subscriber>>()
      servers.set(server, uris)
      const subscribers = uris.get(uri)
      if (subscribers) {
        subscribers.add(subscriber)
        return
      }
      uris.set(uri, new Set([subscriber]))
      apply(server, urisOf(server))
    },

    remove(uri: string, subscriber: Subscriber): void {
      for (const server of [...servers.keys()]) drop(server, uri, subscriber)
    },

    removeAll(subscriber: Subscriber): void {
      for (const [server, uris] of [...servers]) for (const uri of [...uris.keys()]) drop(server, uri, subscriber)
    },

    updated(server: ServerId, uri: string, frame: Frame): void {
      for (const subscriber of servers.get(server)?.get(uri) ?? []) subscriber.resourceUpdated(frame)
    },

    /** A server begins a new life: it has to be told again. */
    again: (server: ServerId) => {
      if (servers.has(server)) apply(server, urisOf(server))
    },

    count: (subscriber: Subscriber): number => {
      let held = 0
      for (const uris of servers.values()) for (const subscribers of uris.values()) if (subscribers.has(subscriber)) held++
      return held
    },
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
