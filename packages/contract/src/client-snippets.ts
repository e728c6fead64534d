export type ClientId = 'claude-code' | 'claude-desktop' | 'cursor' | 'vscode'
export const CLIENT_IDS: readonly ClientId[] = ['claude-code', 'claude-desktop', 'cursor', 'vscode']

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

export interface Snippet {
  /** `shell`: run it once in a terminal. `json`: merge it into one of `files`. */
  readonly kind: 'shell' | 'json'
  readonly text: string
  readonly files: readonly { readonly system: 'any' | 'macos' | 'windows' | 'linux' | 'workspace'; readonly path: string }[]
}

/** What a person pastes so that the client reaches the endpoint. */
export function snippetFor(client: ClientId, input: SnippetInput): Snippet {
  const { name, endpoint, token, bridge } = input
  const headers = { Authorization: `Bearer ${token}` }
  switch (client) {
    case 'claude-code':
      return {
        kind: 'shell',
        text: `claude mcp add --transport http ${name} ${endpoint} --header "Authorization: Bearer ${token}"`,
        files: [],
      }
    case 'claude-desktop':
      return {
        kind: 'json',
        // Its file takes commands only.
        text: json({
          mcpServers: {
            [name]: {
              command: bridge.cliCommand[0],
              args: [...bridge.cliCommand.slice(1), 'stdio', '--profile', bridge.profileSlug],
              env: { DATABASE_PATH: bridge.databasePath },
            },
          },
        }),
        files: [
          { system: 'macos', path: '~/Library/Application Support/Claude/claude_desktop_config.json' },
          { system: 'windows', path: '%APPDATA%\\Claude\\claude_desktop_config.json' },
          { system: 'linux', path: '~/.config/Claude/claude_desktop_config.json' },
        ],
      }
    case 'cursor':
      return {
        kind: 'json',
        text: json({ mcpServers: { [name]: { url: endpoint, headers } } }),
        files: [{ system: 'any', path: '~/.cursor/mcp.json' }],
      }
    case 'vscode':
      return {
        kind: 'json',
        text: json({ servers: { [name]: { type: 'http', url: endpoint, headers } } }),
        files: [
          { system: 'workspace', path: '.vscode/mcp.json' },
          { system: 'macos', path: '~/Library/Application Support/Code/User/mcp.json' },
          { system: 'windows', path: '%APPDATA%\\Code\\User\\mcp.json' },
          { system: 'linux', path: '~/.config/Code/User/mcp.json' },
        ],
      }
  }
}

/** A name for the entry that every client and every shell takes as it is. */
export function entryName(profileSlug: string, isDefault: boolean): string {
  return isDefault ? 'local-mcp' : `local-mcp-${profileSlug}`
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
