import { EMPTY, type RawServer } from './raw-server.ts'
import { isFields, isTarget, readEntry } from './read-entry.ts'
import { unreadable } from './unreadable.ts'

/** `inputs` is VS Code's list of what it asks for, as it stands in the link. */
interface Link {
  readonly form: 'url' | 'link'
  readonly servers: readonly RawServer[]
  readonly inputs?: unknown
}

const LINK = /^[a-z][a-z0-9+.-]*:[^\s<>"]+$/i

/**
 * Reads the link of an "Add to …" button, of Cursor, VS Code, LM Studio or Goose, and plain addresses of servers. Null
 * where the text is no link.
 *
 * @throws AppError SNIPPET_UNREADABLE
 */
export function readLink(text: string): Link | null {
  // Out of Markdown: [text](link), <link>, `link`.
  const bare = (/^!?\[[^\n]*\]\((\S+?)\)$/.exec(text)?.[1] ?? text).replace(/^[<`](.*)[>`]$/, '$1')
  if (!LINK.test(bare) || /^[a-z]:\\/i.test(bare)) return null
  const url = URL.parse(bare)
  if (!url) return /^(?:https?|cursor|vscode|vscode-insiders|goose|lmstudio):/i.test(bare) ? fail('it is not a valid link') : null
  const inner = url.searchParams.get('url')
  if (inner && /^vscode(?:-insiders)?:mcp\/install/.test(inner)) return readLink(inner)
  if (/^vscode(?:-insiders)?:$/.test(url.protocol)) return fromJson(bare.slice(bare.indexOf('?') + 1), '')
  const config = url.searchParams.get('config')
  if (config !== null && /install|mcp\/add|add_mcp|redirect/.test(bare))
    return fromJson(config, url.searchParams.get('name') ?? '', url.searchParams.get('inputs'))
  if (url.protocol === 'goose:' || (/(?:^|\.)goose\b|block\.github\.io/.test(url.host) && url.searchParams.has('cmd')))
    return { form: 'link', servers: [fromGoose(url)] }
  if (url.protocol === 'http:' || url.protocol === 'https:') return { form: 'url', servers: [{ ...EMPTY, url: bare }] }
  return fail('it does not carry a server')
}

const fail = (why: string): never => {
  throw unreadable(`Read as a link: ${why}`, { line: 1, column: 1 })
}

function fromGoose({ searchParams }: URL): RawServer {
  const command = searchParams.get('cmd')
  const url = searchParams.get('url')
  const name = searchParams.get('name') ?? searchParams.get('id') ?? ''
  const env = Object.fromEntries(searchParams.getAll('env').map((pair) => [pair.split('=')[0]!, '']))
  if (command) return { ...EMPTY, name, command, args: searchParams.getAll('arg'), env }
  return url ? { ...EMPTY, name, url } : fail('it does not carry a server')
}

/** JSON in a link is encoded once, twice or in base64. */
function fromJson(text: string, name: string, inputs: string | null = null): Link {
  for (const plain of decodings(text)) {
    let value: unknown
    try {
      value = JSON.parse(plain)
    } catch {
      continue
    }
    if (!isFields(value)) continue
    const [only] = Object.entries(value)
    // Some buttons wrap the server in its name.
    const [server, inside] = isTarget(value)
      ? [value, '']
      : only && isFields(only[1]) && isTarget(only[1])
        ? [only[1], only[0]]
        : [null, '']
    if (server === null) return fail('what it carries has neither a command nor a URL')
    const own = typeof server.name === 'string' ? server.name : ''
    const listed = inputs === null ? value.inputs : safeJson(inputs)
    return { form: 'link', servers: [readEntry(server, name || inside || own)], inputs: listed }
  }
  return fail('the server that it carries cannot be read')
}

const safeJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function* decodings(text: string): Generator<string> {
  yield text
  let plain = text
  for (let times = 0; times < 2; times++) {
    try {
      plain = decodeURIComponent(plain)
    } catch {
      break
    }
    yield plain
  }
  const base64 = plain.replaceAll(' ', '+').replaceAll('-', '+').replaceAll('_', '/')
  if (/^[A-Za-z0-9+/]+=*$/.test(base64)) {
    try {
      yield new TextDecoder('utf-8').decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)))
    } catch {
      // Not base64 after all.
    }
  }
}
