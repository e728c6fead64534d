import type { Asked, Reply } from './authorization-endpoints.ts'
import type { Settings } from './fake-authorization.types.ts'
import type { Grants, Tally } from './grants.ts'
import { resourceMetadataPath } from './metadata-documents.ts'

interface Call {
  readonly id?: string | number
  readonly method: string
  readonly params?: { readonly name?: string; readonly arguments?: object; readonly protocolVersion?: string }
}

/** A small MCP server without sessions, for whoever has a token that is good for it. */
export function createProtectedResource(settings: () => Settings, counts: Tally, grants: Grants) {
  const challenge = (status: number, { url }: Asked, fields: Record<string, string | null>): Reply => {
    const path = settings().resourceMetadata === 'header' ? resourceMetadataPath(settings()) : null
    const all = { ...fields, resource_metadata: path && `${url.origin}${path}` }
    const said = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}="${value}"`]))
    return { status, headers: { 'www-authenticate': ['Bearer', said.join(', ')].join(' ').trim() } }
  }

  function resultOf({ method, params }: Call): object | null {
    switch (method) {
      case 'initialize':
        return {
          protocolVersion: params?.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'protected', version: '1' },
        }
      case 'ping':
        return {}
      case 'tools/list':
        return { tools: Object.keys(settings().tools).map((name) => ({ name, inputSchema: { type: 'object' } })) }
      case 'tools/call':
        counts.calls++
        return { content: [{ type: 'text', text: JSON.stringify([params?.name, params?.arguments ?? {}]) }] }
      default:
        return null
    }
  }

  return (asked: Asked): Reply => {
    const { challengeScope, tools, answers } = settings()
    const given = /^Bearer (.+)$/i.exec(asked.authorization ?? '')?.[1]
    const scopes = given === undefined ? null : grants.scopesOf(given, asked.resource)
    if (!scopes) return challenge(401, asked, { error: given === undefined ? null : 'invalid_token', scope: challengeScope })
    if (asked.method !== 'POST') return { status: 405, headers: { allow: 'POST' } }
    const call = JSON.parse(asked.body) as Call
    const needed = call.method === 'tools/call' ? tools[call.params?.name ?? ''] : null
    if (needed && !scopes.includes(needed)) return challenge(403, asked, { error: 'insufficient_scope', scope: needed })
    if (call.id === undefined) return { status: 202 }
    const result = resultOf(call)
    const message = { jsonrpc: '2.0', id: call.id, ...(result ? { result } : { error: { code: -32601, message: 'Method not found' } }) }
    if (answers === 'json') return { status: 200, body: message }
    return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: `event: message\ndata: ${JSON.stringify(message)}\n\n` }
  }
}
