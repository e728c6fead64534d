export type ClientId = 'claude-code' | 'claude-desktop' | 'cursor' | 'vscode'
export const CLIENT_IDS: readonly ClientId[] = ['claude-code', 'claude-desktop', 'cursor', 'vscode']

export interface SnippetInput {
  /** Name of the entry in the client's own list. */
  readonly name: string
  readonly endpoint: string
  readonly token: string
}

export interface Snippet {
  /** `shell`: run it once in a terminal. `json`: merge it into one of `files`. */
  readonly kind: 'shell' | 'json'
  readonly text: string
  readonly files: readonly { readonly system: 'any' | 'macos' | 'windows' | 'linux' | 'workspace'; readonly path: string }[]
}

/** What a person pastes so that the client reaches the endpoint with the token. */
export function snippetFor(client: ClientId, input: SnippetInput): Snippet {
  const { name, endpoint, token } = input
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
        // Its file takes commands only. The header's value comes from env, because the client splits an argument at a
        // space on Windows; --allow-http, because the bridge asks for https everywhere but where it is told otherwise.
        text: json({
          mcpServers: {
            [name]: {
              command: 'npx',
              // biome-ignore lint/suspicious/noTemplateCurlyInString: the bridge fills in the variable
              args: ['-y', 'mcp-remote', endpoint, '--header', 'Authorization:${AUTH_HEADER}', '--allow-http'],
              env: { AUTH_HEADER: headers.Authorization },
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
