import { initResult, isReq, newSession } from './eras.mjs'
import { fail, openSse, sendEvent, sendJson } from './http-reply.mjs'
import { hub } from './hub.mjs'
import { answerLegacy } from './legacy.mjs'
import { ERA, LEGACY } from './protocol.mjs'

const sessions = new Map()

function replay(session, res, lastEventId) {
  const [key, seen] = lastEventId.split(':')
  const stream = session.streams.get(key)
  if (!stream) return fail(res, 400, -32000, 'Unknown event id')
  openSse(res, { 'mcp-session-id': session.id })
  for (const { message, id } of stream.log.slice(Number(seen))) sendEvent(res, message, id)
  stream.res = res
  if (stream.left === 0) res.end()
}

/** GET and DELETE of /mcp. */
export function streamOrEnd(req, res) {
  if (ERA === 'modern') return res.writeHead(405, { allow: 'POST' }).end()
  const id = req.headers['mcp-session-id']
  const session = sessions.get(id)
  if (!session) return fail(res, id ? 404 : 400, -32001, id ? 'Session not found' : 'Session ID required')
  if (req.method === 'DELETE') {
    sessions.delete(id)
    hub.legacy.delete(session)
    session.get?.end()
    return res.writeHead(200).end()
  }
  const last = req.headers['last-event-id']
  if (last) return replay(session, res, last)
  if (session.get) return fail(res, 409, -32000, 'Conflict: only one SSE stream')
  openSse(res, { 'mcp-session-id': id })
  session.get = res
  session.send = (message) => sendEvent(res, message)
  req.on('close', () => {
    session.get = null
    session.send = () => {}
  })
}

function initialize({ id, params }, res) {
  const result = initResult(params)
  const session = Object.assign(newSession(), { caps: params?.capabilities ?? {}, version: result.protocolVersion })
  sessions.set(session.id, session)
  hub.legacy.add(session)
  return sendJson(res, 200, { jsonrpc: '2.0', id, result }, { 'mcp-session-id': session.id })
}

/** A POST of the eras with sessions: every answer is a stream that can be taken up again after its last event. */
export function postLegacy(body, req, res) {
  if (body.method === 'initialize') return initialize(body, res)
  const id = req.headers['mcp-session-id']
  const session = sessions.get(id)
  if (!session) return fail(res, id ? 404 : 400, id ? -32001 : -32000, id ? 'Session not found' : 'Bad Request: session ID required')
  const version = req.headers['mcp-protocol-version']
  if (version !== undefined && !LEGACY.includes(version)) return fail(res, 400, -32000, 'Unsupported protocol version')
  const messages = [].concat(body)
  const left = messages.filter(isReq).length
  if (left === 0) {
    res.writeHead(202).end()
    for (const message of messages) answerLegacy(message, session, {})
    return
  }
  const key = `st${++session.seq}`
  const stream = { res, log: [], left }
  session.streams.set(key, stream)
  const notify = (message) => {
    const event = { message, id: `${key}:${stream.log.length + 1}` }
    stream.log.push(event)
    if (stream.res?.writable) sendEvent(stream.res, message, event.id)
  }
  openSse(res, { 'mcp-session-id': id })
  if (session.version >= '2025-11-25') res.write(`id: ${key}:0\nretry: 500\ndata: \n\n`)
  res.on('close', () => {
    if (stream.res === res) stream.res = null
  })
  const closeStream = () => {
    stream.res?.end()
    stream.res = null
  }
  const done = (response) => {
    notify(response)
    if (--stream.left > 0) return
    stream.res?.end()
    setTimeout(() => session.streams.delete(key), 60_000).unref()
  }
  for (const message of messages) answerLegacy(message, session, { notify, closeStream, done })
}
