import { EMPTY, type RawServer } from './raw-server.ts'
import { isFields, isTarget, readEntry } from './read-entry.ts'
import { unreadable } from './unreadable.ts'

/** Options of `mcp add` that take a value the gateway has no use for. */
const WITH_VALUE = new Set([
  '-s',
  '--scope',
  '--timeout',
  '--description',
  '--include-tools',
  '--exclude-tools',
  '--client-id',
  '--client-secret',
  '--callback-port',
])
const isUrl = (word: string | undefined) => word !== undefined && /^https?:\/\//i.test(word)

/**
 * Reads the command with which a client adds a server to itself: `claude mcp add`, `claude mcp add-json`,
 * `gemini mcp add`, `codex mcp add`, `amp mcp add`, `code --add-mcp`; and our own `server add`. Null where it is none.
 *
 * @throws AppError SNIPPET_UNREADABLE where it is one and says no server
 */
export function readClientCommand(words: readonly string[], line: number): RawServer | null {
  const added = words.find((word, at) => words[at - 1] === '--add-mcp' || word.startsWith('--add-mcp='))
  if (added !== undefined) return fromJson(added.replace(/^--add-mcp=/, ''), '', line)
  const at = words.findIndex((word, index) => word === 'mcp' && /^add(?:-json)?$/.test(words[index + 1] ?? ''))
  if (at > 0 && at < 3) {
    const rest = words.slice(at + 2)
    if (words[at + 1] === 'add') return fromAdd(rest, line)
    const [name = '', json = ''] = positionals(rest)
    return fromJson(json, name, line)
  }
  const own = words.findIndex((word, index) => word === 'server' && words[index + 1] === 'add')
  return own > 0 && words.slice(0, own).some((word) => word.includes('local-mcp-gateway')) ? fromAdd(words.slice(own + 2), line) : null
}

/** The words that are neither an option nor its value. */
function positionals(words: readonly string[]): string[] {
  return words.filter((word, at) => !word.startsWith('-') && !WITH_VALUE.has(words[at - 1] ?? ''))
}

function fromJson(json: string, name: string, line: number): RawServer {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw unreadable('Read as a command with JSON in it: the JSON cannot be read', { line, column: 1 })
  }
  if (!isFields(value) || !isTarget(value))
    throw unreadable('Read as a command with JSON in it: it has neither a command nor a URL', { line, column: 1 })
  return readEntry(value, name || (typeof value.name === 'string' ? value.name : ''))
}

function fromAdd(words: readonly string[], line: number): RawServer {
  const env: Record<string, string> = {}
  const headers: Record<string, string> = {}
  const plain: string[] = []
  let [name, url, command, transport, bearer]: (string | undefined)[] = []
  let rest: readonly string[] = []
  const pair = (into: Record<string, string>, text: string, separator: RegExp) => {
    const cut = text.search(separator)
    if (cut > 0) into[text.slice(0, cut).trim()] = text.slice(cut + 1).trim()
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const [, flag = word, joined] = /^(--[\w-]+)=([\s\S]*)$/.exec(word) ?? []
    // Once the program is named, what looks like an option is the program's own.
    const free = plain.length < 2 || isUrl(plain[1])
    const value = () => joined ?? words[++at] ?? ''
    if (word === '--') {
      rest = words.slice(at + 1)
      break
    }
    if (flag === '-e' || flag === '--env') {
      pair(env, value(), /=/)
      // It takes as many as follow.
      while (/^[A-Za-z_]\w*=/.test(words[at + 1] ?? '') && plain.length < 2) pair(env, words[++at]!, /=/)
    } else if (flag === '-H' || flag === '--header') {
      pair(headers, value(), /[:=]/)
      while (/^[\w-]+:\s/.test(words[at + 1] ?? '')) pair(headers, words[++at]!, /:/)
    } else if (flag === '-t' || flag === '--transport' || (flag === '--type' && free)) transport = value()
    else if (flag === '--url') url = value()
    else if (flag === '--name') name = value()
    else if (flag === '--command') command = value()
    else if (flag === '--bearer-token-env-var') bearer = value()
    else if (WITH_VALUE.has(flag) && (free || flag === '--scope' || flag === '-s')) value()
    else if (!word.startsWith('-') || !free) plain.push(word)
  }
  if (bearer) headers.Authorization = `Bearer \${env:${bearer}}`
  if (name === undefined) name = plain.shift()
  if (command !== undefined) {
    const entry = readEntry({ command, args: [...plain, ...rest] }, name ?? '')
    return { ...entry, env }
  }
  const [target, ...args] = [...plain, ...rest]
  url ??= isUrl(target) ? target : undefined
  if (url !== undefined) return { ...EMPTY, name: name ?? '', url, headers, env, sse: transport === 'sse' }
  if (target === undefined)
    throw unreadable('Read as a command that adds a server: it says neither a command nor a URL', { line, column: 1 })
  return { ...EMPTY, name: name ?? '', command: target, args, env }
}
