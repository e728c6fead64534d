import { readFile, stat, writeFile } from 'node:fs/promises'
import { type GatewayProcess, runCli, runCliJson, startGateway, tempDir } from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

interface Added {
  readonly servers: {
    name: string
    slug: string
    approved: boolean
    presetId: string | null
    config: Record<string, unknown>
    status: { state: string }
  }[]
  readonly skipped: { name: string; reason: string; line: number }[]
  readonly variables: string[]
  readonly secrets: string[]
}

const token = `ghp_${'a1B2'.repeat(9)}`

describe('on the command line', () => {
  test('a snippet from stdin becomes servers that wait, and nothing of it runs', async () => {
    await using dir = await tempDir()
    const trap = `${dir.path}/trap`
    const input = JSON.stringify({
      mcpServers: {
        trap: { command: 'touch', args: [trap], env: { GITHUB_TOKEN: token } },
        far: { url: 'https://far.example.com/mcp' },
        odd: {},
      },
    })
    await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
    const options = { databasePath: `${dir.path}/db.sqlite`, input }
    const added = await runCliJson<Added>(options, 'server', 'add', '--paste', '--yes', '--no-link')
    expect(added.servers).toMatchObject([
      {
        name: 'trap',
        approved: false,
        config: { command: 'touch', env: { GITHUB_TOKEN: '{{env:GITHUB_TOKEN}}' } },
        status: { state: 'approval_required' },
      },
      { name: 'far', presetId: null },
    ])
    expect(added).toMatchObject({ skipped: [{ name: 'odd', reason: 'no_target', line: 1 }], variables: ['GITHUB_TOKEN'] })
    await expect(stat(trap)).rejects.toThrow()
    expect(JSON.stringify(added)).not.toContain(token)
    expect(gateway.stderr()).not.toContain(token)
    expect((await readFile(options.databasePath)).includes(token)).toBe(false)
  })

  test('where secrets can be stored, those of a snippet are', async () => {
    await using dir = await tempDir()
    const options = { databasePath: `${dir.path}/db.sqlite` }
    await runCliJson(options, 'secret', 'keep', 'file')
    await runCliJson({ ...options, input: 'another' }, 'secret', 'set', 'GITHUB_TOKEN')
    const input = JSON.stringify({ mcpServers: { one: { command: 'x', env: { GITHUB_TOKEN: token } } } })
    const added = await runCliJson<Added>({ ...options, input }, 'server', 'add', '--paste', '--yes')
    expect(added).toMatchObject({
      servers: [{ config: { env: { GITHUB_TOKEN: '{{secret:GITHUB_TOKEN-2}}' } } }],
      variables: [],
      secrets: ['GITHUB_TOKEN-2'],
    })
    const ledger = await runCliJson<{ name: string; hint: string; usedBy: object[] }[]>(options, 'secret', 'ls')
    expect(ledger).toMatchObject([{ name: 'GITHUB_TOKEN' }, { name: 'GITHUB_TOKEN-2', hint: token.slice(-4), usedBy: [{ name: 'one' }] }])
    expect(JSON.stringify([added, ledger])).not.toContain(token)
    expect((await readFile(options.databasePath)).includes(token)).toBe(false)
  })

  test('it is shown and not added where nobody can be asked', async () => {
    await using dir = await tempDir()
    const options = { databasePath: `${dir.path}/db.sqlite` }
    await writeFile(`${dir.path}/snippet`, 'FOO=1 npx -y some-mcp --flag')
    const { code, stderr } = await runCli(options, 'server', 'add', '--paste', '--from', `${dir.path}/snippet`)
    expect(code).toBe(1)
    expect(stderr).toContain('argument  some-mcp')
    expect(stderr).toContain('variable  FOO=1')
    expect(await runCliJson(options, 'server', 'ls')).toHaveLength(1)
  })

  test('a preset asks for what it needs, is stored as such, and is added with it', async () => {
    await using dir = await tempDir()
    const options = { databasePath: `${dir.path}/db.sqlite` }
    const refused = await runCli(options, 'server', 'add', '--preset', 'filesystem')
    expect([refused.code, refused.stderr]).toEqual([65, expect.stringMatching(/needs folder[\s\S]*absolute path[\s\S]*--set folder=…/)])
    expect(await runCliJson(options, 'server', 'add', '--preset', 'filesystem', '--set', 'folder=/srv')).toMatchObject({
      name: 'Filesystem',
      presetId: 'filesystem',
      approved: false,
      config: { command: 'npx', args: ['-y', expect.stringContaining('server-filesystem'), '/srv'] },
    })
    expect(await runCliJson(options, 'server', 'add', '--preset', 'github', '--name', 'Hub')).toMatchObject({
      name: 'Hub',
      config: { headers: { Authorization: 'Bearer {{env:GITHUB_TOKEN}}' } },
    })
    expect(await runCliJson<{ id: string }[]>(options, 'server', 'presets', 'browser', 'real')).toMatchObject([{ id: 'playwright' }])
  })

  test.each([
    ['an unknown preset', ['--preset', 'nope'], '', 66, 'PRESET_NOT_FOUND'],
    ['what cannot be read', ['--paste'], '{"mcpServers": {"x": {"command" "y"}}}', 65, 'SNIPPET_UNREADABLE'],
    ['approval of what was pasted', ['--paste', '--approve'], 'npx x', 65, 'VALIDATION_ERROR'],
    ['two sources', ['--paste', '--preset', 'time'], '', 65, 'VALIDATION_ERROR'],
    ['a file that is not there', ['--paste', '--from', '/nonexistent'], '', 65, 'VALIDATION_ERROR'],
    ['a secret where no reference is followed', ['--paste', '--yes'], `npx x --token ${token}`, 65, 'INVALID_CONFIG'],
  ])('%s: refused', async (_, args, input, code, error) => {
    await using dir = await tempDir()
    const result = await runCli({ databasePath: `${dir.path}/db.sqlite`, input }, 'server', 'add', ...args, '--json')
    expect(result.code, result.stderr).toBe(code)
    expect(JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '').error).toMatchObject({ code: error })
    expect(result.stderr).not.toContain(token)
  })
})

