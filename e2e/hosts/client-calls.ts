import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

export interface Caller {
  readonly name: string
  readonly endpoint: string
  readonly token: string
}

/** Connects as a client does, makes the calls one after another, and leaves. A call that fails is what some of them are for. */
export async function callAs({ name, endpoint, token }: Caller, calls: readonly (readonly [tool: string, args?: object])[]): Promise<void> {
  const client = new Client({ name, version: '1.0.0' })
  const headers = { Authorization: `Bearer ${token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(endpoint), { requestInit: { headers } }) as never)
  for (const [tool, args = {}] of calls) {
    await client.callTool({ name: tool, arguments: args as Record<string, unknown> }).catch(() => {})
  }
  await client.close()
}
