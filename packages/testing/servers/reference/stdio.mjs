import { createInterface } from 'node:readline'
import { cancellations } from './cancellations.mjs'
import { KNOWN, run } from './dispatch.mjs'
import { isReq, modernClaim, modernEnvelopeError, newSession, unsupported } from './eras.mjs'
import { ackListen, hub } from './hub.mjs'
import { answerLegacy } from './legacy.mjs'
import { ERA, MODERN, NS } from './protocol.mjs'

/** Serves on stdin and stdout until stdin ends. */
export function serveStdio() {
  const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
  const refuse = (id, { code, message, data }) => send({ jsonrpc: '2.0', id, error: { code, message, ...(data ? { data } : {}) } })
  const session = Object.assign(newSession(), { send })
  const listens = new Map()

  function stopListening(id) {
    hub.listens.delete(listens.get(id))
    listens.delete(id)
  }

  async function answerModern(message) {
    const version = message.params?._meta?.[`${NS}protocolVersion`]
    const error = modernEnvelopeError(message) ?? (MODERN.includes(version) ? undefined : unsupported(version))
    if (error) return refuse(message.id, error)
    if (message.method === 'subscriptions/listen') return listens.set(message.id, ackListen(message, send))
    if (!KNOWN.modern.has(message.method)) return refuse(message.id, { code: -32601, message: 'Method not found' })
    send(await run(message, true, session, { notify: send }))
  }

  function answer(message) {
    if (Array.isArray(message)) return message.map(answer)
    if (message.method === 'notifications/cancelled') {
      if (!listens.has(message.params?.requestId)) cancellations.count++
      return stopListening(message.params?.requestId)
    }
    if (isReq(message) && modernClaim(message)) return answerModern(message)
    if (isReq(message) && ERA === 'modern') return refuse(message.id, unsupported(message.params?.protocolVersion))
    return answerLegacy(message, session, { notify: send, done: send })
  }

  createInterface({ input: process.stdin })
    .on('line', (line) => {
      if (!line.trim()) return
      try {
        answer(JSON.parse(line))
      } catch {
        send({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } })
      }
    })
    .on('close', () => process.exit(0))
}
