import { messageOf } from '@local-mcp/kernel'
import { parseSpan } from '../wire/frame.ts'
import { isArrayAt, isObjectAt, type Span, skipValue, walkArray, walkObject } from '../wire/json-scan.ts'
import { UpstreamError } from './problems.ts'

/** How deep the definition of a tool may nest. */
const MAX_TOOL_DEPTH = 64

/** A tool as its server lists it: the bytes, and where the name is in them. */
export interface ListedTool {
  readonly name: string
  readonly bytes: Buffer
  readonly nameSpan: Span
}

/** The tools of one page that can be offered, and the cursor of the next page. @throws UpstreamError for a page that is none */
export function readToolPage(bytes: Buffer, result: Span): { listed: ListedTool[]; next: string | null } {
  const listed: ListedTool[] = []
  let next: string | null = null
  try {
    walkObject(bytes, result.start, (key, _escaped, start) => {
      if (key === 'nextCursor') {
        const value: unknown = parseSpan(bytes, { start, end: skipValue(bytes, start, 1) })
        if (typeof value === 'string') next = value
      }
      if (key !== 'tools' || !isArrayAt(bytes, start)) return skipValue(bytes, start, Number.POSITIVE_INFINITY)
      return walkArray(bytes, start, (element) => {
        const end = skipValue(bytes, element, Number.POSITIVE_INFINITY)
        const tool = isObjectAt(bytes, element) && !nestsDeeply(bytes, element) ? readTool(Buffer.from(bytes.subarray(element, end))) : null
        if (tool) listed.push(tool)
        return end
      })
    })
  } catch (error) {
    throw new UpstreamError('HANDSHAKE_REFUSED', [messageOf(error)], 'tools/list')
  }
  return { listed, next }
}

function nestsDeeply(bytes: Buffer, start: number): boolean {
  try {
    skipValue(bytes, start, MAX_TOOL_DEPTH)
    return false
  } catch {
    return true
  }
}

/** @param bytes one tool's JSON; null where it has no name */
export function readTool(bytes: Buffer): ListedTool | null {
  let nameSpan: Span | null = null
  walkObject(bytes, 0, (key, _escaped, start) => {
    const end = skipValue(bytes, start, Number.POSITIVE_INFINITY)
    if (key === 'name') nameSpan = { start, end }
    return end
  })
  if (!nameSpan) return null
  const name: unknown = parseSpan(bytes, nameSpan)
  return typeof name === 'string' && name !== '' ? { name, bytes, nameSpan } : null
}
