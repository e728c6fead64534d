// What the referee runs as "the client": has a gateway talk to the referee's server (its address is the last argument)
// and uses it as the scenario asks. Only what the gateway sends is judged; here nothing is checked or tidied up.
// Environment: CONFORMANCE_CLI, the command line of the gateway; DATABASE_PATH, its database; CONFORMANCE_TOKEN.
// Speaks 2025-11-25 in every scenario, so that whatever the newer revision asks of a client is the gateway's own doing.
import { execFileSync } from 'node:child_process'

const scenario = process.env.MCP_CONFORMANCE_SCENARIO
const { toolCalls } = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT || '{}')
const VERSION = '2025-11-25'
const authorization = `Bearer ${process.env.CONFORMANCE_TOKEN}`
const name = `referee-${process.pid}`
const cli = (...args) => execFileSync(process.execPath, [process.env.CONFORMANCE_CLI, 'server', ...args], { encoding: 'utf8' })
const { endpoint } = JSON.parse(cli('add', '--name', name, '--url', process.argv.at(-1), '--no-link', '--json'))
const headers = { authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
let lastId = 0

/** The default of each field that is asked for, or anything of its type. */
function fill({ properties = {} } = {}) {
  const any = { boolean: true, integer: 1, number: 1, array: [] }
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, field.default ?? field.enum?.[0] ?? any[field.type] ?? 'x']),
  )
}

function answerTo({ method, params }) {
  if (method === 'roots/list') return { roots: [{ uri: 'file:///project', name: 'project' }] }
  if (method === 'sampling/createMessage') return { role: 'assistant', content: { type: 'text', text: 'sampled' }, model: 'none' }
  if (method === 'elicitation/create') return { action: 'accept', content: fill(params.requestedSchema) }
  return {}
}

const post = (message) => fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) })

/** Reads what comes back and answers what is asked on the way. @returns the result of the request */
async function read(response) {
  const found = {}
  const take = async (message) => {
    if (message.method && message.id !== undefined) await post({ id: message.id, result: answerTo(message) })
    else if (message.id === lastId) Object.assign(found, message)
  }
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    const text = await response.text()
    if (text) await take(JSON.parse(text))
    return found.result
  }
  let text = ''
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString()
    const lines = text.split('\n')
    text = lines.pop()
    for (const line of lines) if (line.startsWith('data: {')) await take(JSON.parse(line.slice(6)))
  }
  return found.result
}

const request = async (method, params = {}) => read(await post({ id: ++lastId, method, params }))
const callTool = (name, args = {}) => request('tools/call', { name, arguments: args })

const opened = await post({
  id: ++lastId,
  method: 'initialize',
  params: {
    protocolVersion: VERSION,
    capabilities: { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} },
    clientInfo: { name: 'conformance-client', version: '1' },
  },
})
await opened.text()
Object.assign(headers, { 'mcp-session-id': opened.headers.get('mcp-session-id'), 'mcp-protocol-version': VERSION })
await post({ method: 'notifications/initialized' })
const leave = new AbortController()
fetch(endpoint, { headers: { ...headers, accept: 'text/event-stream' }, signal: leave.signal })
  .then(read)
  .catch(() => {})

const { tools = [] } = (await request('tools/list')) ?? {}
const LISTED_ONLY = ['initialize', 'json-schema-ref-no-deref', 'request-metadata']
if (toolCalls) for (const { name, arguments: args } of toolCalls) await callTool(name, args)
else if (scenario === 'tools_call') await callTool('add_numbers', { a: 5, b: 3 })
else if (scenario === 'json-schema-2020-12-preservation')
  await callTool('json_schema_echo', { schema: tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema })
else if (!LISTED_ONLY.includes(scenario))
  for (const { name } of tools) await callTool(name, scenario === 'http-invalid-tool-headers' ? { region: 'us-west1' } : {})
if (scenario === 'http-standard-headers') {
  for (const { uri } of (await request('resources/list'))?.resources ?? []) await request('resources/read', { uri })
  for (const { name } of (await request('prompts/list'))?.prompts ?? []) await request('prompts/get', { name, arguments: {} })
}
leave.abort()
await fetch(endpoint, { method: 'DELETE', headers })
cli('rm', name)
