import type { RemoteHttpConfig } from '@local-mcp/contract'
import { classifyHost, isReservedHeader } from '@local-mcp/core'
import type { Pool } from 'undici'
import { addressAllowed, guardedLookup } from './guarded-lookup.ts'
import { createPool } from './http-pool.ts'
import { UpstreamError } from './problems.ts'
import { type ReferenceSources, resolveReferences } from './references.ts'

const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** What is told to a server beside the messages. */
export interface HeaderSources extends ReferenceSources {
  /** The header with the key of the server; null: it has none. @throws UpstreamError SECRET_MISSING, SECRETS_LOCKED */
  apiKey?(): Promise<readonly [name: string, value: string] | null>
}

/**
 * The way to a remote server: connections to addresses that the configuration allows, and the headers that it asks
 * for with their references resolved. The key of the server comes before a header of the same name.
 *
 * @throws UpstreamError ADDRESS_FORBIDDEN, ENV_MISSING, SECRET_MISSING, SECRET_UNUSABLE, SECRETS_LOCKED
 */
export async function openRemote(
  config: Pick<RemoteHttpConfig, 'url' | 'headers' | 'allowPrivateNetwork'>,
  sources: HeaderSources,
): Promise<{ readonly pool: Pool; readonly headers: Record<string, string> }> {
  const url = new URL(config.url)
  if (!addressAllowed(classifyHost(url), config.allowPrivateNetwork)) throw new UpstreamError('ADDRESS_FORBIDDEN', [config.url])
  const key = (await sources.apiKey?.()) ?? null
  const custom = Object.entries(await resolveReferences(config.headers, sources)).filter(
    ([name]) => !isReservedHeader(name) && name.toLowerCase() !== key?.[0].toLowerCase(),
  )
  const headers = key ? [...custom, key] : custom
  for (const [name, value] of headers) if (!HEADER_VALUE.test(value)) throw new UpstreamError('SECRET_UNUSABLE', [], name)
  return {
    headers: Object.fromEntries(headers),
    pool: createPool(url.origin, {
      connections: 64,
      pipelining: 1,
      connect: { lookup: guardedLookup(config.allowPrivateNetwork) as never },
    }),
  }
}
