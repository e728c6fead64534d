import type { Reply } from '../downstream/reply.ts'
import { nextRequest, type Session } from '../downstream/sessions.ts'
import { CODES } from '../protocol/revisions.ts'
import type { Frame } from '../wire/frame.ts'
import { toJson } from '../wire/json-edit.ts'
import { rpcNotification } from '../wire/messages.ts'

/** A person may have to read and decide; in milliseconds. */
const ASK_TIMEOUT = 10 * 60 * 1000

/** A person has to read every one: a server that puts more for one request, or longer ones together, only wants our memory. */
export const MAX_QUESTIONS = 100
export const MAX_QUESTION_BYTES = 16 * 1024 * 1024

/** What a client answered: JSON text of the result, or of a JSON-RPC error object. */
export type ClientAnswer = { readonly result: Buffer } | { readonly error: Buffer }

export interface Question {
  readonly answer: Promise<ClientAnswer>
  /** Nobody needs the answer any more. */
  withdraw(reason: string): void
}

const refusal = (message: string): ClientAnswer => ({ error: toJson({ code: CODES.internal, message }) })

/**
 * Asks a legacy client for something that a server needs, on the stream of the request that the server needs it for,
 * or on the client's open stream where that one is broken.
 *
 * @param reply null where it is asked for no request of the client's
 * @param params JSON text of an object
 */
export function askClient(session: Session, reply: Reply | null, method: string, params: Buffer): Question {
  const { id, bytes } = nextRequest(session, method, params)
  let settle: (answer: ClientAnswer) => void = () => {}
  const answer = new Promise<ClientAnswer>((resolve) => {
    settle = resolve
  })
  const timer = setTimeout(() => withdraw('No answer'), ASK_TIMEOUT)
  const finish = (given: ClientAnswer) => {
    clearTimeout(timer)
    session.asked.delete(id)
    settle(given)
  }
  function withdraw(reason: string): void {
    if (!session.asked.has(id)) return
    const cancelled = rpcNotification('notifications/cancelled', toJson({ requestId: Number(id), reason }))
    if (reply) reply.notify(cancelled)
    else session.news.send(cancelled, true)
    finish(refusal(`The client did not answer: ${reason}`))
  }
  session.asked.set(id, (frame) => finish(frame ? readAnswer(frame) : refusal('The client ended its session')))
  if (!reply?.request(bytes)) {
    if (session.news.attached) session.news.send(bytes)
    else finish(refusal('The client has no stream open on which it could be asked'))
  }
  return { answer, withdraw }
}

function readAnswer({ bytes, result, error }: Frame): ClientAnswer {
  if (result) return { result: Buffer.from(bytes.subarray(result.start, result.end)) }
  return error ? { error: Buffer.from(bytes.subarray(error.start, error.end)) } : refusal('The client answered nothing')
}
