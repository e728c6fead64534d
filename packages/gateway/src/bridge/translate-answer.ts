import { isObject } from '@local-mcp/kernel'
import { CODES, type Era } from '../protocol/revisions.ts'
import { type Edit, type Frame, parseSpan, stringOf } from '../wire/frame.ts'
import { editObject, membersOf, toJson } from '../wire/json-edit.ts'
import { isObjectAt, type Span, skipSpace } from '../wire/json-scan.ts'

const COMPLETE = Buffer.from('"resultType":"complete"')
const COMPLETE_READ = Buffer.from('"resultType":"complete","ttlMs":0,"cacheScope":"private"')
const MODERN_ONLY = new Set(['resultType', 'ttlMs', 'cacheScope'])
const CLOSE_OBJECT = 0x7d

/** A modern result that is not complete; null for one that is. */
export function resultTypeOf({ bytes, result }: Frame): { readonly type: string; readonly members: Map<string, Span> } | null {
  // Much quicker than a walk, and nearly always the answer.
  if (!result || !(bytes.includes('"input_required"') || bytes.includes('"task"'))) return null
  const members = membersOf(bytes, result)
  const type = stringOf(bytes, members.get('resultType') ?? null)
  return type === null || type === 'complete' ? null : { type, members }
}

/**
 * What has to be written differently in a server's answer, so that a client of the other era understands it.
 *
 * @param method of the request
 */
export function answerEdits(frame: Frame, from: Era, to: Era, method: string): Edit[] {
  if (frame.error) return errorEdits(frame, frame.error, from, to, method)
  const { bytes, result } = frame
  if (from === to || !result || !isObjectAt(bytes, result.start)) return []
  if (to === 'modern') {
    const inner = result.start + 1
    const mark = completeMark(method)
    const empty = bytes[skipSpace(bytes, inner)] === CLOSE_OBJECT
    return [{ span: { start: inner, end: inner }, bytes: empty ? mark : Buffer.concat([mark, Buffer.from(',')]) }]
  }
  const structured = method === 'tools/call' ? (membersOf(bytes, result).get('structuredContent') ?? null) : null
  const wrapped = structured && !isObjectAt(bytes, structured.start) ? wrapContent(bytes, structured) : null
  return [
    {
      span: result,
      bytes: editObject(bytes, result, {
        drop: (key) => MODERN_ONLY.has(key),
        ...(wrapped ? { set: { structuredContent: wrapped } } : {}),
      }),
    },
  ]
}

/** The members that make a legacy server's result one of the modern era, as JSON text. */
export const completeMark = (method: string): Buffer => (method === 'resources/read' ? COMPLETE_READ : COMPLETE)

/** Legacy clients take only objects as structured content; their tool's output schema says the same. */
const wrapContent = (bytes: Buffer, span: Span): Buffer =>
  Buffer.concat([Buffer.from('{"result":'), bytes.subarray(span.start, span.end), Buffer.from('}')])

function errorEdits({ bytes }: Frame, error: Span, from: Era, to: Era, method: string): Edit[] {
  const parsed = parseSpan(bytes, error)
  if (!isObject(parsed)) return []
  const code = newCode(parsed, from, to, method)
  return code === parsed.code ? [] : [{ span: error, bytes: editObject(bytes, error, { set: { code: toJson(code) } }) }]
}

function newCode({ code, data }: Record<string, unknown>, from: Era, to: Era, method: string): unknown {
  // What we said wrong to the server is not the client's mistake.
  if (from === 'modern' && (code === CODES.headerMismatch || code === CODES.unsupportedVersion)) return CODES.internal
  if (method !== 'resources/read' || from === to) return code
  if (to === 'modern' && code === CODES.resourceNotFound) return CODES.invalidParams
  if (to === 'legacy' && code === CODES.invalidParams && isObject(data) && typeof data.uri === 'string') return CODES.resourceNotFound
  return code
}
