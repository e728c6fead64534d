import type { Principal } from '@local-mcp/core'
import { isObject } from '@local-mcp/kernel'
import { CLIENT_REQUESTS, type Era, LOG_LEVELS } from './revisions.ts'

/** Who sent a request, as far as a server may know: a session of the legacy era, or one request of the modern one. */
export interface Client {
  readonly era: Era
  readonly version: string
  readonly principal: Principal
  /** What it calls itself; for the eyes of people only. */
  readonly info: Readonly<Record<string, unknown>>
  readonly capabilities: Readonly<Record<string, unknown>>
  /** The least severe log message that it wants; null where it did not say. */
  readonly logLevel: string | null
  /**
   * Tells conversations apart: what one client said never reaches another. A session; in the modern era, which has
   * none, whatever comes with the same token to the same endpoint: each client has a token of its own.
   */
  readonly conversation: object | string
}

/**
 * Whether the client declared that it can answer such a request of a server.
 *
 * @param params of the request, parsed; absent: of some request of that method
 */
export function canAnswer(client: Client, method: string, params?: unknown): boolean {
  const capability = client.capabilities[CLIENT_REQUESTS[method] ?? '']
  if (!isObject(capability)) return false
  if (!isObject(params)) return true
  if (method === 'elicitation/create') {
    // An empty declaration means forms, as it did before there was anything else.
    const mode = params.mode === 'url' ? 'url' : 'form'
    return isObject(capability[mode]) || (mode === 'form' && !isObject(capability.url))
  }
  return method !== 'sampling/createMessage' || params.tools === undefined || isObject(capability.tools)
}

/** Whether a log message of that level is wanted. Legacy clients that never said so get all; modern ones none. */
export function wantsLog(client: Client, level: unknown): boolean {
  if (client.logLevel === null) return client.era === 'legacy'
  return LOG_LEVELS.indexOf(String(level)) >= LOG_LEVELS.indexOf(client.logLevel)
}

export const clientName = ({ info }: Client): string | null => (typeof info.name === 'string' ? info.name.slice(0, 100) : null)
