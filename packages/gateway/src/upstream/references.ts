import { UpstreamError } from './problems.ts'

const REFERENCE = /\{\{env:([A-Za-z_][A-Za-z0-9_]*)\}\}/g

/**
 * Replaces `{{env:NAME}}` by the gateway's own variable. Done when the server starts, so the value is in no file.
 *
 * @throws UpstreamError ENV_MISSING naming every variable that is not set
 */
export function resolveReferences(
  values: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const missing = new Set<string>()
  const resolved = Object.fromEntries(
    Object.entries(values).map(([name, text]) => [
      name,
      text.replace(REFERENCE, (_, variable: string) => {
        const value = env[variable]
        if (value === undefined) missing.add(variable)
        return value ?? ''
      }),
    ]),
  )
  if (missing.size > 0) throw new UpstreamError('ENV_MISSING', [], [...missing].join(', '))
  return resolved
}
