import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type GatewayProcess, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import type { Browser, Page } from '@playwright/test'
import { insertPastCalls } from './past-calls.ts'

const SERVERS = 50
const TOOLS_EACH = 20
const CALLS = 10_000
const DAY = 86_400_000

/** A gateway with more in it than most will ever have: 50 servers, 1,000 tools, 10,000 calls. Takes some ten seconds. */
export async function furnishBig(browser: Browser): Promise<AsyncDisposable & { readonly gateway: GatewayProcess }> {
  const dir = await tempDir()
  const many = await startMany()
  const options = { databasePath: `${dir.path}/db.sqlite`, env: { HOME: dir.path, PATH: dir.path } }
  let gateway = await startGateway(options)
  const end = async () => {
    await gateway.stop()
    await many[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  }
  try {
    const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', 'Furnishing', '--admin')
    const api = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const response = await fetch(`${gateway.origin}/api${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
      if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
      return (await response.json()) as Answer
    }
    const servers: { id: string; version: number }[] = []
    for (let i = 0; i < SERVERS; i++) {
      const config = { url: `${many.origin}/${i}`, allowPrivateNetwork: true }
      const server = { name: `Server ${String(i + 1).padStart(2, '0')}`, type: 'remote_http', config, profiles: ['default'] }
      servers.push(await api('POST', '/mcp-servers', server))
    }
    const page = await browser.newPage()
    await page.goto(gateway.uiUrl)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await approve(page, servers)
    await page.close()
    await waitFor(
      'the tools of all',
      async () =>
        (await api<{ status: { toolCount: number | null } }[]>('GET', '/mcp-servers')).every(({ status }) => status.toolCount !== null),
      60_000,
    )
    const profile = await api<{ id: string; slug: string }>('GET', '/profiles/default')
    await gateway.stop()
    const tools = servers.flatMap(({ id }, at) => namesOf(at).map((name) => ({ serverId: id, name })))
    insertPastCalls({ databasePath: options.databasePath, count: CALLS, before: Date.now(), span: 2 * DAY, profile, tools })
    gateway = await startGateway(options)
    return { gateway, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}

const namesOf = (server: number) => Array.from({ length: TOOLS_EACH }, (_, tool) => `tool_${server}_${tool}`)

/** Agrees to all of them over the window's own connection, as its buttons do. */
const approve = (page: Page, servers: readonly { id: string; version: number }[]) =>
  page.evaluate(
    (wanted) =>
      new Promise<void>((resolve, reject) => {
        const protocols = ['lmg.v1', `lmg.session.${sessionStorage.getItem('lmg.session')}`]
        const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`, protocols)
        let left = wanted.length
        socket.onopen = () => {
          for (const [i, { id, version }] of wanted.entries())
            socket.send(JSON.stringify({ i: String(i + 1), p: { u: '/servers/approve', b: { json: { server: id, version } } } }))
        }
        socket.onmessage = ({ data }) => {
          if (JSON.parse(String(data)).p?.s !== undefined) reject(new Error(String(data)))
          if (--left === 0) resolve()
        }
        socket.onerror = () => reject(new Error('The connection failed'))
      }),
    servers.map(({ id, version }) => ({ id, version })),
  )

/** One program that is fifty servers, each at a path of its own. */
async function startMany() {
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const message = (text === '' ? {} : JSON.parse(text)) as { id?: number; method?: string; params?: { protocolVersion?: string } }
    if (message.id === undefined) return void response.writeHead(request.method === 'POST' ? 202 : 405).end()
    const at = Number(request.url?.slice(1))
    const results: Readonly<Record<string, object>> = {
      initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: `server-${at}`, version: '1' } },
      ping: {},
      'tools/list': {
        tools: namesOf(at).map((name) => ({
          name,
          description: `What ${name} is for, in about as many words as the authors of servers tend to use.`,
          inputSchema: { type: 'object', properties: { query: { type: 'string', description: 'What to look for' } }, required: ['query'] },
        })),
      },
    }
    const result = results[message.method ?? '']
    const answer = result ? { result } : { error: { code: -32601, message: 'Method not found' } }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answer }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
