import type { RemoteHttpConfig } from '@local-mcp/contract'
import { type ApiKeyRecord, apiKeyHeader, classifyHost, isReservedHeader } from '@local-mcp/core'
import type { Pool } from 'undici'
import type { UpstreamAccess } from '../oauth/upstream-access.ts'
import { createConcealer } from './diagnose/conceal.ts'
import { addressAllowed, guardedLookup } from './guarded-lookup.ts'
import { createPool } from './http-pool.ts'
import { UpstreamError } from './problems.ts'
import { type Referable, resolveReferences } from './references.ts'

const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** What is told to a server beside the messages. */
export interface HeaderSources extends Referable {
  /** The key of the server and how it is sent; null: it has none. @throws UpstreamError SECRET_MISSING, SECRETS_LOCKED */
  apiKey?(): Promise<{ readonly sent: ApiKeyRecord; readonly value: string } | null>
  /** The sign-in at the server. Its token comes before a key and a header of the same name. */
  readonly access?: UpstreamAccess | undefined
}

interface RemoteHost {
  readonly pool: Pool
  readonly headers: Record<string, string>
  /** Hides its key and what its references stood for in a text that is to be shown. */
  conceal(text: string): string
}

/**
 * The way to a remote server: connections to addresses that the configuration allows, and the headers that it asks
 * for with their references resolved. The key of the server comes before a header of the same name.
 *
 * @throws UpstreamError ADDRESS_FORBIDDEN, HEADER_INVALID, SECRET_MISSING where its key is gone, and as `resolveReferences`
 */
export async function openRemote(
  config: Pick<RemoteHttpConfig, 'url' | 'headers' | 'allowPrivateNetwork'>,
  referable: HeaderSources,
): Promise<RemoteHost> {
  const url = new URL(config.url)
  if (!addressAllowed(classifyHost(url), config.allowPrivateNetwork)) throw new UpstreamError('ADDRESS_FORBIDDEN', [config.url])
  const key = (await referable.apiKey?.()) ?? null
  const custom = Object.entries(await resolveReferences(config.headers, referable)).filter(
    ([name]) => !isReservedHeader(name) && name.toLowerCase() !== key?.sent.headerName.toLowerCase(),
  )
  const headers = Object.fromEntries(key ? [...custom, apiKeyHeader(key.sent, key.value)] : custom)
  const broken = Object.entries(headers).find(([, value]) => !HEADER_VALUE.test(value))
  if (broken) throw new UpstreamError('HEADER_INVALID', [], broken[0])
  const templates = key ? { ...config.headers, [key.sent.headerName]: apiKeyHeader(key.sent, '{{apiKey}}')[1] } : config.headers
  return {
    headers,
    conceal: createConcealer(templates, headers),
    pool: createPool(url.origin, {
      connections: 64,
      pipelining: 1,
      connect: { lookup: guardedLookup(config.allowPrivateNetwork) as never },
    }),
  }
}

/** The headers of a configuration with the token of a sign-in, which takes the place of a key that is sent in the same way. */
export function withToken(headers: Readonly<Record<string, string>>, token: string | null): Record<string, string> {
  if (token === null) return { ...headers }
  return {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization')),
    authorization: `Bearer ${token}`,
  }
}
