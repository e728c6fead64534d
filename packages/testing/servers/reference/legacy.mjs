// One message of the old era, over whatever carries it.

import { cancellations } from './cancellations.mjs'
import { KNOWN, run } from './dispatch.mjs'
import { initResult, isReq } from './eras.mjs'
import { hub } from './hub.mjs'
import { RpcError } from './protocol.mjs'

/** Gives a response of the client to whoever asked. */
export function settle(session, { id, error, result }) {
  const waiting = session.pending.get(id)
  session.pending.delete(id)
  if (error) waiting?.reject(new RpcError(error.code, error.message))
  else waiting?.resolve(result)
}

/** A function that asks the client of the session over `notify` and waits for its response. */
export const askOver = (session, notify) => (method, params) =>
  new Promise((resolve, reject) => {
    const id = `s${++session.seq}`
    session.pending.set(id, { resolve, reject })
    notify({ jsonrpc: '2.0', id, method, params })
  })

/** @param out { notify(message), done(response), closeStream?() } */
export async function answerLegacy(message, session, out) {
  const { id, method, params } = message
  if (method === undefined) return settle(session, message)
  if (method === 'notifications/cancelled') cancellations.count++
  if (!isReq(message)) return
  if (method === 'initialize') {
    session.caps = params?.capabilities ?? {}
    hub.legacy.add(session)
    return out.done({ jsonrpc: '2.0', id, result: initResult(params) })
  }
  if (!KNOWN.legacy.has(method)) return out.done({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } })
  out.done(await run(message, false, session, { ...out, ask: askOver(session, out.notify) }))
}
