/** A place in a text, as editors count: both from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

export interface JsonPlaces {
  /** Where it stops being JSON; null where it is JSON. */
  readonly error: TextPlace | null
  /** Where the value at a path begins, or the nearest one around it that is there. */
  at(path: readonly string[]): TextPlace
}

const SPACE = /[ \t\n\r]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON takes none of them in a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** How deep places are kept: what is deeper is told by what is around it. */
const MAX_DEPTH = 64

class NotJson {
  readonly offset: number
  constructor(offset: number) {
    this.offset = offset
  }
}

/** Finds its way in JSON text: the first place that is wrong, and where each value is. */
export function jsonPlaces(text: string): JsonPlaces {
  const places = new Map<string, number>()
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) throw new NotJson(at)
    at += found.length
    return found
  }
  const skip = (char: string): boolean => {
    take(SPACE)
    if (text[at] !== char) return false
    at++
    return true
  }
  const need = (char: string) => {
    if (!skip(char)) throw new NotJson(at)
  }

  function members(close: string, read: (index: number) => void): void {
    if (skip(close)) return
    let index = 0
    do read(index++)
    while (skip(','))
    need(close)
  }

  function value(path: readonly string[], depth: number): void {
    take(SPACE)
    if (depth <= MAX_DEPTH) places.set(JSON.stringify(path), at)
    const inner = (key: string) => (depth < MAX_DEPTH ? [...path, key] : path)
    if (skip('{')) {
      members('}', () => {
        take(SPACE)
        const key = JSON.parse(take(STRING)) as string
        need(':')
        value(inner(key), depth + 1)
      })
    } else if (skip('[')) members(']', (index) => value(inner(String(index)), depth + 1))
    else take(text[at] === '"' ? STRING : SCALAR)
  }

  let error: TextPlace | null = null
  try {
    value([], 0)
    take(SPACE)
    if (at < text.length) throw new NotJson(at)
  } catch (problem) {
    if (problem instanceof NotJson) error = placeOf(text, problem.offset)
    // What nests too deeply to be walked has no places; whether it is JSON, its reader says.
    else if (!(problem instanceof RangeError)) throw problem
  }
  return {
    error,
    at(path) {
      for (let length = path.length; length > 0; length--) {
        const offset = places.get(JSON.stringify(path.slice(0, length)))
        if (offset !== undefined) return placeOf(text, offset)
      }
      return placeOf(text, 0)
    },
  }
}

function placeOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}
