import { isObject } from '@local-mcp/kernel'

const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
const ENCODED = /^=\?base64\?(.*)\?=$/
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const ANNOTATION = 'x-mcp-header'
const MAX_SAFE = Number.MAX_SAFE_INTEGER
/** How deep a schema is searched for annotations. */
const MAX_DEPTH = 64

/** A value as a header may carry it: as it is where that is safe, else as Base64 between marks (MCP, request metadata). */
export function encodeHeader(value: string): string {
  const safe = value === '' || (PLAIN.test(value) && !ENCODED.test(value))
  return safe ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`
}

/** @returns null where the mark is there, but no Base64 */
export function decodeHeader(value: string): string | null {
  const encoded = ENCODED.exec(value.trim())?.[1]
  if (encoded === undefined) return value.trim()
  return BASE64.test(encoded) ? Buffer.from(encoded, 'base64').toString('utf8') : null
}

/** An argument of a tool that is repeated in a header. */
export interface HeaderParam {
  /** Where it is in the arguments. */
  readonly path: readonly string[]
  /** Full name of the header, lower case. */
  readonly header: string
  readonly type: 'string' | 'integer' | 'boolean'
}

/**
 * The arguments that a tool's input schema wants repeated in headers.
 *
 * @returns null where an annotation is not valid: such a tool is not offered over HTTP
 */
export function headerParams(inputSchema: unknown): readonly HeaderParam[] | null {
  const params: HeaderParam[] = []
  const names = new Set<string>()

  function read(schema: unknown, path: readonly string[], reachable: boolean, depth: number): boolean {
    if (depth > MAX_DEPTH) return true
    if (Array.isArray(schema)) return schema.every((one) => read(one, path, false, depth + 1))
    if (!isObject(schema)) return true
    if (Object.hasOwn(schema, ANNOTATION)) {
      const name = schema[ANNOTATION]
      const { type } = schema
      if (typeof name !== 'string' || !TOKEN.test(name) || !reachable || path.length === 0) return false
      if (type !== 'string' && type !== 'integer' && type !== 'boolean') return false
      const header = `mcp-param-${name.toLowerCase()}`
      if (names.has(header)) return false
      names.add(header)
      params.push({ path, header, type })
    }
    return Object.entries(schema).every(([key, value]) => {
      if (key === 'properties' && isObject(value)) {
        return Object.entries(value).every(([name, property]) => read(property, [...path, name], reachable, depth + 1))
      }
      return read(value, path, false, depth + 1)
    })
  }

  return read(inputSchema, [], true, 0) ? params : null
}

function valueAt(args: unknown, path: readonly string[]): unknown {
  let value = args
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null
const isWritable = (value: unknown): boolean => typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'

/** The headers that a call with these arguments carries. */
export function headersFor(params: readonly HeaderParam[], args: unknown): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const { path, header } of params) {
    const value = valueAt(args, path)
    if (!isAbsent(value) && isWritable(value)) headers[header] = encodeHeader(String(value))
  }
  return headers
}

/** The first header that does not say what the arguments say; null where all do. */
export function mismatchedHeader(
  params: readonly HeaderParam[],
  args: unknown,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): string | null {
  for (const { path, header, type } of params) {
    const value = valueAt(args, path)
    const raw = headers[header]
    if (isAbsent(value)) {
      if (raw !== undefined) return header
      continue
    }
    if (typeof raw !== 'string') return header
    const said = decodeHeader(raw)
    if (said === null) return header
    const same =
      type === 'integer' ? typeof value === 'number' && Number(said) === value && Math.abs(value) <= MAX_SAFE : said === String(value)
    if (!same) return header
  }
  return null
}
