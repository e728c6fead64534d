// A stdio MCP server that lists what a file says: {"tools":[…],"prompts":[…]}. The file is read anew for every list.
//   file-server.mjs <file>
// A call answers with the name and the arguments as they arrived; a call with the argument "announce" says first that the
// lists changed. What a tool's own "_meta" calls "test/does" is what a call of it does instead: "fail" answers with an error,
// "hang" never answers, "end" ends the process. The file may also say "serverInfo". It speaks the revisions with sessions.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [file] = process.argv.slice(2)
const listed = () => JSON.parse(readFileSync(file, 'utf8'))
const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

function answer({ id, method, params }) {
  switch (method) {
    case 'initialize':
      return say({
        id,
        result: {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: { listChanged: true }, prompts: { listChanged: true } },
          serverInfo: listed().serverInfo ?? { name: 'file', version: '1' },
        },
      })
    case 'tools/list':
      return say({ id, result: { tools: listed().tools ?? [] } })
    case 'prompts/list':
      return say({ id, result: { prompts: listed().prompts ?? [] } })
    case 'prompts/get':
      return say({ id, result: { messages: [{ role: 'user', content: { type: 'text', text: params.name } }] } })
    case 'tools/call': {
      const does = listed().tools?.find(({ name }) => name === params.name)?._meta?.['test/does']
      if (does === 'hang') return
      if (does === 'end') process.exit(1)
      if (does === 'fail') return say({ id, result: { content: [{ type: 'text', text: 'The other side said no' }], isError: true } })
      if (params.arguments?.announce) {
        say({ method: 'notifications/tools/list_changed' })
        say({ method: 'notifications/prompts/list_changed' })
      }
      return say({
        id,
        result: { content: [{ type: 'text', text: JSON.stringify([params.name, params.arguments ?? null]) }], structuredContent: {} },
      })
    }
    default:
      if (id !== undefined) say({ id, error: { code: -32601, message: 'Method not found' } })
  }
}

createInterface({ input: process.stdin }).on('line', (line) => answer(JSON.parse(line)))
process.stdin.on('end', () => process.exit(0))
