// The echo server over Streamable HTTP: echo-http.mjs [tools]. Prints its origin; /mcp keeps sessions as servers do.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createEcho } from './echo.mjs'

const echo = createEcho(Number(process.argv[2] ?? 10))
const sessions = new Set()

async function post(req, res) {
  const parts = []
  for await (const part of req) parts.push(part)
  const message = JSON.parse(parts.length === 1 ? parts[0] : Buffer.concat(parts))
  const opened = message.method === 'initialize' ? randomUUID() : null
  if (opened) sessions.add(opened)
  else if (!sessions.has(req.headers['mcp-session-id'])) return res.writeHead(404, { 'content-length': 0 }).end()
  const answer = echo(message)
  if (!answer) return res.writeHead(202, { 'content-length': 0 }).end()
  const headers = { 'content-type': 'application/json', 'content-length': answer.length }
  res.writeHead(200, opened ? { ...headers, 'mcp-session-id': opened } : headers).end(answer)
}

const server = createServer((req, res) => {
  if (req.method === 'POST') return post(req, res)
  if (req.method === 'DELETE') {
    sessions.delete(req.headers['mcp-session-id'])
    return res.writeHead(200, { 'content-length': 0 }).end()
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
})
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`))
// Ends with whoever started it.
process.stdin.on('end', () => process.exit()).resume()
