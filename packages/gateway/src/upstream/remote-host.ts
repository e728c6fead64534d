import type { RemoteHttpConfig } from '@local-mcp/contract'
import { classifyHost } from '@local-mcp/core'
import type { Pool } from 'undici'
import { addressAllowed, guardedLookup } from './guarded-lookup.ts'
import { createPool } from './http-pool.ts'
import { UpstreamError } from './problems.ts'
import { type Referable, resolveReferences } from './references.ts'

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
 * @throws UpstreamError ADDRESS_FORBIDDEN, HEADER_INVALID, and as `resolveReferences`
 */
export async function openRemote(
  config: Pick<RemoteHttpConfig, 'url' | 'headers' | 'allowPrivateNetwork'>,
  referable: Referable,
): Promise<{ readonly pool: Pool; readonly headers: Record<string, string> }> {
  const url = new URL(config.url)
  if (!addressAllowed(classifyHost(url), config.allowPrivateNetwork)) throw new UpstreamError('ADDRESS_FORBIDDEN', [config.url])
  const given = Object.entries(await resolveReferences(config.headers, referable))
  const broken = given.find(([, value]) => /[\r\n\0]/.test(value))
  if (broken) throw new UpstreamError('HEADER_INVALID', [], broken[0])
  return {
    headers: Object.fromEntries(given.filter(([name]) => !RESERVED.has(name.toLowerCase()) && !name.toLowerCase().startsWith('mcp-'))),
    pool: createPool(url.origin, {
      connections: 64,
      pipelining: 1,
      connect: { lookup: guardedLookup(config.allowPrivateNetwork) as never },
    }),
  }
}
