import { SECRET_MASK, SOURCE_FIELDS, type SourceField, type SourceType } from '@local-mcp/contract'
import { AppError, type FieldError, looksSecret, namesSecret } from '@local-mcp/kernel'

/** Below this length the last four characters would give away too much of a secret. */
const SHORT = 8
const MAX_KEYS = 64
const KEY = /^[A-Za-z_][A-Za-z0-9_]*$/

/** What is shown of a secret. */
export const maskOf = (secret: string) => (secret.length < SHORT ? SECRET_MASK : `${SECRET_MASK}${secret.slice(-4)}`)
export const isMask = (value: string) => value.startsWith(SECRET_MASK)

function faultOf(field: SourceField, value: string | undefined): string | null {
  if (value === undefined || value.trim() === '') return 'Required'
  if (/[\r\n\0]/.test(value)) return 'Must be one line'
  if (field.choices && !field.choices.includes(value)) return `Use one of: ${field.choices.join(', ')}`
  if (!field.url) return null
  const url = URL.canParse(value) ? new URL(value) : null
  if (url?.protocol !== 'https:') return 'Use a URL that starts with https://'
  return url.username || url.password ? 'A URL must not hold a user name or password' : null
}

function checkTyped(fields: readonly SourceField[], metadata: Readonly<Record<string, string>>): FieldError[] {
  const known = new Set(fields.map(({ key }) => key))
  const missing = fields.flatMap((field) => {
    const message = faultOf(field, metadata[field.key])
    return message ? [{ path: ['metadata', field.key], message }] : []
  })
  const strange = Object.keys(metadata).filter((key) => !known.has(key))
  return [...missing, ...strange.map((key) => ({ path: ['metadata', key], message: 'There is no such key for this type' }))]
}

function checkGeneric(metadata: Readonly<Record<string, string>>, secretKeys: readonly string[]): FieldError[] {
  const entries = Object.entries(metadata)
  const problems: FieldError[] = entries.flatMap(([key, value]) => {
    if (!KEY.test(key)) return [{ path: ['metadata', key], message: 'Use letters, digits and underscores, not starting with a digit' }]
    return value.includes('\0') ? [{ path: ['metadata', key], message: 'Must not hold a NUL character' }] : []
  })
  if (entries.length === 0) problems.push({ path: ['metadata'], message: 'Give at least one value' })
  if (entries.length > MAX_KEYS) problems.push({ path: ['metadata'], message: `At most ${MAX_KEYS} values` })
  secretKeys.forEach((key, at) => {
    if (!Object.hasOwn(metadata, key)) problems.push({ path: ['secretKeys', at], message: 'There is no such key' })
  })
  return problems
}

export interface ParsedSource {
  readonly plain: Readonly<Record<string, string>>
  /** New values; a null stands for the one that is stored. */
  readonly secret: Readonly<Record<string, string | null>>
}

/**
 * Checks what a source says, and parts it into what may be shown and what may not.
 *
 * @param stored what is shown of the source that is changed: a secret that comes back as that stays as it is
 * @throws AppError VALIDATION_ERROR with the path of every key that is refused
 */
export function parseSource(
  type: SourceType,
  metadata: Readonly<Record<string, string>>,
  secretKeys: readonly string[] = [],
  stored: Readonly<Record<string, string>> = {},
): ParsedSource {
  const fields: readonly SourceField[] = SOURCE_FIELDS[type]
  const problems = type === 'generic' ? checkGeneric(metadata, secretKeys) : checkTyped(fields, metadata)
  const isSecret = (key: string, value: string) =>
    type === 'generic'
      ? secretKeys.includes(key) || isMask(stored[key] ?? '') || namesSecret(key) || looksSecret(value)
      : fields.some((field) => field.key === key && field.secret)
  const plain: Record<string, string> = {}
  const secret: Record<string, string | null> = {}
  for (const [key, value] of Object.entries(metadata)) {
    if (isMask(value) && value !== stored[key])
      problems.push({ path: ['metadata', key], message: `${SECRET_MASK} stands for a secret that is stored. Write the value itself` })
    if (isSecret(key, value)) secret[key] = isMask(value) ? null : value
    else plain[key] = value
  }
  const [first] = problems
  if (first) throw new AppError('VALIDATION_ERROR', `${first.path.join('.')}: ${first.message}`, { fields: problems })
  return { plain, secret }
}
