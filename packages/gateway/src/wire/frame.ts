import { isUtf8 } from 'node:buffer'
import {
  isArrayAt,
  isEscaped,
  isObjectAt,
  isStringAt,
  JsonScanError,
  keyAt,
  type Span,
  skipSpace,
  skipValue,
  walkMembers,
} from './json-scan.ts'

/** How deep a client's message may nest. Deeper ones are an attack on whoever parses them recursively. */
const MAX_REQUEST_DEPTH = 64

/** For messages of servers, which a user chose to trust: only what would exhaust memory is refused. */
export const MAX_UPSTREAM_DEPTH = 100_000

/**
 * One JSON-RPC message as it came, with the places that routing reads or rewrites. Nothing else is looked at.
 */
export interface Frame {
  readonly bytes: Buffer
  readonly kind: 'request' | 'notification' | 'response'
  readonly id: Span | null
  /** Empty for a response. */
  readonly method: string
  readonly result: Span | null
  readonly error: Span | null
  /** The whole of `params`; null where there are none. */
  readonly paramsSpan: Span | null
  /** Members of `params` that routing may need. */
  readonly params: ParamSpans
}

export interface ParamSpans {
  readonly name: Span | null
  readonly uri: Span | null
  readonly cursor: Span | null
  readonly meta: Span | null
  readonly progressToken: Span | null
  /** Of notifications/cancelled. */
  readonly requestId: Span | null
  /** Of the tasks extension. */
  readonly taskId: Span | null
}

export type FrameProblem = { readonly code: -32700 | -32600; readonly message: string; readonly id: Buffer | null }

/** Keys that routing reads. */
interface Wanted {
  /** By the form in which differences of case are gone. */
  readonly folded: ReadonlyMap<string, string>
  readonly keys: readonly { readonly key: string; readonly bytes: Buffer }[]
}

/** Folds case as loosely as any reader behind us may: U+017F is an s to some, U+212A a k. */
const fold = (key: string) => key.toUpperCase().toLowerCase()
const wantedKeys = (...keys: readonly string[]): Wanted => ({
  folded: new Map(keys.map((key) => [fold(key), key])),
  keys: keys.map((key) => ({ key, bytes: Buffer.from(key) })),
})

const ENVELOPE = wantedKeys('jsonrpc', 'id', 'method', 'params', 'result', 'error')
const PARAMS = wantedKeys('name', 'uri', 'cursor', '_meta', 'requestId', 'progressToken', 'taskId')
const META = wantedKeys('progressToken')
/** Longer than any wanted key, whatever folding does to its length; in characters, and in bytes with all of them escaped. */
const LONGEST_KEY = 16
const LONGEST_ESCAPED = LONGEST_KEY * 6 + 2
/** No honest envelope, params or _meta comes near; whoever sends more wants us to be busy with it. */
const MAX_MEMBERS = 1000

class NotRequest extends Error {}

const BACKSLASH = 0x5c
const CASE = 0x20

/**
 * Finds a key that is plain ASCII without making a string of it, because every key of every message comes by here.
 *
 * @param start after the opening quote @param end at the closing one
 * @returns the wanted key, null where it is none in any case, undefined where it has to be looked at more closely
 */
function plainKey(b: Buffer, start: number, end: number, { keys }: Wanted): string | null | undefined {
  for (let i = start; i < end; i++) {
    const c = b[i] as number
    if (c >= 0x80 || c === BACKSLASH) return undefined
  }
  next: for (const { key, bytes } of keys) {
    if (bytes.length !== end - start) continue
    let exact = true
    for (let i = 0; i < bytes.length; i++) {
      const c = b[start + i] as number
      if (c === bytes[i]) continue
      if ((c | CASE) !== ((bytes[i] as number) | CASE)) continue next
      exact = false
    }
    return exact ? key : undefined
  }
  return null
}

interface Collected {
  readonly spans: Map<string, Span>
  readonly end: number
  /** Why the object cannot be routed, although it is JSON. */
  readonly problem: string | null
}

