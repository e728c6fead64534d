import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

interface PastCalls {
  readonly databasePath: string
  readonly count: number
  /** The newest is a minute before, and the others are spread over the span before that, in ms. */
  readonly before: number
  readonly span: number
  readonly profile: { readonly id: string; readonly slug: string }
  /** Tools with the server of each. */
  readonly tools: readonly { readonly serverId: string; readonly name: string }[]
}

const CLIENTS = ['claude-code', 'cursor-vscode', 'night-shift']

/** Writes calls into the traffic log of a gateway that does not run, alike in every run. */
export function insertPastCalls({ databasePath, count, before, span, profile, tools }: PastCalls): void {
  const database = new DatabaseSync(databasePath)
  const insert = database.prepare(`
    insert into debug_logs (id, profile_id, mcp_server_id, request_type, tool_name, status, error_code, error_message,
      duration_ms, created_at, endpoint_slug, client_name, client_version, request_bytes, response_bytes, size_bytes,
      request_payload, response_payload)
    values (?, ?, ?, 'tools/call', ?, ?, ?, ?, ?, ?, ?, ?, '1.0.0', ?, ?, ?, ?, ?)`)
  database.exec('begin')
  for (let i = 0; i < count; i++) {
    const tool = tools[(i * 7) % tools.length]!
    // More in the middle than at both ends, as on a day of work.
    const share = i / count + 0.12 * Math.sin((2 * Math.PI * i) / count)
    const status = i % 17 === 5 ? 'error' : i % 41 === 9 ? 'timeout' : 'success'
    const code = status === 'error' ? 'TOOL_ERROR' : status === 'timeout' ? 'UPSTREAM_TIMEOUT' : null
    const request = JSON.stringify({
      jsonrpc: '2.0',
      id: i,
      method: 'tools/call',
      params: { name: tool.name, arguments: { query: `number ${i}` } },
    })
    const response = JSON.stringify({ jsonrpc: '2.0', id: i, result: { content: [{ type: 'text', text: `Answer ${i}` }] } })
    insert.run(
      ...[randomUUID(), profile.id, tool.serverId, tool.name, status, code, code && 'The other side said no'],
      ...[
        status === 'timeout' ? 30_000 : 8 + ((i * 37) % 400),
        Math.round(before - 60_000 - share * span),
        profile.slug,
        CLIENTS[i % 3] ?? null,
      ],
      ...[request.length, response.length, request.length + response.length + 200, request, response],
    )
  }
  database.exec('commit')
  database.close()
}
