import { createHash } from 'node:crypto'

const STRING = /"(?:[^"\\]|\\.)*"/y
const SCALAR = /[^\s,:[\]{}"]+/y
const SPACE = /\s*/y

/**
 * Reads JSON text into pieces without making numbers of it, so that two numbers that a double cannot tell apart stay
 * two, and a key that is given twice counts twice.
 */
function canonical(text: string, indent: string): string {
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const [found] = pattern.exec(text) ?? []
    if (found === undefined) throw new SyntaxError(`Not JSON at ${at}`)
    at += found.length
    return found
  }
  const skip = (char: string): boolean => {
    take(SPACE)
    if (text[at] !== char) return false
    at++
    return true
  }
  // The same text, whichever characters of it were escaped.
  const string = (): string => JSON.stringify(JSON.parse(take(STRING)))

  function list<Item>(close: string, read: () => Item): Item[] {
    const items: Item[] = []
    if (skip(close)) return items
    do items.push(read())
    while (skip(','))
    if (!skip(close)) throw new SyntaxError(`Not JSON at ${at}`)
    return items
  }

  function value(depth: number): string {
    const wrap = (open: string, items: string[], close: string) => {
      if (indent === '' || items.length === 0) return `${open}${items.join(',')}${close}`
      const inner = indent.repeat(depth + 1)
      return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent.repeat(depth)}${close}`
    }
    if (skip('{')) {
      const members = list('}', () => {
        take(SPACE)
        const key = string()
        if (!skip(':')) throw new SyntaxError(`Not JSON at ${at}`)
        return { key, value: value(depth + 1) }
      })
      members.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      return wrap(
        '{',
        members.map((member) => `${member.key}:${indent && ' '}${member.value}`),
        '}',
      )
    }
    if (skip('['))
      return wrap(
        '[',
        list(']', () => value(depth + 1)),
        ']',
      )
    return text[at] === '"' ? string() : take(SCALAR)
  }

  const written = value(0)
  take(SPACE)
  if (at < text.length) throw new SyntaxError(`Not JSON at ${at}`)
  return written
}

/** Text that is no JSON, or nests too deeply to be read, stands for itself. */
function canonicalOrRaw(text: string, indent: string): string {
  try {
    return canonical(text, indent)
  } catch {
    return text
  }
}

/**
 * What a definition says, whatever the order of its keys and the way its strings are written.
 *
 * @param json JSON text of a tool or prompt, every field of it
 * @returns SHA-256, hex. Another one for any other change, the order of an array included
 */
export const definitionHash = (json: string): string => createHash('sha256').update(canonicalOrRaw(json, '')).digest('hex')

/** The same for people: keys in order, one member per line. */
export const definitionText = (json: string): string => canonicalOrRaw(json, '  ')
