/** Clients whose files and folders are known, the most common first. */
export const KNOWN_CLIENT_IDS = ['claude-code', 'claude-desktop', 'cursor', 'vscode', 'codex', 'windsurf', 'zed', 'gemini-cli'] as const
export type KnownClientId = (typeof KNOWN_CLIENT_IDS)[number]
/** `other`: one that nobody here has heard of. */
export const CLIENT_IDS = [...KNOWN_CLIENT_IDS, 'other'] as const
export type ClientId = (typeof CLIENT_IDS)[number]

export interface SnippetInput {
  /** Name of the entry in the client's own list. */
  readonly name: string
  readonly endpoint: string
  /** Empty for a client that needs none. */
  readonly token: string
  /** What a client starts that can only start commands. */
  readonly bridge: { readonly cliCommand: readonly string[]; readonly databasePath: string; readonly profileSlug: string }
}

/** Claude Desktop starts a command of ours, which is let in as the user that it runs as. */
export const needsToken = (client: ClientId): boolean => client !== 'claude-desktop'

export type FileSystem = 'any' | 'unix' | 'macos' | 'windows' | 'linux' | 'workspace'

export interface Snippet {
  /** `shell`: run it once in a terminal. `json` and `toml`: merge it into one of `files`. `parts`: enter each where the client asks for it. */
  readonly kind: 'shell' | 'json' | 'toml' | 'parts'
  readonly text: string
  readonly files: readonly { readonly system: FileSystem; readonly path: string }[]
  /** For a client that nobody here knows: what it may ask for. */
  readonly parts: {
    readonly url: string
    readonly header: { readonly name: string; readonly value: string }
    readonly command: string
  } | null
}

/** What a person pastes so that the client reaches the endpoint. */
export function snippetFor(client: ClientId, input: SnippetInput): Snippet {
  const { token, bridge } = input
  const name = plainName(input.name)
  const url = plainUrl(input.endpoint)
  const headers = { Authorization: `Bearer ${token}` }
  const starts = {
    command: bridge.cliCommand[0],
    args: [...bridge.cliCommand.slice(1), 'stdio', '--profile', bridge.profileSlug],
    env: { DATABASE_PATH: bridge.databasePath },
  }
  const file = (kind: 'json' | 'toml', text: string, files: Snippet['files']): Snippet => ({ kind, text, files, parts: null })
  switch (client) {
    case 'claude-code':
      return {
        kind: 'shell',
        // For every folder: who connects a client rarely sits in the one where it is used first.
        text: `claude mcp add --transport http ${name} ${url} --header "Authorization: Bearer ${token}" --scope user`,
        files: [],
        parts: null,
      }
    case 'claude-desktop':
      // Its file takes commands only.
      return file('json', json({ mcpServers: { [name]: starts } }), [
        { system: 'macos', path: '~/Library/Application Support/Claude/claude_desktop_config.json' },
        { system: 'windows', path: '%APPDATA%\\Claude\\claude_desktop_config.json' },
        { system: 'linux', path: '~/.config/Claude/claude_desktop_config.json' },
      ])
    case 'cursor':
      return file('json', json({ mcpServers: { [name]: { url, headers } } }), [{ system: 'any', path: '~/.cursor/mcp.json' }])
    case 'vscode':
      return file('json', json({ servers: { [name]: { type: 'http', url, headers } } }), [
        { system: 'workspace', path: '.vscode/mcp.json' },
        { system: 'macos', path: '~/Library/Application Support/Code/User/mcp.json' },
        { system: 'windows', path: '%APPDATA%\\Code\\User\\mcp.json' },
        { system: 'linux', path: '~/.config/Code/User/mcp.json' },
      ])
    case 'codex':
      return file('toml', tomlTable(['mcp_servers', name], { url, http_headers: headers }), [
        { system: 'any', path: '~/.codex/config.toml' },
      ])
    case 'windsurf':
      return file('json', json({ mcpServers: { [name]: { serverUrl: url, headers } } }), [
        { system: 'any', path: '~/.codeium/windsurf/mcp_config.json' },
      ])
    case 'zed':
      return file('json', json({ context_servers: { [name]: { url, headers } } }), [
        { system: 'unix', path: '~/.config/zed/settings.json' },
        { system: 'windows', path: '%APPDATA%\\Zed\\settings.json' },
      ])
    case 'gemini-cli':
      // Its `url` means the carrier of 2024.
      return file('json', json({ mcpServers: { [name]: { httpUrl: url, headers } } }), [{ system: 'any', path: '~/.gemini/settings.json' }])
    case 'other': {
      const command = json({ mcpServers: { [name]: starts } })
      const text = json({ mcpServers: { [name]: { type: 'http', url, headers } } })
      return { kind: 'parts', text, files: [], parts: { url, header: { name: 'Authorization', value: headers.Authorization }, command } }
    }
  }
}

/** A name for the entry that every client and every shell takes as it is. */
export function entryName(profileSlug: string, isDefault: boolean): string {
  return isDefault ? 'local-mcp' : plainName(`local-mcp-${profileSlug}`)
}

/** The client that calls itself so, as far as that is known. */
export function clientOfName(name: string): KnownClientId | null {
  const text = name.toLowerCase()
  return CALLED.find(([pattern]) => pattern.test(text))?.[1] ?? null
}

/** What clients say of themselves; the more exact ones first. */
const CALLED: readonly (readonly [RegExp, KnownClientId])[] = [
  [/claude[- _]?code/, 'claude-code'],
  [/claude[- _]?(ai|desktop)/, 'claude-desktop'],
  [/cursor/, 'cursor'],
  [/codex/, 'codex'],
  [/windsurf|cascade|codeium/, 'windsurf'],
  [/gemini/, 'gemini-cli'],
  [/\bzed\b/, 'zed'],
  [/visual studio code|vs ?code/, 'vscode'],
]

const plainName = (name: string): string => name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+/, '') || 'local-mcp'

/** Without what a shell or a format might read as its own. */
const plainUrl = (url: string): string =>
  url.toWellFormed().replace(/[^A-Za-z0-9\-._~:/%]|%(?![0-9A-Fa-f]{2})/gu, (character) => {
    const encoded = encodeURIComponent(character)
    return encoded === character ? `%${character.charCodeAt(0).toString(16).toUpperCase()}` : encoded
  })

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

/** One table with texts and flat tables of texts in it. */
function tomlTable(path: readonly string[], values: Readonly<Record<string, string | Readonly<Record<string, string>>>>): string {
  const key = (text: string) => (/^[A-Za-z0-9_-]+$/.test(text) ? text : tomlText(text))
  const lines = Object.entries(values).map(([name, value]) => {
    const written =
      typeof value === 'string'
        ? tomlText(value)
        : `{ ${Object.entries(value)
            .map(([inner, text]) => `${key(inner)} = ${tomlText(text)}`)
            .join(', ')} }`
    return `${key(name)} = ${written}`
  })
  return [`[${path.map(key).join('.')}]`, ...lines].join('\n')
}

/** The escapes of JSON are among those of TOML, which also wants one for DEL and takes no half of a pair. */
const tomlText = (text: string): string => JSON.stringify(text.toWellFormed()).replaceAll('\u007f', '\\u007f')
