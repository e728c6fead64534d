import { SOURCE_REFERENCE } from '@local-mcp/core'
import { AppError } from '@local-mcp/kernel'
import { UpstreamError } from './problems.ts'

const PLAIN_REFERENCE = /\{\{(env|secret):([A-Za-z0-9_.-]+)\}\}/
const REFERENCE = new RegExp(`${PLAIN_REFERENCE.source}|${SOURCE_REFERENCE.source}`, 'g')

/** What values may refer to. */
export interface Referable {
  /** The gateway's own variables. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** A value of a source that the server has; null where there is none. @throws AppError SECRETS_LOCKED, DATABASE_CORRUPT */
  readonly source?: ((name: string, key: string) => Promise<string | null>) | undefined
  /** A stored secret; null where there is none of that name. @throws AppError SECRETS_LOCKED, DATABASE_CORRUPT */
  readonly secret: (name: string) => Promise<string | null>
}

/** What a vault says that does not open, as the state of the server that needs it. @throws UpstreamError */
export async function orLocked<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof AppError) throw new UpstreamError('SECRETS_LOCKED', error.next ? [error.next] : [], error.message)
    throw error
  }
}

/**
 * Replaces `{{env:NAME}}` by the gateway's own variable, `{{secret:name}}` by the stored secret and `{{source:name.key}}`
 * by the value of a source, in one pass: what is put in is never read as a reference again. Done when the server is
 * started or contacted, so the values are in no file.
 *
 * @throws UpstreamError SECRET_MISSING, SOURCE_MISSING or ENV_MISSING naming everything that is not there; SECRETS_LOCKED
 */
export async function resolveReferences(
  values: Readonly<Record<string, string>>,
  { env, source, secret }: Referable,
): Promise<Record<string, string>> {
  const found = new Map<string, string>()
  const missing = { SECRET_MISSING: new Set<string>(), SOURCE_MISSING: new Set<string>(), ENV_MISSING: new Set<string>() }
  for (const [reference, kind, plain = '', name = '', key = ''] of Object.values(values).flatMap((text) => [...text.matchAll(REFERENCE)])) {
    if (found.has(reference)) continue
    const [problem, called, value] =
      kind === 'env'
        ? (['ENV_MISSING', plain, env[plain]] as const)
        : kind === 'secret'
          ? (['SECRET_MISSING', plain, await orLocked(secret(plain))] as const)
          : (['SOURCE_MISSING', `${name.trim()}.${key}`, source && (await orLocked(source(name.trim(), key)))] as const)
    if (typeof value === 'string') found.set(reference, value)
    else missing[problem].add(called)
  }
  for (const [problem, names] of Object.entries(missing))
    if (names.size > 0) throw new UpstreamError(problem as keyof typeof missing, [], [...names].join(', '))
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [name, text.replace(REFERENCE, (reference) => found.get(reference) ?? reference)]),
  )
}
