import type { ServerConfig } from '@local-mcp/contract'
import { AppError, type SourceId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServerRecord, SourceRecord } from '../records.ts'
import { referencesIn, sameName } from '../sources/source-references.ts'
import type { StoreReader } from '../store.ports.ts'

/**
 * The sources of these ids, each once. Only one's own can be given to a server.
 * @throws AppError VALIDATION_ERROR naming each that is not
 */
export async function ownSources(
  reader: Pick<StoreReader, 'sources'>,
  { principal }: Context,
  ids: readonly string[],
): Promise<SourceRecord[]> {
  const isOwn = ({ ownerEmail }: SourceRecord) =>
    ownerEmail?.toLowerCase() === principal.email.toLowerCase() || (ownerEmail === null && principal.isLocalOwner)
  const own = new Map((await reader.sources.list(principal)).filter(isOwn).map((source) => [source.id as string, source]))
  const fields = ids.flatMap((id, at) => (own.has(id) ? [] : [{ path: ['sourceIds', at], message: 'Not one of your sources' }]))
  if (fields.length > 0) throw new AppError('VALIDATION_ERROR', `${fields.length} of the sources do not exist or are not yours`, { fields })
  return [...new Set(ids)].flatMap((id) => own.get(id) ?? [])
}

/** Refuses references to sources that the server does not have. @throws AppError INVALID_CONFIG */
export function assertReferences(
  config: ServerConfig,
  sources: readonly { readonly name: string; readonly metadata: Readonly<Record<string, string>> }[],
): void {
  const fields = referencesIn(config).flatMap(({ path, name, key }) => {
    const source = sources.find((one) => sameName(one.name, name))
    if (source && Object.hasOwn(source.metadata, key)) return []
    return [
      {
        path: ['config', ...path],
        message: source ? `The source "${source.name}" has no value "${key}"` : `The server does not have the source "${name}": add it`,
      },
    ]
  })
  const [first] = fields
  if (first) throw new AppError('INVALID_CONFIG', `${first.path.join('.')}: ${first.message}`, { fields })
}

/** Names of sources that the server had or refers to, and does not have. */
export function missingSources({ config, sources, lostSources }: ServerRecord): string[] {
  const referred = referencesIn(config).map(({ name }) => name)
  const missing = [...lostSources, ...referred].filter((name) => !sources.some((source) => sameName(source.name, name)))
  return missing.filter((name, at) => missing.findIndex((other) => sameName(other, name)) === at)
}

/** As the API has them. */
export const sourceIdsOf = ({ sources }: ServerRecord): SourceId[] => sources.map(({ id }) => id)
