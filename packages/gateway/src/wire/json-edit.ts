import { isObjectAt, type Span, skipValue, walkObject } from './json-scan.ts'

/** For members that are kept or dropped whole: what was read once already need not be bounded again. */
const ANY_DEPTH = Number.POSITIVE_INFINITY

export interface ObjectEdit {
  /** Members to leave out. */
  readonly drop?: (key: string) => boolean
  /** Members to write, in the place of whatever had that key; the values are JSON text. */
  readonly set?: Readonly<Record<string, Buffer>>
}

const COMMA = Buffer.from(',')

/**
 * Writes an object anew with some members left out or put in; every member that is kept, keeps its bytes.
 *
 * @param span the object; anything else, or null, counts as an empty one
 * @returns JSON text of an object
 */
export function editObject(bytes: Buffer, span: Span | null, { drop, set = {} }: ObjectEdit): Buffer {
  const parts: Buffer[] = []
  if (span && isObjectAt(bytes, span.start)) {
    walkObject(bytes, span.start, (key, _escaped, start) => {
      const end = skipValue(bytes, start, ANY_DEPTH)
      if (!Object.hasOwn(set, key) && !drop?.(key)) parts.push(Buffer.from(`${JSON.stringify(key)}:`), bytes.subarray(start, end), COMMA)
      return end
    })
  }
  for (const [key, value] of Object.entries(set)) parts.push(Buffer.from(`${JSON.stringify(key)}:`), value, COMMA)
  parts.pop()
  return Buffer.concat([Buffer.from('{'), ...parts, Buffer.from('}')])
}

/** The spans of an object's members. @param span anything else than an object has none */
export function membersOf(bytes: Buffer, span: Span | null): Map<string, Span> {
  const members = new Map<string, Span>()
  if (!span || !isObjectAt(bytes, span.start)) return members
  walkObject(bytes, span.start, (key, _escaped, start) => {
    const end = skipValue(bytes, start, ANY_DEPTH)
    members.set(key, { start, end })
    return end
  })
  return members
}

export const toJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
