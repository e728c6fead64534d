import type { ApiKeyInput, ServerType } from '@local-mcp/contract'
import { AppError, type FieldError } from '@local-mcp/kernel'
import type { ApiKeyRecord } from '../records.ts'
import { isReservedHeader } from './headers.ts'

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** What a header may be made of: one line of ASCII. */
const HEADER_TEXT = /^[\x20-\x7e]*$/
const PLACEHOLDER = '{apiKey}'

/**
 * Checks how a key is to be sent.
 *
 * @param before what is stored for the server; null: nothing
 * @returns the record, and the key where a new one was given
 * @throws AppError INVALID_CONFIG with the path of every field that is refused
 */
export function parseApiKey(
  type: ServerType,
  { value, headerName: name, template: text }: ApiKeyInput,
  before: ApiKeyRecord | null,
): { readonly record: ApiKeyRecord; readonly value: string | null } {
  const headerName = name || before?.headerName || 'Authorization'
  // What was stored for another header does not fit this one.
  const kept = before?.headerName === headerName ? before.template : null
  const template = text || kept || (headerName.toLowerCase() === 'authorization' ? `Bearer ${PLACEHOLDER}` : PLACEHOLDER)
  const key = value?.trim() || null
  const problems: FieldError[] = []
  const refuse = (field: string, message: string) => problems.push({ path: ['apiKey', field], message })
  if (type !== 'remote_http' && type !== 'remote_sse') refuse('value', 'A command has no headers: give it the key as a variable')
  if (!HEADER_NAME.test(headerName)) refuse('headerName', 'Not a valid header name')
  else if (isReservedHeader(headerName)) refuse('headerName', 'The gateway or the connection sets this header itself')
  if (!HEADER_TEXT.test(template)) refuse('template', 'Must be one line of ASCII characters')
  else if (!template.includes(PLACEHOLDER)) refuse('template', `Must hold ${PLACEHOLDER}, which stands for the key`)
  if (key !== null && !HEADER_TEXT.test(key)) refuse('value', 'Must be one line of ASCII characters')
  if (key === null && before === null) refuse('value', 'Enter the key')
  const [first] = problems
  if (first) throw new AppError('INVALID_CONFIG', `${first.path.join('.')}: ${first.message}`, { fields: problems })
  return { record: { headerName, template }, value: key }
}

/** The header that carries the key. */
export const apiKeyHeader = ({ headerName, template }: ApiKeyRecord, key: string): readonly [name: string, value: string] => [
  headerName,
  template.replaceAll(PLACEHOLDER, () => key),
]
