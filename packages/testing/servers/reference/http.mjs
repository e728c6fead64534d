import { createServer } from 'node:http'
import { modernClaim, newSession } from './eras.mjs'
import { postLegacy, streamOrEnd } from './http-legacy.mjs'
import { postModern } from './http-modern.mjs'
import { fail, openSse, sendEvent } from './http-reply.mjs'
import { hub } from './hub.mjs'
import { answerLegacy } from './legacy.mjs'
import { ERA, MODERN } from './protocol.mjs'

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i
const sseSessions = new Map()

async function bodyOf(req) {
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

function openOldSse(req, res) {
  openSse(res)
  const session = Object.assign(newSession(), { send: (message) => sendEvent(res, message) })
  sseSessions.set(session.id, session)
  res.write(`event: endpoint\ndata: /messages?sessionId=${session.id}\n\n`)
  req.on('close', () => {
    sseSessions.delete(session.id)
    hub.legacy.delete(session)
  })
}

function postOldSse(session, body, res) {
  res.writeHead(202).end('Accepted')
  for (const message of [].concat(body)) answerLegacy(message, session, { notify: session.send, done: session.send })
}

function post(body, req, res) {
  const version = req.headers['mcp-protocol-version']
  const batch = Array.isArray(body)
  if (!batch && body?.jsonrpc !== '2.0') return fail(res, 400, -32600, 'Invalid Request', body?.id ?? null)
  if (!batch && !req.headers['mcp-session-id'] && modernClaim(body, version)) return postModern(body, req, res)
  if (ERA !== 'modern') return postLegacy(body, req, res)
  const requested = version ?? body.params?.protocolVersion
  fail(res, 400, -32022, 'Unsupported protocol version', body.id ?? null, { supported: MODERN, requested })
}

async function route(req, res) {
  const { host, origin } = req.headers
  if (!LOCAL.test(host ?? '') || (origin && !LOCAL.test(origin.replace(/^https?:\/\//, '')))) return fail(res, 403, -32000, 'Forbidden')
  const { pathname, searchParams } = new URL(req.url, 'http://x')
  if (pathname === '/sse' && req.method === 'GET' && ERA !== 'modern') return openOldSse(req, res)
  const oldSession = sseSessions.get(searchParams.get('sessionId'))
  if (pathname === '/messages' && !oldSession) return fail(res, 404, -32001, 'Session not found')
  if (pathname !== '/mcp' && pathname !== '/messages') return res.writeHead(404).end()
  if (pathname === '/mcp' && (req.method === 'GET' || req.method === 'DELETE')) return streamOrEnd(req, res)
  if (req.method !== 'POST') return res.writeHead(405, { allow: 'GET, POST, DELETE' }).end()
  const body = await bodyOf(req).catch(() => undefined)
  if (body === undefined) return fail(res, 400, -32700, 'Parse error')
  if (pathname === '/messages') return postOldSse(oldSession, body, res)
  return post(body, req, res)
}

/** Serves Streamable HTTP at /mcp and HTTP+SSE at /sse, and prints the origin on a line of its own. */
export function serveHttp(port) {
  const server = createServer(route).listen(port, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${server.address().port}\n`)
  })
}
