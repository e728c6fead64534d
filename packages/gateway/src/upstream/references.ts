import { SOURCE_REFERENCE } from '@local-mcp/core'
import { AppError } from '@local-mcp/kernel'
import { UpstreamError } from './problems.ts'

const REFERENCE = /\{\{env:([A-Za-z_][A-Za-z0-9_]*)\}\}/g

/** What values may refer to. */
export interface Referable {
  readonly env: Readonly<Record<string, string | undefined>>
  /** A value of a source that the server has; null where there is none. */
  readonly source?: ((name: string, key: string) => Promise<string | null>) | undefined
}

/**
 * Replaces `{{env:NAME}}` by the gateway's own variable and `{{source:name.key}}` by the value of a source, in one pass:
 * what is put in is never read as a reference again. Done when the server starts, so the values are in no file.
 *
 * @throws UpstreamError ENV_MISSING, SOURCE_MISSING naming everything that is not there; SECRETS_LOCKED
 */
export async function resolveReferences(
  values: Readonly<Record<string, string>>,
  { env, source }: Referable,
): Promise<Record<string, string>> {
  const found = new Map<string, string>()
  const unset = new Set<string>()
  const missing = new Set<string>()
  for (const text of Object.values(values)) {
    for (const [reference, variable = ''] of text.matchAll(REFERENCE)) {
      const value = env[variable]
      if (value === undefined) unset.add(variable)
      else found.set(reference, value)
    }
    for (const [reference, name = '', key = ''] of text.matchAll(SOURCE_REFERENCE)) {
      const value = await opened(source?.(name.trim(), key))
      if (value === null) missing.add(`${name.trim()}.${key}`)
      else found.set(reference, value)
    }
  }
  if (unset.size > 0) throw new UpstreamError('ENV_MISSING', [], [...unset].join(', '))
  if (missing.size > 0) throw new UpstreamError('SOURCE_MISSING', [], [...missing].join(', '))
  const either = new RegExp(`${REFERENCE.source}|${SOURCE_REFERENCE.source}`, 'g')
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [name, text.replace(either, (reference) => found.get(reference) ?? reference)]),
  )
}

async function opened(value: Promise<string | null> | undefined): Promise<string | null> {
  try {
    return (await value) ?? null
  } catch (error) {
    if (error instanceof AppError && /^SECRETS_/.test(error.code)) throw new UpstreamError('SECRETS_LOCKED', [error.message])
    throw error
  }
}
