import { isObject } from '@local-mcp/kernel'
import { toJson } from '../wire/json-edit.ts'
import type { Connection } from './connection.ts'
import type { Handshake } from './handshake.ts'
import { ownParams } from './handshake.ts'

const REQUEST_TIMEOUT = 30_000
/** Waits before a stream of news that broke is opened again, in milliseconds. */
const AGAIN = 1000
const MAX_AGAIN = 60_000

/**
 * Keeps a server telling what changes: its lists, and the resources that somebody subscribed to. Legacy servers are
 * asked URI by URI; modern ones get one request that stays open, and another one whenever the set changes.
 */
export function watchServer(connection: Connection, handshake: Handshake, version: string) {
  const { capabilities, era } = handshake
  const able = (name: string, what: string) =>
    isObject(capabilities[name]) && (capabilities[name] as Record<string, unknown>)[what] === true
  let watched = new Set<string>()
  let listening: AbortController | null = null
  let closed = false
  let broken = 0

  function filter(): Record<string, unknown> {
    return {
      ...(able('tools', 'listChanged') ? { toolsListChanged: true } : {}),
      ...(able('prompts', 'listChanged') ? { promptsListChanged: true } : {}),
      ...(able('resources', 'listChanged') ? { resourcesListChanged: true } : {}),
      ...(able('resources', 'subscribe') && watched.size > 0 ? { resourceSubscriptions: [...watched] } : {}),
    }
  }

  function listen(): void {
    const before = listening
    listening = null
    const notifications = filter()
    if (Object.keys(notifications).length > 0 && !closed) {
      const mine = new AbortController()
      listening = mine
      connection
        .listen(ownParams('modern', version, { notifications }), mine.signal)
        .then(
          () => {},
          () => {},
        )
        .finally(() => {
          if (listening !== mine || closed) return
          const wait = Math.min(AGAIN * 2 ** broken++, MAX_AGAIN)
          setTimeout(() => {
            if (listening === mine) listen()
          }, wait).unref()
        })
    }
    // The new one first, so that nothing is missed between the two.
    before?.abort()
  }

  if (era === 'modern') listen()

  return {
    /** Watches exactly these resources from now on. */
    resources(uris: ReadonlySet<string>): void {
      const added = [...uris].filter((uri) => !watched.has(uri))
      const removed = [...watched].filter((uri) => !uris.has(uri))
      if (added.length === 0 && removed.length === 0) return
      watched = new Set(uris)
      broken = 0
      if (era === 'modern') {
        listen()
        return
      }
      const tell = (method: string, uri: string) => connection.request(method, toJson({ uri }), REQUEST_TIMEOUT).catch(() => {})
      for (const uri of added) void tell('resources/subscribe', uri)
      for (const uri of removed) void tell('resources/unsubscribe', uri)
    },
    /** Legacy servers filter their log themselves; modern ones are told with each request. */
    async logLevel(level: string): Promise<void> {
      if (era === 'legacy' && isObject(capabilities.logging))
        await connection.request('logging/setLevel', toJson({ level }), REQUEST_TIMEOUT).catch(() => {})
    },
    close(): void {
      closed = true
      listening?.abort()
    },
  }
}

export type ServerWatch = ReturnType<typeof watchServer>
