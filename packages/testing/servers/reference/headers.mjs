// Whether the headers of a modern request say the same as its body.
import { unsupported } from './eras.mjs'
import { MODERN, NS, PREFIX, RpcError } from './protocol.mjs'
import { TOOLS } from './tool-table.mjs'

const decode = (v) => {
  const m = /^=\?base64\?(.*)\?=$/.exec(v)
  if (!m) return v
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(m[1])) return null
  return Buffer.from(m[1], 'base64').toString('utf8')
}
export function headerError(m, h) {
  const mm = (s) => new RpcError(-32020, `Header mismatch: ${s}`, undefined, 400),
    val = (k) => h[k]?.trim()
  const v = m.params?._meta?.[`${NS}protocolVersion`]
  if (val('mcp-protocol-version') === undefined) return mm('MCP-Protocol-Version missing')
  if (val('mcp-protocol-version') !== v) return mm('MCP-Protocol-Version')
  if (!MODERN.includes(v)) return unsupported(v)
  if (val('mcp-method') !== m.method) return mm('Mcp-Method')
  const name = {
    'tools/call': 'name',
    'prompts/get': 'name',
    'resources/read': 'uri',
    'tasks/get': 'taskId',
    'tasks/update': 'taskId',
    'tasks/cancel': 'taskId',
  }[m.method]
  if (name) {
    const got = val('mcp-name')
    if (got === undefined || decode(got) !== m.params[name]) return mm('Mcp-Name')
  }
  if (m.method === 'tools/call') {
    const props = TOOLS[(m.params.name ?? '').slice(PREFIX.length)]?.def.inputSchema.properties ?? {}
    for (const [k, p] of Object.entries(props))
      if (p['x-mcp-header']) {
        const raw = h[`mcp-param-${p['x-mcp-header'].toLowerCase()}`],
          body = m.params.arguments?.[k]
        if (body === undefined || body === null) {
          if (raw !== undefined) return mm(`Mcp-Param-${p['x-mcp-header']} not expected`)
          continue
        }
        if (raw === undefined) return mm(`Mcp-Param-${p['x-mcp-header']} missing`)
        const d = decode(raw.trim())
        if (d === null || (p.type === 'integer' ? Number(d) !== body : d !== String(body))) return mm(`Mcp-Param-${p['x-mcp-header']}`)
      }
  }
}
