/** A tool as a server lists it. `does`: what a call does instead of answering (see file-server.mjs). */
interface ListedTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: object
  readonly _meta?: Readonly<Record<string, string>>
}

const text = (description: string) => ({ type: 'string', description })
const tool = (name: string, description: string, properties: Readonly<Record<string, object>> = {}, does?: string): ListedTool => ({
  name,
  description,
  inputSchema: { type: 'object', properties, required: Object.keys(properties).slice(0, 1) },
  ...(does ? { _meta: { 'test/does': does } } : {}),
})

interface Listed {
  readonly serverInfo: { readonly name: string; readonly version: string }
  readonly tools: readonly ListedTool[]
}

/** What the servers of the furnished gateway list, by their name. */
export const LISTED: Readonly<Record<string, Listed>> = {
  GitHub: {
    serverInfo: { name: 'github-mcp-server', version: '0.18.2' },
    tools: [
      tool('search_issues', 'Finds issues and pull requests with the search syntax of GitHub.', { query: text('What to look for') }),
      tool('create_issue', 'Opens an issue in a repository.', {
        repo: text('owner/name'),
        title: text('One line'),
        body: text('Markdown'),
      }),
      tool('list_pull_requests', 'Lists the pull requests of a repository, the newest first.', { repo: text('owner/name') }),
      tool('merge_pull_request', 'Merges a pull request.', { repo: text('owner/name'), number: { type: 'integer' } }, 'fail'),
      tool('get_file_contents', 'Reads a file or a folder of a repository at any commit.', {
        repo: text('owner/name'),
        path: text('From the root'),
      }),
      tool('create_branch', 'Creates a branch from another one.', { repo: text('owner/name'), name: text('Of the new branch') }),
      tool('get_me', 'Says who the token belongs to.'),
    ],
  },
  Filesystem: {
    serverInfo: { name: 'secure-filesystem-server', version: '0.2.0' },
    tools: [
      tool('read_text_file', 'Reads a file as text. Only within the folders that are allowed.', { path: text('Absolute or relative') }),
      tool('write_file', 'Creates a file or overwrites it without asking.', {
        path: text('Absolute or relative'),
        content: text('All of it'),
      }),
      tool('list_directory', 'Lists a folder, with [FILE] or [DIR] before each name.', { path: text('Absolute or relative') }),
      tool('search_files', 'Looks for files by a pattern, in all folders below.', {
        path: text('Where to begin'),
        pattern: text('Such as *.md'),
      }),
      tool('move_file', 'Moves or renames a file.', { source: text('From'), destination: text('To') }),
    ],
  },
  Memory: {
    serverInfo: { name: 'memory-server', version: '0.6.3' },
    tools: [
      tool('create_entities', 'Adds entities to the graph of knowledge.', { entities: { type: 'array' } }),
      tool('search_nodes', 'Finds what was remembered by words of it.', { query: text('Words') }),
      tool('read_graph', 'Reads everything that was remembered.'),
    ],
  },
  'Web search': {
    serverInfo: { name: 'brave-search', version: '1.4.0' },
    tools: [
      tool('web_search', 'Searches the web.', { query: text('Up to 400 characters') }),
      tool('news_search', 'Searches the news of the last days.', { query: text('Up to 400 characters') }, 'hang'),
      tool('search_files', 'Searches files that are on the web.', { query: text('Up to 400 characters') }),
    ],
  },
  Slack: {
    serverInfo: { name: 'slack', version: '1.1.0' },
    tools: [tool('post_message', 'Posts a message.', { channel: text('Its id') })],
  },
  Browser: {
    serverInfo: { name: 'playwright', version: '0.0.41' },
    tools: [tool('navigate', 'Opens an address.', { url: text('https://…') })],
  },
  'Old search': { serverInfo: { name: 'old-search', version: '0.1.0' }, tools: [tool('search', 'Searches.', { query: text('Words') })] },
}

/** What GitHub lists after an update: one description is another, and one tool is new. */
export const GITHUB_LATER: Listed = {
  serverInfo: { name: 'github-mcp-server', version: '0.19.0' },
  tools: [
    ...LISTED.GitHub!.tools.map((one) =>
      one.name === 'create_branch' ? { ...one, description: 'Creates a branch from another one, or from a commit.' } : one,
    ),
    tool('delete_branch', 'Deletes a branch.', { repo: text('owner/name'), name: text('Of the branch') }),
  ],
}