describe('over REST', () => {
  let dir: Awaited<ReturnType<typeof tempDir>>
  let gateway: GatewayProcess
  let admin: string
  beforeAll(async () => {
    dir = await tempDir()
    gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
    admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  })
  afterAll(async () => {
    await gateway.stop()
    await dir[Symbol.asyncDispose]()
  })

  async function api(method: string, path: string, body?: unknown, bearer = admin) {
    const response = await fetch(`${gateway.origin}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by path
    return { status: response.status, body: (await response.json()) as any }
  }

  test('a snippet is read, and changes nothing', async () => {
    const before = (await api('GET', '/mcp-servers')).body.length
    const { status, body } = await api('POST', '/mcp-servers/read-snippet', { text: `API_KEY=${token} npx -y some-mcp <FOLDER>` })
    expect([status, body]).toEqual([
      200,
      {
        form: 'command',
        drafts: [
          {
            name: 'some',
            type: 'external',
            config: { command: 'npx', args: ['-y', 'some-mcp', '{{ask:FOLDER}}'], env: { API_KEY: token } },
            asks: [{ name: 'FOLDER', text: null, href: null, secret: false, optional: false, suggestion: null }],
            secrets: [{ place: ['env', 'API_KEY'], suggestedName: 'API_KEY' }],
            hints: [],
            ignored: [],
          },
        ],
        skipped: [],
      },
    ])
    expect((await api('GET', '/mcp-servers')).body).toHaveLength(before)
    expect(gateway.stderr()).not.toContain(token)
    // Sent back as it came, it is refused: for the secret, and for what is still missing.
    const { name, type, config } = body.drafts[0]
    const refused = await api('POST', '/mcp-servers', { name, type, config })
    expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_CONFIG' } })
    expect(refused.body.errors.map(({ path }: { path: string[] }) => path.join('.')).sort()).toEqual([
      'config.args.2',
      'config.env.API_KEY',
    ])
  })

  test('what cannot be read says where it ended', async () => {
    expect(await api('POST', '/mcp-servers/read-snippet', { text: '{\n  "x": {"command" 1}' })).toMatchObject({
      status: 400,
      body: { code: 'SNIPPET_UNREADABLE', line: 2, column: 19, errors: [{ path: ['text'] }] },
    })
    expect(await api('POST', '/mcp-servers/read-snippet', { text: 'x'.repeat(100_001) })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_ERROR' },
    })
  })

  test('a token of a client may not', async () => {
    expect((await api('POST', '/mcp-servers/read-snippet', { text: 'npx x' }, await gateway.token())).status).toBe(403)
  })

  test('presets are listed, searched, got, and stored on the server', async () => {
    expect((await api('GET', '/presets')).body.length).toBeGreaterThan(15)
    expect((await api('GET', '/presets?search=github%20repositories')).body.map(({ id }: { id: string }) => id)).toEqual(['github'])
    const { body } = await api('GET', '/presets/time')
    expect(body).toMatchObject({ id: 'time', title: 'Time', draft: { config: { command: 'uvx', args: ['mcp-server-time'] } } })
    expect(await api('GET', '/presets/nope')).toMatchObject({ status: 404, body: { code: 'PRESET_NOT_FOUND' } })
    const { name, type, config } = body.draft
    expect(await api('POST', '/mcp-servers', { name, type, config, presetId: 'nope' })).toMatchObject({
      status: 404,
      body: { code: 'PRESET_NOT_FOUND' },
    })
    expect(await api('POST', '/mcp-servers', { name, type, config, presetId: 'time' })).toMatchObject({
      status: 201,
      body: { presetId: 'time', approved: false, status: { state: 'approval_required' } },
    })
    expect((await api('GET', '/mcp-servers/time')).body).toMatchObject({ presetId: 'time' })
  })
})
