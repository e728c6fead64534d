import {
  ASKING_ROWS,
  connectNewClient,
  connectOldClient,
  type GatewayProcess,
  GRID_COLUMNS,
  type GridBench,
  type GridColumn,
  gridPage,
  type OfficialClient,
  PLAIN_ROWS,
  type ReferenceServer,
  referenceServer,
  startGateway,
  startReferenceServer,
  tempDir,
  waitFor,
} from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROWS = [...PLAIN_ROWS, ...ASKING_ROWS]

const dir = await tempDir()
const references: ReferenceServer[] = []
let gateway: GatewayProcess
let token: string

const slugOf = ({ server, carrier }: GridColumn) => `${server}-${carrier === 'stdio' ? 'stdio' : 'http'}`

beforeAll(async () => {
  gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  token = await gateway.token()
  for (const server of ['legacy', 'modern'] as const) {
    const env = { UP_ERA: server, UP_GRID: '1', UP_PAGE: '3' }
    const http = await startReferenceServer(env)
    references.push(http)
    const stdio = ['--command', process.execPath, '--arg', referenceServer, '--approve']
    const flags = {
      stdio: [...stdio, ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])],
      'Streamable HTTP': ['--url', `${http.origin}/mcp`],
    }
    for (const carrier of ['stdio', 'Streamable HTTP'] as const) {
      const slug = slugOf({ client: 'old', server, carrier })
      await gateway.cli('server', 'add', '--name', slug, '--no-link', ...flags[carrier])
      await gateway.cli('profile', 'create', '--name', slug, '--server', slug)
      await waitFor(
        `${slug} to be connected`,
        async () => (await gateway.cli<{ state: string }>('server', 'status', slug)).state === 'connected',
      )
    }
  }
})
afterAll(async () => {
  await gateway.stop()
  for (const reference of references) await reference[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

const proven = new Set<string>()
const cell = (capability: string, { client, server, carrier }: GridColumn) => `${capability} ${client} ${server} ${carrier}`

describe.each(GRID_COLUMNS)('$client client, $server server, $carrier', (column) => {
  let client: OfficialClient
  let bench: GridBench
  beforeAll(async () => {
    const url = `${gateway.mcpUrl}/${slugOf(column)}`
    client = await (column.client === 'old' ? connectOldClient : connectNewClient)(url, token)
    // Both clients hold results against what they have seen listed.
    await client.listTools()
    bench = { column, client, url, token }
  })
  afterAll(() => client.close())

  test.each(ROWS)('$capability', async ({ capability, prove, impossible, instead }) => {
    const what = impossible?.(column) ? instead : prove
    expect(what, 'what is impossible has to be proven too').toBeDefined()
    await what?.(bench)
    proven.add(cell(capability, column))
  })
})

/** The page is written by the test (`npx vitest -u`), so it cannot be out of date. */
test('docs/reference/eras.md is the result', async () => {
  const page = gridPage(ROWS, (row, column) => proven.has(cell(row.capability, column)))
  await expect(page).toMatchFileSnapshot('../../../docs/reference/eras.md')
})
