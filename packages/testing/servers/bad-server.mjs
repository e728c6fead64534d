// A stdio MCP server that behaves as badly as its first argument says:
//   plain          well
//   exit           ends at once with a message on stderr
//   silent         never answers anything
//   noisy          writes a banner without a line end, other lines and a BOM to stdout
//   slow-start     answers the handshake after 3 s
//   refuse         answers initialize with an error
//   grandchild     starts another process that would outlive it
//   stray          the same, in a session of its own
//   stubborn       goes on when its input ends and when it is told to end
//   flaky          ends half a second after it has started
//   listed         lists the tools that are in the file of its second argument, as JSON
//   chatty         writes 1 MB of lines to stderr, and a secret: the value of its variable CANARY
// A second argument changes nothing: it can be looked for among the processes.
// Its tools: echo (gives its raw arguments back), die (ends the process), hang (never answers), tell (sends progress,
// then an answer), cancelled (how many cancellations it was told), pid.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const mode = process.argv[2] ?? 'plain'
const tag = process.argv[3] ?? ''
const tools =
  mode === 'listed'
    ? JSON.parse(readFileSync(tag, 'utf8'))
    : ['echo', 'die', 'hang', 'tell', 'cancelled', 'pid'].map((name) => ({ name, inputSchema: { type: 'object' } }))
let cancelled = 0
const say = (message) => process.stdout.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`)

if (mode === 'exit') {
  process.stderr.write('Error: the moon is in the wrong phase\n')
  process.exit(3)
}
if (mode === 'noisy') process.stdout.write('\ufeffWelcome!\nnot json\n{"half":\nbanner without end>')
const idle = ['-e', 'setInterval(() => {}, 1000)', tag]
const grandchild =
  mode === 'grandchild' || mode === 'stray' ? spawn(process.execPath, idle, { stdio: 'ignore', detached: mode === 'stray' }) : null
if (mode === 'stubborn') {
  process.on('SIGTERM', () => {})
  setInterval(() => {}, 1000)
}
if (mode === 'flaky') setTimeout(() => process.exit(1), 500)
if (mode === 'chatty') {
  for (let n = 1; n <= 10_000; n++) process.stderr.write(`line ${n} ${'.'.repeat(90)}\n`)
  process.stderr.write(`canary ${process.env.CANARY}\n`)
}

function answer(raw, { id, method, params }) {
  switch (method) {
    case 'initialize': {
      if (mode === 'refuse') return say({ jsonrpc: '2.0', id, error: { code: -32000, message: 'Not today' } })
      const greet = () =>
        say({
          jsonrpc: '2.0',
          id,
          result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'bad', version: '1' } },
        })
      return mode === 'slow-start' ? setTimeout(greet, 3000) : greet()
    }
    case 'tools/list':
      return say({ jsonrpc: '2.0', id, result: { tools } })
    case 'tools/call':
      return call(raw, id, params)
    case 'notifications/cancelled':
      cancelled++
      return
    default:
      if (id !== undefined) say({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } })
  }
}

function call(raw, id, params) {
  const text = (value) => say({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: String(value) }] } })
  switch (params.name) {
    case 'echo':
      // The frame as it arrived, and a payload that a careless relay would change.
      return say(
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"x-unknown","raw":${JSON.stringify(raw)}}],"n":1.0,"big":12345678901234567890,"e":"\\u00e9"}}`,
      )
    case 'die':
      return process.exit(5)
    case 'tell':
      for (let progress = 1; progress <= 3; progress++)
        say({
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken: params._meta?.progressToken, progress, total: 3 },
        })
      return text('told')
    case 'cancelled':
      return text(cancelled)
    case 'pid':
      return text(grandchild ? `${process.pid} ${grandchild.pid}` : process.pid)
    default:
      return
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  if (mode !== 'silent') answer(line, JSON.parse(line))
})
process.stdin.on('end', () => mode !== 'stubborn' && process.exit(0))
