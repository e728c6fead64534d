import { may, type Principal } from '@local-mcp/core'
import { AppError, type ServerId } from '@local-mcp/kernel'
import type { Frame } from '../wire/frame.ts'

/** Requests that only ask what there is. Everything else makes a server do something, or is treated as if it did. */
const READS = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
  'logging/setLevel',
])

/** @throws AppError FORBIDDEN where the request needs a right that the token was not given */
export function assertMayAsk({ kind, method }: Frame, principal: Principal): void {
  if (kind !== 'request' || READS.has(method) || may(principal, 'tools.execute')) return
  throw new AppError('FORBIDDEN', 'The token lacks the right tools.execute', { data: { reason: 'permission' } })
}

const SEPARATOR = ' '
const scopes = new WeakMap<readonly ServerId[], string>()

/** What the key of an endpoint ends with for a token that may use some servers only: the same for every token with these. */
export function scopeKey({ token }: Principal): string {
  if (!token?.serverIds) return ''
  let scope = scopes.get(token.serverIds)
  if (scope === undefined) {
    scope = SEPARATOR + token.serverIds.toSorted().join()
    scopes.set(token.serverIds, scope)
  }
  return scope
}

/** The key without its scope, and which servers are in the scope; null: all. */
export function splitKey(key: string): { readonly base: string; readonly only: readonly string[] | null } {
  const at = key.indexOf(SEPARATOR)
  return at < 0 ? { base: key, only: null } : { base: key.slice(0, at), only: key.slice(at + 1).split(',') }
}

/** Nobody may choose a scope by the name of an endpoint. */
export const isPlainKey = (key: string): boolean => !key.includes(SEPARATOR)
