/** A piece of a line: `word` is true, false, null, and whatever is no JSON. */
export interface JsonPart {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'mark'
  readonly text: string
}

export interface JsonLine {
  /** How far it is moved in. */
  readonly depth: number
  readonly parts: readonly JsonPart[]
}

const TOKEN = /\s+|"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\],:]|[^\s{}[\],:"]+/gsy
const NUMBER = /^-?\d/
const INDENT = '  '
/** Deeper ones are not moved in any further: nobody could read them. */
const MAX_DEPTH = 64

/**
 * JSON laid out over lines. Nothing is read into values and written anew, so numbers, escapes and repeated keys are
 * shown as they came, and a text that was cut off is shown as far as it goes. What is no JSON keeps its own lines.
 */
export function jsonLines(text: string): JsonLine[] {
  if (!/^\s*[{[]/.test(text)) return text.split('\n').map((line) => ({ depth: 0, parts: [{ kind: 'word', text: line }] }))
  const lines: JsonLine[] = []
  let depth = 0
  let parts: JsonPart[] = []
  let opened = false
  const end = () => {
    if (parts.length > 0) lines.push({ depth: Math.min(depth, MAX_DEPTH), parts })
    parts = []
  }
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^\s/.test(token)) continue
    const closes = token === '}' || token === ']'
    if (opened && !closes) {
      end()
      depth++
    }
    if (closes && !opened) {
      end()
      depth = Math.max(0, depth - 1)
    }
    opened = token === '{' || token === '['
    if (token === ':') {
      const key = parts.at(-1)
      if (key?.kind === 'string') parts[parts.length - 1] = { kind: 'key', text: key.text }
      parts.push({ kind: 'mark', text: ': ' })
    } else {
      const kind = /^[{}[\],]/.test(token) ? 'mark' : token.startsWith('"') ? 'string' : NUMBER.test(token) ? 'number' : 'word'
      parts.push({ kind, text: token })
    }
    if (token === ',') end()
  }
  end()
  return lines
}

/** The same as text, two spaces for each step. */
export function prettyJson(text: string): string {
  return jsonLines(text)
    .map(({ depth, parts }) => INDENT.repeat(depth) + parts.map((part) => part.text).join(''))
    .join('\n')
}

/**
 * The members of an object with their values as they are written.
 *
 * @returns null where the text is not an object
 */
export function jsonMembers(text: string): [key: string, value: string][] | null {
  try {
    if (!/^\s*\{/.test(text) || JSON.parse(text) === null) return null
  } catch {
    return null
  }
  const members: [string, string][] = []
  let depth = 0
  let key: string | null = null
  let value = ''
  const end = () => {
    if (key !== null) members.push([key, value])
    key = null
    value = ''
  }
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^\s/.test(token)) continue
    if (token === '}' || token === ']') depth--
    const own = depth === 1
    if (own && token === ',') end()
    else if (own && key === null && token.startsWith('"')) key = JSON.parse(token) as string
    else if (depth > 0 && key !== null && !(own && token === ':' && value === '')) value += token
    if (token === '{' || token === '[') depth++
  }
  end()
  return members
}
