import type { RemoteHttpConfig } from '@local-mcp/contract'
import { classifyHost } from '@local-mcp/core'
import type { Pool } from 'undici'
import { addressAllowed, guardedLookup } from './guarded-lookup.ts'
import { createPool } from './http-pool.ts'
import { UpstreamError } from './problems.ts'
import { resolveReferences } from './references.ts'

/** Headers that belong to the protocol or the connection, not to the user. */
const RESERVED = new Set([
  'host',
  'content-length',
  'content-type',
  'accept',
  'connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
])

/**
 * The way to a remote server: connections to addresses that the configuration allows, and the headers that it asks
 * for with their references resolved.
 *
 * @throws UpstreamError ADDRESS_FORBIDDEN, ENV_MISSING
 */
export function openRemote(
  config: Pick<RemoteHttpConfig, 'url' | 'headers' | 'allowPrivateNetwork'>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly pool: Pool; readonly headers: Record<string, string> } {
  const url = new URL(config.url)
  if (!addressAllowed(classifyHost(url), config.allowPrivateNetwork)) throw new UpstreamError('ADDRESS_FORBIDDEN', [config.url])
  const given = Object.entries(resolveReferences(config.headers, env))
  return {
    headers: Object.fromEntries(given.filter(([name]) => !RESERVED.has(name.toLowerCase()) && !name.toLowerCase().startsWith('mcp-'))),
    pool: createPool(url.origin, {
      connections: 64,
      pipelining: 1,
      connect: { lookup: guardedLookup(config.allowPrivateNetwork) as never },
    }),
  }
}