/**
 * Collects the members of one object that are in `wanted`. A wanted key that is there twice, written with escapes,
 * or in another case is refused: the server behind us might pick another one than we did.
 *
 * @param skip walks one value; for who looks into some of them on the way
 */
function collect(b: Buffer, start: number, wanted: Wanted, skip: (key: string | undefined, valueStart: number) => number): Collected {
  const spans = new Map<string, Span>()
  let problem: string | null = null
  let members = 0
  const end = walkMembers(b, start, (at, keyEnd, valueStart) => {
    if (++members > MAX_MEMBERS) throw new NotRequest(`An object of the message has more than ${MAX_MEMBERS} members`)
    const plain = plainKey(b, at + 1, keyEnd - 1, wanted)
    if (plain === null) return skip(undefined, valueStart)
    const escaped = plain === undefined && keyEnd - at <= LONGEST_ESCAPED && isEscaped(b, at, keyEnd)
    const key = plain ?? (keyEnd - at <= LONGEST_ESCAPED ? keyAt(b, at, keyEnd, escaped) : '')
    const name = plain ?? (key.length <= LONGEST_KEY ? wanted.folded.get(fold(key)) : undefined)
    const valueEnd = skip(name === key && !escaped ? name : undefined, valueStart)
    if (name === undefined) return valueEnd
    if (name !== key) problem ??= `The key "${key}" differs from "${name}" only by case`
    else if (escaped || spans.has(key)) problem ??= `The key "${key}" is there twice or written with escapes`
    else spans.set(key, { start: valueStart, end: valueEnd })
    return valueEnd
  })
  return { spans, end, problem }
}

export const NO_PARAMS_SPANS: ParamSpans = {
  name: null,
  uri: null,
  cursor: null,
  meta: null,
  progressToken: null,
  requestId: null,
  taskId: null,
}

/** The members of `params` and of its `_meta`, read in the one walk that checks them. @param depth that is left for what they hold */
function collectParams(b: Buffer, start: number, depth: number): Collected & { readonly meta: Collected | null } {
  let meta: Collected | null = null
  const params = collect(b, start, PARAMS, (key, valueStart) => {
    if (key !== '_meta' || !isObjectAt(b, valueStart)) return skipValue(b, valueStart, depth)
    meta = collect(b, valueStart, META, (_, inner) => skipValue(b, inner, depth - 1))
    return meta.end
  })
  return { ...params, meta }
}

function paramSpans({ spans, meta }: ReturnType<typeof collectParams>, isRequest: boolean): ParamSpans {
  return {
    name: spans.get('name') ?? null,
    uri: spans.get('uri') ?? null,
    cursor: spans.get('cursor') ?? null,
    meta: spans.get('_meta') ?? null,
    // A request carries its token in params._meta, a progress notification in params itself.
    progressToken: (isRequest ? meta?.spans : spans)?.get('progressToken') ?? null,
    requestId: spans.get('requestId') ?? null,
    taskId: spans.get('taskId') ?? null,
  }
}

/** An id is a string or a number; null is legal only in an error response that answers an unreadable request. */
function idIsValid(b: Buffer, id: Span): boolean {
  const c = b[id.start] as number
  return isStringAt(b, id.start) || c === 0x2d || (c >= 0x30 && c <= 0x39)
}

/**
 * Reads the envelope of one message.
 *
 * @returns the frame, or what is wrong with it as a JSON-RPC error: -32700 where it is not JSON, -32600 where it is
 *   JSON but not a JSON-RPC 2.0 message
 */
