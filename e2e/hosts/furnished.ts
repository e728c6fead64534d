import { mkdir, writeFile } from 'node:fs/promises'
import {
  browse,
  type FakeAuthorization,
  fileServer,
  type GatewayProcess,
  shiftedClock,
  startFakeAuthorization,
  startGateway,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { callAs } from './client-calls.ts'
import { GITHUB_LATER, LISTED } from './furniture.ts'
import { insertPastCalls } from './past-calls.ts'

/** When the furnished gateway was last started, by its own clock. */
export const NOW = Date.UTC(2026, 2, 4, 9, 0)
const HOUR = 3_600_000
const KEY = { OAUTH_ENCRYPTION_KEY: 'ab'.repeat(32) }

/** A gateway with something of everything in it. */
export interface Furnished extends AsyncDisposable {
  readonly gateway: GatewayProcess
  readonly dataDir: string
  readonly api: Api
  /** Ids of its servers, tokens and profiles by name. */
  readonly ids: Readonly<Record<string, string>>
  /** What differs from run to run, and what it is shown as instead. */
  readonly volatile: readonly (readonly [string, string])[]
}
type Api = <Answer = Record<string, never>>(method: string, path: string, body?: object) => Promise<Answer>

/**
 * Makes one, with a past: it is furnished two days before `NOW` and started again at `NOW`, so that what nobody uses now
 * is idle and what is dated is dated alike in every run. Takes about ten seconds.
 */
export async function furnish(): Promise<Furnished> {
  const dir = await tempDir()
  const fakes = await Promise.all([startFakeAuthorization(), startFakeAuthorization()])
  const clock = shiftedClock(dir.path)
  // Nobody's clients are found but those that are furnished below.
  const home = `${dir.path}/home`
  const places = { HOME: home, PATH: `${home}/bin`, XDG_CONFIG_HOME: '', CODEX_HOME: '', CLAUDE_CONFIG_DIR: '' }
  const options = { databasePath: `${dir.path}/data/db.sqlite`, env: { ...KEY, ...clock.env, ...places } }
  const lists = await writeLists(dir.path)
  const goTo = (at: number) => clock.set(at - Date.now())

  await goTo(NOW - 49 * HOUR)
  let gateway = await startGateway(options)
  const end = async () => {
    await gateway.stop()
    await Promise.all([...fakes, dir].map((one) => one[Symbol.asyncDispose]()))
  }
  try {
    const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', 'Dashboard script', '--admin')
    const api = apiOf(() => gateway, token)
    const ids: Record<string, string> = {}
    await furnishPast(gateway, api, fakes, lists, ids)
    await gateway.stop()
    await goTo(NOW)
    const work = ['GitHub', 'Filesystem', 'Web search'].flatMap((name) =>
      LISTED[name]!.tools.map((tool) => ({ serverId: ids[name]!, name: tool.name })),
    )
    const profile = { id: ids.Work!, slug: 'work' }
    insertPastCalls({ databasePath: options.databasePath, count: 160, before: NOW, span: 23 * HOUR, profile, tools: work })
    gateway = await startGateway({ ...options, env: { ...options.env, PORT: new URL(gateway.mcpUrl).port } })
    await furnishNow(gateway, api, lists, ids, home)
    return { gateway, dataDir: `${dir.path}/data`, api, ids, volatile: volatileOf(dir.path, gateway, fakes), [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}

/** What differs from run to run, and what it is shown as instead. */
function volatileOf(dir: string, gateway: GatewayProcess, [linear, notion]: readonly FakeAuthorization[]): [string, string][] {
  const site = (url: string) => new URL(url).origin
  return [
    [site(linear!.mcpUrl), 'https://mcp.linear.app'],
    [site(notion!.mcpUrl), 'https://mcp.notion.com'],
    [linear!.origin, 'https://auth.linear.app'],
    [notion!.origin, 'https://auth.notion.com'],
    [new URL(linear!.origin).host, 'auth.linear.app'],
    [new URL(notion!.origin).host, 'auth.notion.com'],
    [new URL(gateway.mcpUrl).host, '127.0.0.1:4444'],
    [`${dir}/data`, '/home/ada/.local/share/local-mcp-gateway'],
    [`${dir}/lists`, '/home/ada/servers'],
    [`${dir}/home`, '/home/ada'],
    [process.execPath, '/usr/bin/node'],
    [fileServer, '/home/ada/servers/server.mjs'],
  ]
}

/** The management API, which throws where it is refused. */
function apiOf(gateway: () => GatewayProcess, token: string): Api {
  return async (method, path, body) => {
    const response = await fetch(`${gateway().origin}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const answer = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`)
    return (answer && JSON.parse(answer)) as never
  }
}

async function writeLists(dir: string): Promise<(name: string) => string> {
  const place = (name: string) => `${dir}/lists/${name.toLowerCase().replace(' ', '-')}.json`
  await mkdir(`${dir}/lists`)
  await mkdir(`${dir}/home/bin`, { recursive: true })
  await mkdir(`${dir}/data`, { mode: 0o700 })
  for (const [name, listed] of Object.entries(LISTED)) await writeFile(place(name), JSON.stringify(listed))
  return place
}

const approve = (gateway: GatewayProcess, id: string) => gateway.cli('server', 'approve', id, '--yes')

/** Two clients of the person who runs the gateway: one that leads here, and one that has servers of its own. */
async function writeClients(home: string, url: string, token: string): Promise<void> {
  await mkdir(`${home}/.cursor`, { recursive: true })
  const entry = { url, headers: { Authorization: `Bearer ${token}` } }
  await writeFile(`${home}/.cursor/mcp.json`, JSON.stringify({ mcpServers: { 'local-mcp-gateway': entry } }))
  const own = { fetch: { command: 'uvx', args: ['mcp-server-fetch'] }, time: { command: 'uvx', args: ['mcp-server-time'] } }
  await writeFile(`${home}/.claude.json`, JSON.stringify({ mcpServers: own }))
}

async function furnishPast(
  gateway: GatewayProcess,
  api: Api,
  fakes: readonly FakeAuthorization[],
  lists: (name: string) => string,
  ids: Record<string, string>,
): Promise<void> {
  const profile = async (name: string, description: string, toolNaming?: string) => {
    ids[name] = (await api<{ id: string }>('POST', '/profiles', { name, description, ...(toolNaming ? { toolNaming } : {}) })).id
  }
  await profile('Work', 'Code, issues and documents of the team.')
  await profile('Writing', 'Nothing that can change a repository.', 'always_prefix')
  for (const [name, value] of [
    ['GITHUB_TOKEN', 'github-token-4711'],
    ['BRAVE_API_KEY', 'brave-key-0815'],
  ])
    await api('POST', '/secrets', { name, value })
  const source = await api<{ id: string }>('POST', '/sources', {
    name: 'warehouse',
    type: 'snowflake',
    metadata: {
      snowflake_account_url: 'https://acme.snowflakecomputing.com',
      snowflake_pat: 'pat-of-the-warehouse-2342',
      snowflake_semantic_model_file: 'sales.yaml',
      snowflake_cortex_search_service: 'sales_search',
    },
  })
  await api('POST', '/sources', { name: 'team', type: 'generic', metadata: { region: 'eu-central-1', API_KEY: 'key-of-the-team-9999' } })

  const program = async (name: string, env: object = {}, more: object = {}) => {
    const config = { command: process.execPath, args: [fileServer, lists(name)], env }
    const { id } = await api<{ id: string }>('POST', '/mcp-servers', { name, type: 'external', config, profiles: ['default'], ...more })
    ids[name] = id
    if (name !== 'Slack') await approve(gateway, id)
  }
  await program('GitHub', { GITHUB_TOKEN: '{{secret:GITHUB_TOKEN}}' })
  await program('Filesystem')
  await program('Memory')
  await program('Web search', { BRAVE_API_KEY: '{{secret:BRAVE_API_KEY}}' }, { timeoutMs: 1000 })
  await program('Slack', { SLACK_TEAM: 'T024BE7LD' })
  await program('Browser')
  await program('Old search')
  const missing = {
    command: 'postgres-mcp',
    args: ['--readonly', 'postgres://localhost/shop'],
    env: { ACCOUNT: '{{source:warehouse.snowflake_account_url}}' },
  }
  const postgres = await api<{ id: string }>('POST', '/mcp-servers', {
    name: 'Postgres',
    type: 'external',
    config: missing,
    sourceIds: [source.id],
    profiles: ['default'],
  })
  ids.Postgres = postgres.id
  await approve(gateway, postgres.id)
  for (const [index, name] of ['Linear', 'Notion'].entries()) {
    const config = { url: fakes[index]!.mcpUrl, allowPrivateNetwork: true }
    ids[name] = (await api<{ id: string }>('POST', '/mcp-servers', { name, type: 'remote_http', config, profiles: ['default'] })).id
    await approve(gateway, ids[name]!)
  }
  for (const account of [undefined, 'Work']) {
    const body = account ? { account } : {}
    const { authorizationUrl } = await api<{ authorizationUrl: string }>('POST', `/oauth/servers/${ids.Notion}/start`, body)
    await browse(authorizationUrl)
  }

  for (const [profileName, servers] of [
    ['work', ['GitHub', 'Filesystem', 'Web search', 'Notion']],
    ['writing', ['Filesystem', 'Memory']],
  ] as const)
    for (const name of servers) await api('POST', `/profiles/${profileName}/servers`, { server: ids[name] })
  await waitFor('the lists of all', async () => {
    const servers = await api<{ name: string; status: { toolCount: number | null } }[]>('GET', '/mcp-servers')
    return servers.every(({ name, status }) => status.toolCount !== null || ['Slack', 'Postgres', 'Linear'].includes(name))
  })
  await api('PUT', `/mcp-servers/${ids.Filesystem}/tools`, { disable: ['write_file'] })
  await api('PUT', `/profiles/work/servers/${ids.GitHub}/tools`, { disable: ['merge_pull_request'] })
  await api('PUT', `/profiles/work/servers/${ids.GitHub}/tools/search_issues`, {
    name: 'find_issues',
    description: 'Finds issues of our own repositories.',
  })
  await api('PUT', `/profiles/work/servers/${ids.Notion}/account`, { account: 'Work' })

  await api('PUT', `/mcp-servers/${ids.Browser}`, { enabled: false })
  await api('DELETE', `/mcp-servers/${ids['Old search']}`)
  await api('POST', '/backups')
  const revoked = await api<{ id: string }>('POST', '/tokens', { name: 'Old laptop' })
  await api('DELETE', `/tokens/${revoked.id}`)
  await api('POST', '/tokens', { name: 'Trial', expiresInDays: 1 })
}

async function furnishNow(
  gateway: GatewayProcess,
  api: Api,
  lists: (name: string) => string,
  ids: Record<string, string>,
  home: string,
): Promise<void> {
  const endpoint = (slug: string) => `${gateway.mcpUrl}/${slug}`
  const token = async (name: string, more: object = {}) => {
    const made = await api<{ id: string; token: string }>('POST', '/tokens', { name, ...more })
    ids[name] = made.id
    return made.token
  }
  const claude = await token('Claude Code')
  const cursor = await token('Cursor', { profiles: ['work'] })
  await writeClients(home, endpoint('work'), cursor)
  const limited = {
    description: 'Looks through issues at night and says what is new.',
    profiles: ['work'],
    addresses: ['127.0.0.0/8', '::1'],
    timeWindow: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '00:00', to: '24:00', zone: 'Europe/Prague' },
    usageLimits: { perHour: 100, perDay: 1000 },
    expiresInDays: 30,
  }
  const night = await token('Night shift', limited)
  await callAs({ name: 'claude-code', endpoint: endpoint('default'), token: claude }, [
    ['create_issue', { repo: 'acme/shop', title: 'The basket is empty' }],
    ['merge_pull_request', { repo: 'acme/shop', number: 12 }],
    ['read_text_file', { path: 'README.md' }],
  ])
  await callAs({ name: 'cursor-vscode', endpoint: endpoint('work'), token: cursor }, [
    ['find_issues', { query: 'is:open basket' }],
    ['web_search', { query: 'sqlite vacuum into' }],
    ['news_search', { query: 'mcp' }],
  ])
  await callAs({ name: 'night-shift', endpoint: endpoint('work'), token: night }, [
    ['get_me'],
    ['list_pull_requests', { repo: 'acme/shop' }],
  ])
  await fetch(endpoint('writing'), { method: 'POST', headers: { authorization: `Bearer ${night}` } })
  await fetch(gateway.mcpUrl, { headers: { authorization: 'Bearer lmg_nobody' } })
  await waitFor('the failed call in the log', async () => {
    const { rows } = await api<{ rows: { id: string; tool: string; at: number }[] }>('GET', '/debug/logs?hasError=true')
    ids.failed = rows.find(({ tool, at }) => tool === 'merge_pull_request' && at >= NOW)?.id ?? ''
    return ids.failed !== ''
  })
  await api('POST', `/mcp-servers/${ids.Postgres}/restart`).catch(() => {})
  await api('POST', `/mcp-servers/${ids.Linear}/restart`).catch(() => {})
  await writeFile(lists('GitHub'), JSON.stringify(GITHUB_LATER))
  await api('POST', `/mcp-servers/${ids.GitHub}/refresh`)
  await api('POST', '/backups')
}
