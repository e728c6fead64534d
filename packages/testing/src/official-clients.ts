import { Client as NewClient, StreamableHTTPClientTransport as NewTransport } from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'

type Fields = Record<string, unknown>
interface CallOptions {
  readonly onprogress?: (progress: { progress: number }) => void
  readonly signal?: AbortSignal
  readonly timeout?: number
}

/** One of the official clients, with what both have in common, and their answers as they are. */
export interface OfficialClient {
  readonly era: 'legacy' | 'modern'
  /** Notifications that nobody asked for by name, in order. */
  readonly heard: readonly { readonly method: string; readonly params?: Fields }[]
  /** What servers asked for, in order. */
  readonly asked: readonly { readonly method: string; readonly params: Fields }[]
  capabilities(): Fields
  serverInfo(): Fields
  instructions(): string | undefined
  /** A request whose result is not held against any schema. @throws Error with `code` and `data` of the JSON-RPC error */
  request(method: string, params?: Fields, options?: CallOptions): Promise<Fields>
  /** A tool's result as the client's own `callTool` gives it to its user, checked against the listed output schema. */
  callTool(name: string, args?: Fields, options?: CallOptions): Promise<Fields>
  /** Every tool, as the client's own `listTools` gives them. */
  listTools(): Promise<Fields[]>
  /** Hears of lists that change, and of these resources, in the way of its era. */
  watch(uris: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** What the clients say that they can do; answered by `answer`. */
const CAPABILITIES = { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } }
const INFO = { name: 'grid', version: '1' }

/** What a person and a model would answer. */
function answerFor(method: string, params: Fields): Fields {
  if (method === 'roots/list') return { roots: [{ uri: 'file:///project', name: 'project' }] }
  if (method === 'sampling/createMessage') return { role: 'assistant', model: 'm', content: { type: 'text', text: 'Paris' } }
  if (params.mode === 'url') return { action: 'accept' }
  const { properties = {} } = (params.requestedSchema ?? {}) as { properties?: Record<string, { type?: string }> }
  return {
    action: 'accept',
    content: Object.fromEntries(Object.entries(properties).map(([key, { type }]) => [key, type === 'boolean' ? true : key.toUpperCase()])),
  }
}

/** The new client shows an error with a status of its own as a failure of HTTP; what the server said is in there. */
function asRpcError(error: Error & { data?: { text?: string } }): never {
  const text = error.data?.text
  throw text?.startsWith('{') ? Object.assign(new Error(error.message), (JSON.parse(text) as { error: object }).error) : error
}

const anything = z.record(z.string(), z.unknown())
const transportOptions = (token: string) => ({ requestInit: { headers: { Authorization: `Bearer ${token}` } } })

/** The client of the first line of the SDK (revisions up to 2025-11-25). */
export async function connectOldClient(url: string, token: string): Promise<OfficialClient> {
  const client = new OldClient(INFO, { capabilities: CAPABILITIES })
  const heard: { method: string; params?: Fields }[] = []
  const asked: { method: string; params: Fields }[] = []
  client.fallbackNotificationHandler = async (notification) => {
    heard.push(notification as never)
  }
  for (const schema of [CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema]) {
    client.setRequestHandler(schema as never, (request: { method: string; params?: Fields }) => {
      asked.push({ method: request.method, params: request.params ?? {} })
      return answerFor(request.method, request.params ?? {}) as never
    })
  }
  await client.connect(new OldTransport(new URL(url), transportOptions(token)) as never)
  return {
    era: 'legacy',
    heard,
    asked,
    capabilities: () => client.getServerCapabilities() as Fields,
    serverInfo: () => client.getServerVersion() as unknown as Fields,
    instructions: () => client.getInstructions(),
    request: (method, params = {}, options = {}) => client.request({ method, params } as never, anything as never, options) as never,
    callTool: (name, args = {}, options = {}) => client.callTool({ name, arguments: args }, undefined, options) as never,
    listTools: async () => (await client.listTools()).tools as never,
    async watch(uris) {
      for (const uri of uris) await client.subscribeResource({ uri })
    },
    close: () => client.close(),
  }
}

/** The client of the second line, which asks for the modern era first. */
export async function connectNewClient(url: string, token: string): Promise<OfficialClient> {
  const client = new NewClient(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode: 'auto' } })
  const heard: { method: string; params?: Fields }[] = []
  const asked: { method: string; params: Fields }[] = []
  client.fallbackNotificationHandler = async (notification) => {
    heard.push(notification as never)
  }
  for (const method of ['sampling/createMessage', 'elicitation/create', 'roots/list'] as const) {
    client.setRequestHandler(method, (request: { params?: unknown }) => {
      const params = (request.params ?? {}) as Fields
      asked.push({ method, params })
      return answerFor(method, params) as never
    })
  }
  await client.connect(new NewTransport(new URL(url), transportOptions(token)))
  return {
    era: client.getProtocolEra() === 'modern' ? 'modern' : 'legacy',
    heard,
    asked,
    capabilities: () => client.getServerCapabilities() as Fields,
    serverInfo: () => client.getServerVersion() as unknown as Fields,
    instructions: () => client.getInstructions(),
    request: (method, params = {}, options = {}) =>
      client.request({ method, params }, anything, options).catch(asRpcError) as Promise<Fields>,
    callTool: (name, args = {}, options = {}) => client.callTool({ name, arguments: args }, options) as Promise<Fields>,
    listTools: async () => (await client.listTools(undefined, { cacheMode: 'bypass' })).tools as never,
    async watch(uris) {
      await client.listen({
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
        ...(uris.length > 0 ? { resourceSubscriptions: [...uris] } : {}),
      })
    },
    close: () => client.close(),
  }
}
