import { cancellations } from './cancellations.mjs'
import { KNOWN, run } from './dispatch.mjs'
import { HTTP, isReq, modernEnvelopeError, newSession } from './eras.mjs'
import { headerError } from './headers.mjs'
import { fail, openSse, sendEvent, sendJson } from './http-reply.mjs'
import { ackListen, hub } from './hub.mjs'

function listen(message, res) {
  openSse(res)
  const listener = ackListen(message, (notification) => sendEvent(res, notification))
  const keepAlive = setInterval(() => res.write(': ka\n\n'), 15_000)
  res.on('close', () => {
    clearInterval(keepAlive)
    hub.listens.delete(listener)
  })
}

/** A POST of the stateless era: JSON, or a stream as soon as there is something to say before the answer. */
export async function postModern(message, req, res) {
  if (!isReq(message)) return res.writeHead(202).end()
  const wrong = modernEnvelopeError(message) ?? headerError(message, req.headers)
  if (wrong) return fail(res, wrong.http, wrong.code, wrong.message, message.id, wrong.data)
  if (!KNOWN.modern.has(message.method)) return fail(res, 404, -32601, 'Method not found', message.id)
  if (message.method === 'subscriptions/listen') return listen(message, res)
  let open = false
  const stream = () => {
    if (!open) openSse(res)
    open = true
  }
  const notify = (notification) => {
    stream()
    sendEvent(res, notification)
  }
  res.on('close', () => {
    if (!res.writableEnded) cancellations.count++
  })
  const answer = await run(message, true, newSession(), { notify, stream })
  if (res.destroyed) return
  if (!open) return sendJson(res, answer[HTTP] ?? 200, answer)
  sendEvent(res, answer)
  res.end()
}
