/** What a schema found, as far as its words go. */
export interface SchemaIssue {
  readonly message: string
  readonly code?: string
  readonly minimum?: unknown
  readonly maximum?: unknown
  readonly origin?: string
  readonly expected?: unknown
  readonly values?: readonly unknown[]
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** The issue in words for people: what is expected, not what the checker is called. */
export function issueMessage(issue: SchemaIssue): string {
  const { code, origin, minimum, maximum, expected, values } = issue
  const unit = origin === 'string' ? 'characters' : origin === 'array' ? 'entries' : null
  switch (code) {
    case 'too_small':
      if (minimum === 1 && unit) return 'Must not be empty'
      return unit ? `At least ${minimum} ${unit}` : `At least ${minimum}`
    case 'too_big':
      return unit ? `At most ${maximum} ${unit}` : `At most ${maximum}`
    case 'invalid_type':
      return `Expected ${KINDS[String(expected)] ?? expected}`
    case 'invalid_value':
      return `Use one of: ${values?.join(', ')}`
    default:
      return issue.message
  }
}
