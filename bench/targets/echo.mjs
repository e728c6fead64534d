// What the echo servers answer. Serialised once where it can be: they must never be the bottleneck.
//   echo {text}   the same text back
//   bytes {n}     a result of n bytes
const PURPOSE =
  'Searches the workspace index for records that match the query and returns them ordered by relevance. Use it before editing anything; results carry a stable identifier that other tools accept.'
const text = { type: 'string' }
const OWN = [
  {
    name: 'echo',
    description: 'Returns the text it was given.',
    inputSchema: { type: 'object', properties: { text }, required: ['text'] },
  },
  {
    name: 'bytes',
    description: 'Returns n bytes of text.',
    inputSchema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
  },
]

/** A tool whose definition has the usual size, 0.7 KB. */
const filler = (index) => ({
  name: `tool_${String(index).padStart(4, '0')}`,
  title: `Filler tool ${index}`,
  description: `${PURPOSE} (variant ${index})`,
  inputSchema: {
    type: 'object',
    properties: {
      query: { type: 'string', description: 'Free-text query, at most 400 characters', maxLength: 400 },
      limit: { type: 'integer', description: 'How many records to return', minimum: 1, maximum: 100, default: 20 },
      filter: { type: 'object', properties: { kind: { type: 'string', enum: ['file', 'issue', 'page'] }, since: { type: 'string' } } },
    },
    required: ['query'],
  },
  annotations: { readOnlyHint: true, idempotentHint: true },
})

/** @returns a function from a parsed message to the answer's bytes; null where there is none to give */
export function createEcho(toolCount) {
  const list = JSON.stringify({ tools: [...OWN, ...Array.from({ length: toolCount - OWN.length }, (_, index) => filler(index))] })
  let payload = Buffer.alloc(0)

  function bytesResult(id, n) {
    if (payload.length !== n) payload = Buffer.alloc(n, 'the quick brown fox jumps over the lazy dog. ')
    const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"`
    return Buffer.concat([Buffer.from(head), payload, Buffer.from('"}]}}')])
  }

  return ({ id, method, params }) => {
    if (method === undefined || id === undefined) return null
    const answer = (result) => Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`)
    if (method === 'tools/call' && params.name === 'bytes') return bytesResult(id, params.arguments.n)
    if (method === 'tools/call') return answer(`{"content":[{"type":"text","text":${JSON.stringify(params.arguments.text)}}]}`)
    if (method === 'tools/list') return answer(list)
    if (method === 'ping') return answer('{}')
    if (method === 'initialize') {
      const { protocolVersion } = params
      return answer(JSON.stringify({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'echo', version: '1' } }))
    }
    return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: `Method not found: ${method}` } }))
  }
}
