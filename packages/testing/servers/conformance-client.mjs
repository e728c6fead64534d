// What the referee runs as "the client": has a gateway talk to the referee's server (its address is the last argument)
// and uses it as the scenario asks. Only what the gateway sends is judged; here nothing is checked or tidied up.
// Environment: CONFORMANCE_CLI, the command line of the gateway; DATABASE_PATH, its database; CONFORMANCE_TOKEN, of a
// client; CONFORMANCE_ADMIN, a token that may manage the gateway, for scenarios with a sign-in.
// Speaks 2025-11-25 in every scenario, so that whatever the newer revision asks of a client is the gateway's own doing.
import { execFileSync } from 'node:child_process'
import { get } from 'node:http'

const scenario = process.env.MCP_CONFORMANCE_SCENARIO
const { toolCalls, client_id, client_secret, issuer } = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT || '{}')
const VERSION = '2025-11-25'
const authorization = `Bearer ${process.env.CONFORMANCE_TOKEN}`
const name = `referee-${process.pid}`
const cli = (...args) => execFileSync(process.execPath, [process.env.CONFORMANCE_CLI, 'server', ...args], { encoding: 'utf8' })
const { id: server, endpoint } = JSON.parse(cli('add', '--name', name, '--url', process.argv.at(-1), '--no-link', '--json'))
const headers = { authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
let lastId = 0

/** Code of the error that says that a person has to sign in. */
const SIGN_IN_WANTED = -32082
/** How often a person signs in for one call before giving up. */
const PATIENCE = 3
/** What the gateway would be told to call itself where an authorization server takes the address of a document. */
const METADATA_URL = 'https://conformance-test.local/client-metadata.json'

async function manage(method, path, body) {
  const response = await fetch(new URL(`/api${path}`, endpoint), {
    method,
    headers: { authorization: `Bearer ${process.env.CONFORMANCE_ADMIN}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text && JSON.parse(text)
}

/** A browser: it goes where it is sent. */
const browse = (url) =>
  new Promise((resolve, reject) => {
    const headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' }
    get(url, { headers, agent: false }, (response) => {
      response.resume()
      const { location } = response.headers
      response.on('end', () => (location ? browse(new URL(location, url)).then(resolve, reject) : resolve(response.statusCode)))
    }).on('error', reject)
  })

async function signIn() {
  if (client_id) await manage('PUT', `/oauth/servers/${server}/client`, { clientId: client_id, clientSecret: client_secret, issuer })
  const { authorizationUrl } = await manage('POST', `/oauth/servers/${server}/start`, {})
  if ((await browse(authorizationUrl)) !== 200) throw new Error('The sign-in was refused')
}

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

let failure = null

/** Reads what comes back and answers what is asked on the way. @returns the result of the request */
async function read(response) {
  const found = {}
  const take = async (message) => {
    if (message.method && message.id !== undefined) await post({ id: message.id, result: answerTo(message) })
    else if (message.id === lastId) {
      Object.assign(found, message)
      failure = message.error ?? null
    }
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

async function request(method, params = {}) {
  failure = null
  return read(await post({ id: ++lastId, method, params }))
}

/** The same, signing in where that is wanted. */
async function patiently(work) {
  for (let tries = 0; ; tries++) {
    const answer = await work()
    if (failure?.code !== SIGN_IN_WANTED || tries === PATIENCE) return answer
    await signIn()
  }
}
const callTool = (name, args = {}) => patiently(() => request('tools/call', { name, arguments: args }))

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

const signsIn = scenario?.startsWith('auth/')
if (signsIn) {
  await manage('PATCH', '/settings/oauth', { clientMetadataUrl: scenario === 'auth/basic-cimd' ? METADATA_URL : '' })
  // Nobody knows its tools before somebody has signed in, so any name makes it say so.
  await callTool('any')
}
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
