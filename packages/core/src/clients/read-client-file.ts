import type { KnownClientId } from '@local-mcp/contract'
import { type ParseError, parse as parseJsonc } from 'jsonc-parser'
import { parse as parseToml } from 'smol-toml'
import type { RawServer } from '../snippets/raw-server.ts'
import { type Fields, isFields, isTarget, readEntry } from '../snippets/read-entry.ts'

/** What a gateway is known by in the file of a client. */
export interface GatewayPlace {
  readonly port: number
  readonly databasePath: string
  /** The command that starts this program. */
  readonly cliCommand: readonly string[]
}

/** An entry of ours, with the token that is written in it: not to be given out. */
export interface OwnEntry {
  readonly name: string
  readonly kind: 'url' | 'bridge'
  /** As it is written; `gateway` and null mean the default profile. */
  readonly slug: string | null
  /** Null: the address of a single server. */
  readonly leadsTo: 'profile' | 'server'
  readonly here: boolean
  readonly disabled: boolean
  readonly token: { readonly text: string } | 'absent' | 'elsewhere' | 'not_needed'
}

export interface ClientFile {
  readonly entries: readonly OwnEntry[]
  /** What else it lists, as it is written there. */
  readonly others: ReadonlyMap<string, Fields>
  /** What VS Code asks its person for. */
  readonly inputs: unknown
}

const CONTAINER: Readonly<Record<KnownClientId, string>> = {
  'claude-code': 'mcpServers',
  'claude-desktop': 'mcpServers',
  cursor: 'mcpServers',
  vscode: 'servers',
  codex: 'mcp_servers',
  windsurf: 'mcpServers',
  zed: 'context_servers',
  'gemini-cli': 'mcpServers',
}
/** The readers of comments and of TOML take long for what is long, in characters; no settings that a person writes are. */
const MAX_TOLERANT = 1_000_000
const MOST_SERVERS = 1000
const MOST_PROJECTS = 1000

/** @param text at most some MB @returns null where it cannot be understood */
export function readClientFile(client: KnownClientId, text: string, gateway: GatewayPlace): ClientFile | null {
  const value = parse(client, text.replace(/^\uFEFF/, ''))
  if (value === undefined) return null
  const entries: OwnEntry[] = []
  const others = new Map<string, Fields>()
  const take = (container: unknown) => {
    if (!isFields(container)) return
    for (const name in container) {
      if (others.size + entries.length >= MOST_SERVERS) return
      const fields = container[name]
      if (!Object.hasOwn(container, name) || !isFields(fields) || !isTarget(fields)) continue
      const entry = ownEntry(name, readEntry(fields, name), gateway)
      if (entry) entries.push(entry)
      else if (!others.has(name)) others.set(name, fields)
    }
  }
  if (isFields(value)) {
    take(value[CONTAINER[client]])
    // Claude Code keeps what was added for one folder below that folder.
    if (client === 'claude-code' && isFields(value.projects)) {
      for (const project of Object.values(value.projects).slice(0, MOST_PROJECTS)) if (isFields(project)) take(project.mcpServers)
    }
  }
  return { entries, others, inputs: isFields(value) ? value.inputs : undefined }
}

/** @returns undefined where it cannot be understood */
function parse(client: KnownClientId, text: string): unknown {
  if (text.trim() === '') return {}
  try {
    if (client !== 'codex') {
      const strict = tryJson(text)
      if (strict !== undefined || text.length > MAX_TOLERANT) return strict
      const errors: ParseError[] = []
      const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true })
      return errors.length > 0 ? undefined : value
    }
    return text.length > MAX_TOLERANT ? undefined : parseToml(text)
  } catch {
    // No TOML, or nested too deep for the reader.
    return undefined
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
const PROFILE = /^\/(?:api\/)?mcp\/([^/]+)(?:\/sse)?\/?$/
const SERVER = /^\/s\/\d+(?:\/sse)?\/?$/
/** What our own snippets call the entry. */
const OUR_NAME = /^local-mcp/i
const BEARER = /^Bearer\s+(\S+)$/i
const REFERENCE = /[${}<>%]/

function ownEntry(name: string, server: RawServer, gateway: GatewayPlace): OwnEntry | null {
  const common = { name: name.slice(0, 200), disabled: server.hints.includes('disabled') }
  const words = server.command === undefined ? [] : [server.command, ...server.args]
  // A proxy that makes a program of a URL leads where its URL leads.
  for (const text of server.url === undefined ? words : [server.url]) {
    const led = ledTo(text, name, gateway)
    if (led) return { ...common, kind: 'url', ...led, token: tokenOf(server, words) }
  }
  const bridge = bridgeOf(server, words, gateway)
  return bridge && { ...common, kind: 'bridge', leadsTo: 'profile', token: 'not_needed', ...bridge }
}

function ledTo(text: string, name: string, { port }: GatewayPlace): Pick<OwnEntry, 'slug' | 'leadsTo' | 'here'> | null {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  if (!url || !LOOPBACK.has(url.hostname)) return null
  const here = Number(url.port || 80) === port
  const slug = PROFILE.exec(url.pathname)?.[1]
  if (slug !== undefined && (here || OUR_NAME.test(name))) return { slug: slug.slice(0, 60), leadsTo: 'profile', here }
  return here && SERVER.test(url.pathname) ? { slug: null, leadsTo: 'server', here } : null
}

/** Longer words are no header of ours. In characters. */
const MAX_HEADER = 4096

function tokenOf({ headers }: RawServer, words: readonly string[]): OwnEntry['token'] {
  const given =
    Object.entries(headers).find(([header]) => /^authorization$/i.test(header))?.[1] ??
    words.flatMap((word) => (word.length > MAX_HEADER ? [] : (/^(?:--header=)?authorization:(.*)$/is.exec(word)?.[1] ?? [])))[0]
  if (given === undefined || given.trim() === '') return 'absent'
  if (REFERENCE.test(given)) return 'elsewhere'
  const token = BEARER.exec(given.trim())?.[1]
  return token === undefined ? 'absent' : { text: token }
}

function bridgeOf({ env }: RawServer, words: readonly string[], gateway: GatewayPlace): Pick<OwnEntry, 'slug' | 'here'> | null {
  const at = words.indexOf('stdio')
  if (at < 1) return null
  const isOurs =
    gateway.cliCommand.every((word, index) => words[index] === word) ||
    words.slice(0, at).some((word) => /(?:^|[\\/])local-mcp-gateway(?:\.\w+)?$/.test(word))
  if (!isOurs) return null
  const given = (flag: string) => {
    const index = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`))
    return index < 0 ? undefined : words[index]?.slice(flag.length + 1) || words[index + 1]
  }
  const database = given('--database') ?? env.DATABASE_PATH
  return { slug: given('--profile')?.slice(0, 60) ?? null, here: database === undefined || database === gateway.databasePath }
}