export function readFrame(bytes: Buffer, maxDepth = MAX_REQUEST_DEPTH): Frame | FrameProblem {
  let id: Span | undefined
  try {
    if (!isUtf8(bytes)) return { code: -32700, message: 'The body is not UTF-8', id: null }
    const start = skipSpace(bytes, 0)
    if (!isObjectAt(bytes, start)) {
      if (skipSpace(bytes, skipValue(bytes, start, maxDepth)) !== bytes.length) throw new JsonScanError('Text after the end')
      return { code: -32600, message: isArrayAt(bytes, start) ? 'Batches are not accepted' : 'A JSON-RPC message is an object', id: null }
    }
    let inParams: ReturnType<typeof collectParams> | null = null as ReturnType<typeof collectParams> | null
    const {
      spans: envelope,
      end,
      problem,
    } = collect(bytes, start, ENVELOPE, (key, valueStart) => {
      if (key !== 'params' || !isObjectAt(bytes, valueStart)) return skipValue(bytes, valueStart, maxDepth - 1)
      inParams = collectParams(bytes, valueStart, maxDepth - 2)
      return inParams.end
    })
    if (skipSpace(bytes, end) !== bytes.length) throw new JsonScanError('Text after the end')

    id = envelope.get('id')
    if (id && !idIsValid(bytes, id)) id = undefined
    if (problem) throw new NotRequest(problem)
    const invalid = (message: string): FrameProblem => ({ code: -32600, message, id: id ? bytes.subarray(id.start, id.end) : null })

    const version = envelope.get('jsonrpc')
    if (!version || bytes.toString('latin1', version.start, version.end) !== '"2.0"') return invalid('"jsonrpc" must be "2.0"')
    const method = envelope.get('method')
    const result = envelope.get('result') ?? null
    const error = envelope.get('error') ?? null
    if (!method) {
      if (!result === !error) return invalid('A response has a result or an error')
      return { bytes, kind: 'response', id: id ?? null, method: '', result, error, paramsSpan: null, params: NO_PARAMS_SPANS }
    }
    if (!isStringAt(bytes, method.start)) return invalid('"method" must be a string')
    if (result || error) return invalid('A request has no result and no error')
    const params = envelope.get('params')
    if (params && !isObjectAt(bytes, params.start)) return invalid('"params" must be an object')
    if (envelope.has('id') && !id) return invalid('"id" must be a string or a number')
    const inside = inParams?.problem ?? inParams?.meta?.problem
    if (inside) return invalid(inside)
    return {
      bytes,
      kind: id ? 'request' : 'notification',
      id: id ?? null,
      method: JSON.parse(bytes.toString('utf8', method.start, method.end)) as string,
      result: null,
      error: null,
      paramsSpan: params ?? null,
      params: inParams ? paramSpans(inParams, id !== undefined) : NO_PARAMS_SPANS,
    }
  } catch (error) {
    if (error instanceof NotRequest) return { code: -32600, message: error.message, id: id ? bytes.subarray(id.start, id.end) : null }
    if (error instanceof JsonScanError) return { code: -32700, message: `The body is not JSON: ${error.message}`, id: null }
    throw error
  }
}

export function isFrame(read: Frame | FrameProblem): read is Frame {
  return 'kind' in read
}

/** The value of a span, parsed. */
export function parseSpan(bytes: Buffer, span: Span): unknown {
  return JSON.parse(bytes.toString('utf8', span.start, span.end))
}

/** The value of a span if it is a string, else null. */
export function stringOf(bytes: Buffer, span: Span | null): string | null {
  if (!span || !isStringAt(bytes, span.start)) return null
  return parseSpan(bytes, span) as string
}

export interface Edit {
  readonly span: Span
  readonly bytes: Buffer
}

/**
 * The message without line ends, for carriers that put one message on one line. In JSON a line end can only be
 * white space between tokens, so a space says the same.
 */
export function toOneLine(bytes: Buffer): Buffer {
  if (!bytes.includes(0x0a) && !bytes.includes(0x0d)) return bytes
  const copy = Buffer.from(bytes)
  for (let i = 0; i < copy.length; i++) if (copy[i] === 0x0a || copy[i] === 0x0d) copy[i] = 0x20
  return copy
}

/** The bytes with every edit applied; edits must not overlap. Everything else is kept as it is. */
export function splice(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (const edit of edits.length > 1 ? [...edits].sort((a, b) => a.span.start - b.span.start) : edits) {
    parts.push(bytes.subarray(at, edit.span.start), edit.bytes)
    at = edit.span.end
  }
  parts.push(bytes.subarray(at))
  return Buffer.concat(parts)
}
