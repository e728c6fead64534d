import { AppError } from '@local-mcp/kernel'
import { UpstreamError } from './problems.ts'

const REFERENCE = /\{\{(env|secret):([A-Za-z0-9_.-]+)\}\}/g

/** Where the values of references come from. */
export interface ReferenceSources {
  /** The gateway's own variables. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** @returns null: no secret of that name is stored. @throws AppError SECRETS_LOCKED, DATABASE_CORRUPT */
  secret(name: string): Promise<string | null>
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
 * Replaces `{{env:NAME}}` by the gateway's own variable and `{{secret:name}}` by the stored secret. Done when the server
 * is started or contacted, so the values are in no file.
 *
 * @throws UpstreamError ENV_MISSING or SECRET_MISSING naming everything that is not there, SECRETS_LOCKED
 */
export async function resolveReferences(
  values: Readonly<Record<string, string>>,
  { env, secret }: ReferenceSources,
): Promise<Record<string, string>> {
  const found = new Map<string, string>()
  const missing = { env: new Set<string>(), secret: new Set<string>() }
  for (const [reference, kind, name] of Object.values(values).flatMap((text) => [...text.matchAll(REFERENCE)])) {
    if (found.has(reference) || name === undefined) continue
    const value = kind === 'env' ? env[name] : await orLocked(secret(name))
    if (typeof value === 'string') found.set(reference, value)
    else missing[kind as 'env' | 'secret'].add(name)
  }
  if (missing.secret.size > 0) throw new UpstreamError('SECRET_MISSING', [], [...missing.secret].join(', '))
  if (missing.env.size > 0) throw new UpstreamError('ENV_MISSING', [], [...missing.env].join(', '))
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [name, text.replace(REFERENCE, (reference) => found.get(reference) ?? reference)]),
  )
}
