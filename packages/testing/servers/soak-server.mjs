// An MCP server that many clients call for long, over a pipe or Streamable HTTP:
//   soak-server.mjs stdio <prefix>       soak-server.mjs http <prefix>   (prints its origin; /mcp)
// The prefix is in front of the name of every tool. Each of these answers with the canary that it was given:
//   echo; steps (n times progress, then the answer; over HTTP as events); fail (as an error of the tool); slow (after ms);
//   refuse (as an error of the protocol); change (a list of tools that is another each time); big (bytes long, its id at
//   the `head` or the `tail`, as one line, a body or an event); noise (after bytes that are no message: base64, as they are)
// and these never: hang; half (an answer without its end); deaf (nothing is read any more); die.
//   storm (for ms, as many notifications of a kind as the pipe takes, `rate` per second at most; answers before them where
//   `first` says so); sent (how many that were)
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'

const [mode = 'stdio', prefix = ''] = process.argv.slice(2)
const NAMES = [
  'echo',
  'steps',
  'fail',
  'slow',
  'refuse',
  'change',
  'big',
  'noise',
  'hang',
  'half',
  'deaf',
  'die',
  'storm',
  'sent',
  'cancelled',
]
let changes = 0
let cancelled = 0
/** How many notifications the last storm had; 0 while it goes on. */
let sent = 0

const text = (value, more = {}) => ({ content: [{ type: 'text', text: String(value) }], ...more })
const tools = () => [...NAMES, `extra_${changes}`].map((name) => ({ name: prefix + name, inputSchema: { type: 'object' } }))

/** The pieces of an answer of about that many bytes. */
function* pieces(id, canary, bytes, shape) {
  const chunk = 'x'.repeat(64 * 1024)
  const result = `{"content":[{"type":"text","text":${JSON.stringify(String(canary))}},{"type":"text","text":"`
  yield shape === 'tail' ? `{"result":${result}` : `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}`
  for (let left = bytes; left > 0; left -= chunk.length) yield left < chunk.length ? chunk.slice(0, left) : chunk
  yield shape === 'tail' ? `"}]},"jsonrpc":"2.0","id":${JSON.stringify(id)}}` : '"}]}}'
}

async function pour(out, all) {
  for (const piece of all) if (!out.write(piece)) await new Promise((resolve) => out.once('drain', resolve))
}

const STORMS = {
  log: () => ({ method: 'notifications/message', params: { level: 'info', data: 'storm' } }),
  progress: () => ({ method: 'notifications/progress', params: { progressToken: 987654321, progress: 1 } }),
  list: () => ({ method: 'notifications/tools/list_changed' }),
  updated: () => ({ method: 'notifications/resources/updated', params: { uri: 'soak://storm' } }),
}

async function storm(out, { ms = 1000, rate = 100_000, kind = 'log' }) {
  const batch = `${JSON.stringify({ jsonrpc: '2.0', ...STORMS[kind]() })}\n`.repeat(100)
  const started = Date.now()
  let count = 0
  while (Date.now() - started < ms) {
    if (count * 1000 > rate * (Date.now() - started)) await new Promise((resolve) => setTimeout(resolve, 1))
    else if (!out.write(batch)) await new Promise((resolve) => out.once('drain', resolve))
    else await new Promise(setImmediate)
    count += 100
  }
  return count
}

/** @param out where messages go; `raw` gets bytes where the carrier lets a server send anything */
async function call({ id, params }, out) {
  const args = params.arguments ?? {}
  const { canary } = args
  const answer = (result) => out.say({ jsonrpc: '2.0', id, result })
  const name = params.name.slice(prefix.length)
  switch (name) {
    case 'echo':
      return answer(text(canary))
    case 'steps':
      for (let progress = 1; progress <= (args.n ?? 3); progress++)
        out.say({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: params._meta?.progressToken, progress } })
      return answer(text(canary))
    case 'fail':
      return answer(text(canary, { isError: true }))
    case 'slow':
      return setTimeout(() => answer(text(canary)), args.ms ?? 50)
    case 'refuse':
      return out.say({ jsonrpc: '2.0', id, error: { code: -32000, message: String(canary) } })
    case 'change':
      changes++
      out.unasked({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
      return answer(text(canary))
    case 'big':
      return out.pour(pieces(id, canary, args.bytes, args.shape), args.carrier)
    case 'noise':
      out.raw(Buffer.from(args.base64, 'base64'))
      return answer(text(canary))
    case 'half':
      return out.raw(Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"te`))
    case 'deaf':
      return process.stdin.pause()
    case 'die':
      return process.exit(7)
    case 'storm':
      // Asked or unasked: what comes while a call waits is taken for news of that call.
      sent = 0
      if (args.first) answer(text(canary))
      sent = await storm(process.stdout, args)
      return args.first ? undefined : answer(text(sent))
    case 'sent':
      return answer(text(sent))
    case 'cancelled':
      return answer(text(cancelled))
  }
}

function handle(message, out) {
  const { id, method, params } = message
  if (method === 'initialize')
    out.say({
      jsonrpc: '2.0',
      id,
      result: {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: { listChanged: true }, logging: {} },
        serverInfo: { name: 'soak', version: '1' },
      },
    })
  else if (method === 'tools/list') out.say({ jsonrpc: '2.0', id, result: { tools: tools() } })
  else if (method === 'tools/call') void call(message, out)
  else if (method === 'notifications/cancelled') cancelled++
  else if (method === 'logging/setLevel' || method === 'ping') out.say({ jsonrpc: '2.0', id, result: {} })
  else if (id !== undefined && method) out.say({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } })
}

if (mode === 'stdio') {
  // Nothing may come between the pieces of one line.
  let turn = null
  const say = (message) => {
    const write = () => process.stdout.write(`${JSON.stringify(message)}\n`)
    if (turn) void turn.then(() => say(message))
    else write()
  }
  const out = {
    say,
    unasked: say,
    raw: (bytes) => process.stdout.write(bytes),
    async pour(all) {
      while (turn) await turn
      turn = pour(process.stdout, all)
      await turn
      process.stdout.write('\n')
      turn = null
    },
  }
  createInterface({ input: process.stdin }).on('line', (line) => {
    // What a fuzzer made of a request need not be JSON any more.
    try {
      handle(JSON.parse(line), out)
    } catch {}
  })
  process.stdin.on('end', () => process.exit(0))
} else {
  const server = createServer((req, res) => {
    if (req.method !== 'POST') return res.writeHead(405).end()
    let body = ''
    req.on('data', (chunk) => {
      body += chunk
    })
    req.on('end', () => {
      const message = JSON.parse(body)
      if (message.id === undefined || message.method === undefined) {
        handle(message, { say() {} })
        return res.writeHead(202).end()
      }
      let events = false
      const begin = () => {
        if (!events) res.writeHead(200, { 'content-type': 'text/event-stream' })
        events = true
      }
      handle(message, {
        say(one) {
          if (one.method) begin()
          if (events) res.write(`data: ${JSON.stringify(one)}\n\n`)
          else res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(one))
          if (events && !one.method) res.end()
        },
        unasked() {},
        raw: (bytes) => res.writeHead(200, { 'content-type': 'application/json' }).write(bytes),
        async pour(all, carrier) {
          if (carrier === 'sse') {
            begin()
            res.write('data: ')
          } else res.writeHead(200, { 'content-type': 'application/json' })
          await pour(res, all)
          res.end(carrier === 'sse' ? '\n\n' : '')
        },
      })
    })
  })
  server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`))
}
