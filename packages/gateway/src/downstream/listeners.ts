import type { ServerResponse } from 'node:http'
import type { Principal } from '@local-mcp/core'
import { isObject } from '@local-mcp/kernel'
import { CODES, META } from '../protocol/revisions.ts'
import type { ListKind } from '../upstream/connection.types.ts'
import { parseSpan } from '../wire/frame.ts'
import { rpcError, rpcNotification, rpcResult } from '../wire/messages.ts'
import { sseMessage } from '../wire/sse.ts'
import { type ClientRequest, type Methods, resultFor } from './methods.ts'
import { STREAM_HEADERS } from './reply.ts'
import { type Subscriber, type Subscriptions, withSubscription } from './subscriptions.ts'

const KEEP_ALIVE = 15_000
const MAX_LISTENERS = 2000
const MAX_RESOURCES = 1000
/** A client that does not read its news is cut off: it will ask for the lists when it comes back. In bytes. */
const MAX_QUEUED = 1024 * 1024
const LISTS: readonly ListKind[] = ['tools', 'prompts', 'resources']

/** A modern client's open request for news. */
interface Listener extends Subscriber {
  readonly request: ClientRequest
  readonly res: ServerResponse
  readonly lists: ReadonlySet<string>
}

/** The requests of modern clients that stay open to hear of changes. */
export function createListeners(methods: Methods, subscriptions: Subscriptions, version: string) {
  const listeners = new Set<Listener>()
  const keepAlive = setInterval(() => {
    for (const { res } of listeners) res.write(': keep-alive\n\n')
  }, KEEP_ALIVE).unref()

  function send(res: ServerResponse, message: Buffer): void {
    if (res.writableLength > MAX_QUEUED) res.destroy()
    else res.write(sseMessage(message))
  }

  /** The news' own id, which every message of the stream bears. */
  const mark = (id: Buffer, method: string, params: object): Buffer => {
    const text = JSON.stringify({ ...params, _meta: { [META.subscriptionId]: 0 } })
    return rpcNotification(method, Buffer.from(text.replace(/0\}\}$/, () => `${id.toString('utf8')}}}`)))
  }

  async function honoured(request: ClientRequest, listener: Listener, uris: readonly unknown[]): Promise<string[]> {
    const watched: string[] = []
    for (const uri of uris.slice(0, MAX_RESOURCES)) {
      if (typeof uri !== 'string') continue
      const owners = await methods.ownersOf(request, uri)
      if (!owners || owners.length === 0) continue
      const isWatched = owners.map((server) => subscriptions.add(server, uri, listener))
      if (isWatched.includes(true)) watched.push(uri)
    }
    return watched
  }

  function end(listener: Listener): void {
    const { request, res } = listener
    send(res, rpcResult(request.id, resultFor(request.client, version, {})))
    res.end()
  }

  return {
    /** Answers `subscriptions/listen`: says what will be told, and leaves the stream open. */
    async open(request: ClientRequest, res: ServerResponse): Promise<void> {
      const { frame, id, reply } = request
      const params = frame.paramsSpan ? parseSpan(frame.bytes, frame.paramsSpan) : {}
      const filter = isObject(params) ? params.notifications : null
      if (!isObject(filter)) {
        reply.end(rpcError(id, CODES.invalidParams, 'params.notifications must say what to listen to'))
        return
      }
      if (listeners.size >= MAX_LISTENERS) {
        reply.end(rpcError(id, CODES.internal, `${MAX_LISTENERS} clients listen already`), 429)
        return
      }
      const lists = new Set(LISTS.map((kind) => `${kind}ListChanged`).filter((key) => filter[key] === true))
      const listener: Listener = {
        request,
        view: request.view,
        res,
        lists,
        resourceUpdated: (update) => send(res, withSubscription(update, id)),
      }
      const uris = Array.isArray(filter.resourceSubscriptions) ? await honoured(request, listener, filter.resourceSubscriptions) : null
      if (!request.isWelcome()) {
        subscriptions.removeAll(listener)
        res.destroy()
        return
      }
      res.writeHead(200, STREAM_HEADERS)
      res.flushHeaders()
      listeners.add(listener)
      res.once('close', () => {
        listeners.delete(listener)
        subscriptions.removeAll(listener)
      })
      const notifications = {
        ...Object.fromEntries([...lists].map((key) => [key, true])),
        ...(uris ? { resourceSubscriptions: uris } : {}),
      }
      send(res, mark(id, 'notifications/subscriptions/acknowledged', { notifications }))
    },

    /** Tells whoever listens at this endpoint that a list is another. */
    listChanged(endpoint: string, kind: ListKind): void {
      for (const { request, res, lists } of listeners) {
        if (request.view.key === endpoint && lists.has(`${kind}ListChanged`))
          send(res, mark(request.id, `notifications/${kind}/list_changed`, {}))
      }
    },

    endWhere(matches: (listener: { readonly endpoint: string; readonly principal: Principal }) => boolean): void {
      for (const listener of [...listeners]) {
        const { view, client } = listener.request
        if (matches({ endpoint: view.key, principal: client.principal })) end(listener)
      }
    },

    close(): void {
      clearInterval(keepAlive)
      for (const listener of [...listeners]) end(listener)
    },
  }
}

export type Listeners = ReturnType<typeof createListeners>
