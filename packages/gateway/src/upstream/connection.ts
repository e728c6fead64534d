import { toLegacyParams, toModernParams } from '../bridge/translate-request.ts'
import { type Client, canAnswer } from '../protocol/client.ts'
import { CLIENT_REQUESTS, CODES, type Era } from '../protocol/revisions.ts'
import { type Edit, type Frame, isFrame, parseSpan, readFrame, splice } from '../wire/frame.ts'
import { toJson } from '../wire/json-edit.ts'
import type { Span } from '../wire/json-scan.ts'
import type { AnswerSource, LargeAnswer, LargeSink, LargeSource } from '../wire/large-answer.ts'
import { errorMessage, rpcError, rpcNotification, rpcRequest, rpcResult } from '../wire/messages.ts'
import type { CallSink, ConnectionEvents, ForwardedCall, ListKind, Outgoing } from './connection.types.ts'
import { explainSilence } from './diagnose/explain-silence.ts'
import { type Handshake, shakeHands } from './handshake.ts'
import { RefusedError, UpstreamError } from './problems.ts'
import type { SendOptions, Transport } from './transport.ts'

/** A longer id of a server's own request is not worth an answer, in bytes. */
const MAX_ID = 1024
const NO_PARAMS = Buffer.from('{}')
/** We say that roots are supported, because some client may have them; this one has none. */
const NO_ROOTS = Buffer.from('{"roots":[]}')

interface Pending {
  readonly sink: CallSink
  readonly client: Client
  readonly progress: boolean
  /** Questions of the server for it that are not answered, and when the last one came. */
  unanswered: number
  askedAt: number
}

const LIST_CHANGED = /^notifications\/(tools|resources|prompts)\/list_changed$/
const MAX_ELICITATIONS = 1000
/** A server may take so long to see that a request was given up, and speaks for it until then. In milliseconds. */
const AFTERMATH = 3000
/** A server that waits for an answer asks nothing more for that request, unless it asks several things at once; in milliseconds. */
const AT_ONCE = 250
const MAX_GIVEN_UP = 1000
/** What a server tells unasked is copied for everybody who hears it: more than this is not worth it, in bytes. */
const MAX_NOTIFICATION = 1024 * 1024

/**
 * One connection to one server, shared by all clients, in the era that the server speaks. Requests get ids of our
 * own, because clients count from zero all alike; the same number serves as progress token.
 */
export function createConnection(transport: Transport, clientVersion: string, events: ConnectionEvents) {
  const pending = new Map<number, Pending>()
  const own = new Map<number, (frame: Frame | UpstreamError) => void>()
  /** Requests that were given up before they were answered, oldest first: the server may still ask something for them. */
  const givenUp = new Map<number, { readonly conversation: Client['conversation']; readonly until: number }>()
  /** Elicitations in a browser whose end the server will tell, by their id. */
  const elicitations = new Map<string, Client>()
  let nextId = 1
  let lastUsed = performance.now()
  let closed: UpstreamError | null = null
  let handshake: Handshake | null = null

  function send(bytes: Buffer, fields: Partial<SendOptions> & Pick<SendOptions, 'requestId' | 'method'>): void {
    transport.send(bytes, { era: handshake?.era ?? 'legacy', version: handshake?.version ?? null, principal: null, ...fields })
  }

  function settle(id: number): Pending | undefined {
    const found = pending.get(id)
    pending.delete(id)
    givenUp.delete(id)
    lastUsed = performance.now()
    return found
  }

  function onMessage(frame: Frame, relatedTo: number | null): void {
    if (frame.kind === 'response') {
      const id = numberAt(frame, frame.id)
      if (id === null) return
      const mine = own.get(id)
      if (mine) {
        own.delete(id)
        mine(frame)
      } else settle(id)?.sink.answer(frame)
      return
    }
    if (frame.kind === 'request') onRequest(frame, relatedTo)
    else onNotification(frame, relatedTo)
  }

  /** On a pipe an answer whose id comes last is known only where nobody else waits for one. */
  function onLarge(answer: LargeAnswer, relatedTo: number | null, pipe: LargeSource): LargeSink | null {
    const source: AnswerSource = { ...pipe, isShared: () => relatedTo === null && pending.size + own.size > 1 }
    const [only] = pending.size === 1 && own.size === 0 ? pending.keys() : []
    const id = answer.id ?? relatedTo ?? only
    const call = id === undefined || (relatedTo !== null && relatedTo !== id) ? undefined : pending.get(id)
    const sink = call && id !== undefined ? call.sink.large(answer, id, source) : null
    if (!sink || id === undefined) return null
    return {
      push: sink.push,
      end() {
        settle(id)
        sink.end()
      },
    }
  }

  function onNotification(frame: Frame, relatedTo: number | null): void {
    const { method, params } = frame
    if (frame.bytes.length > MAX_NOTIFICATION) return
    if (method === 'notifications/progress') {
      const token = params.progressToken
      const call = pending.get(numberAt(frame, token) ?? -1)
      if (call?.progress && token) call.sink.progress(frame, token)
      return
    }
    if (method === 'notifications/message') {
      const call = callOf(relatedTo)
      if (call === 'none' || call === 'unclear') events.log(frame)
      else call.sink.log(frame)
      return
    }
    const kind = LIST_CHANGED.exec(method)?.[1]
    if (kind) events.listChanged(kind as ListKind)
    else if (method === 'notifications/resources/updated' && params.uri) {
      const uri = parseSpan(frame.bytes, params.uri)
      if (typeof uri === 'string') events.resourceUpdated(uri, frame)
    } else if (method === 'notifications/elicitation/complete') {
      const { elicitationId } = paramsOf(frame) as { elicitationId?: unknown }
      const client = elicitations.get(String(elicitationId))
      elicitations.delete(String(elicitationId))
      if (client) events.elicitationComplete(client, frame)
    }
  }

  /**
   * The request that a message of the server belongs to. Carriers with a stream per request say it, and what comes on
   * the stream of one that is over is nobody else's. On a pipe it is certain only when a single client waits for an
   * answer, and none has just stopped waiting: a wrong guess would show one client what is meant for another.
   *
   * @param fits which of one client's requests can serve for it; of several the newest
   */
  function callOf(relatedTo: number | null, fits: (client: Client) => boolean = () => true): Pending | 'none' | 'unclear' {
    if (relatedTo !== null) return pending.get(relatedTo) ?? (own.has(relatedTo) ? 'none' : 'unclear')
    const now = performance.now()
    const all = [...pending.values()]
    const working = all.filter(({ unanswered, askedAt }) => unanswered === 0 || now - askedAt < AT_ONCE)
    let found: Pending | null = null
    for (const call of working.length > 0 ? working : all) {
      if (found && found.client.conversation !== call.client.conversation) return 'unclear'
      if (!found || fits(call.client)) found = call
    }
    if (!found) return 'none'
    for (const { conversation, until } of givenUp.values()) if (conversation !== found.client.conversation && until > now) return 'unclear'
    return found
  }

  function onRequest(frame: Frame, relatedTo: number | null): void {
    const { id, method } = frame
    if (!id || id.end - id.start > MAX_ID) return
    const itsId = Buffer.from(frame.bytes.subarray(id.start, id.end))
    const reply = (bytes: Buffer) => send(bytes, { requestId: null, method: '' })
    const refuse = (code: number, message: string) => reply(rpcError(itsId, code, message))
    if (method === 'ping') {
      reply(rpcResult(itsId, NO_PARAMS))
      return
    }
    if (!CLIENT_REQUESTS[method]) {
      refuse(CODES.methodNotFound, `Method not found: ${method.slice(0, 100)}`)
      return
    }
    const { paramsSpan, bytes } = frame
    const asked = paramsSpan ? parseSpan(bytes, paramsSpan) : {}
    const call = callOf(relatedTo, (client) => canAnswer(client, method, asked))
    if (call === 'unclear' && method !== 'roots/list') {
      refuse(CODES.internal, 'Other clients wait for this server or did so, and the request does not say which of them it is for')
      return
    }
    if (call === 'none' || call === 'unclear' || !canAnswer(call.client, method, asked)) {
      if (method === 'roots/list') {
        const answer = call === 'none' ? events.rootsWanted() : Promise.resolve(NO_ROOTS)
        answer.then((roots) => {
          if (!closed) reply(rpcResult(itsId, roots))
        })
      } else refuse(CODES.methodNotFound, `No client that supports ${method} waits for this server`)
      return
    }
    const params = paramsSpan ? Buffer.from(bytes.subarray(paramsSpan.start, paramsSpan.end)) : NO_PARAMS
    if (method === 'elicitation/create') rememberElicitation(asked as { elicitationId?: unknown }, call.client)
    let done = false
    const once = (answer: Buffer) => {
      if (!done && !closed) reply(answer)
      if (!done) call.unanswered--
      done = true
    }
    call.unanswered++
    call.askedAt = performance.now()
    call.sink.request({
      method,
      params,
      answer: (result) => once(rpcResult(itsId, result)),
      refuse: (error) => once(errorMessage(itsId, error)),
    })
  }

  function rememberElicitation({ elicitationId }: { elicitationId?: unknown }, client: Client): void {
    if (typeof elicitationId === 'string' && elicitations.size < MAX_ELICITATIONS) elicitations.set(elicitationId, client)
  }

  function failAll(error: UpstreamError): void {
    closed ??= error
    const calls = [...pending.values()]
    pending.clear()
    for (const call of calls) call.sink.failed(error)
    const mine = [...own.values()]
    own.clear()
    for (const done of mine) done(error)
  }

  function cancel(id: number, reason: string): void {
    const call = settle(id)
    if (!call) return
    givenUp.set(id, { conversation: call.client.conversation, until: performance.now() + AFTERMATH })
    const [oldest] = givenUp.keys()
    if (oldest !== undefined && givenUp.size > MAX_GIVEN_UP) givenUp.delete(oldest)
    tellCancelled(id, reason)
  }

  function tellCancelled(id: number, reason: string): void {
    // Closing its stream is what cancels a modern request over HTTP; on a pipe, and in the legacy era, the message is.
    notify('notifications/cancelled', { requestId: id, reason })
    transport.abandon(id)
  }

  function notify(method: string, params?: object): void {
    if (!closed) send(rpcNotification(method, params ? toJson(params) : null), { requestId: null, method })
  }

  /** A request of our own. @throws UpstreamError also for an error that the server answers, as HANDSHAKE_REFUSED */
  function request(
    method: string,
    params: Buffer,
    timeoutMs: number,
    options: Partial<SendOptions> = {},
  ): Promise<Frame & { result: Span }> {
    return new Promise((resolve, reject) => {
      if (closed) {
        reject(closed)
        return
      }
      const id = nextId++
      const timer = setTimeout(() => {
        own.delete(id)
        // The handshake is never cancelled (MCP, cancellation).
        if (method === 'initialize') transport.abandon(id)
        else tellCancelled(id, 'Timed out')
        reject(explainSilence(method, timeoutMs, transport.evidence()))
      }, timeoutMs)
      own.set(id, (frame) => {
        clearTimeout(timer)
        if (frame instanceof UpstreamError) reject(frame)
        else if (frame.result) resolve(frame as Frame & { result: Span })
        else reject(refusedError(frame, method, transport))
      })
      send(rpcRequest(number(id), method, params), { requestId: id, method, ...options })
    })
  }

  /** A request that stays open for as long as the server has news. Resolves when the server ended it in order. @throws UpstreamError */
  function listen(params: Buffer, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (closed) {
        reject(closed)
        return
      }
      const id = nextId++
      const onAbort = () => {
        if (!own.delete(id)) return
        tellCancelled(id, 'Nobody listens any more')
        resolve()
      }
      own.set(id, (frame) => {
        signal.removeEventListener('abort', onAbort)
        if (frame instanceof UpstreamError) reject(frame)
        else if (frame.error) reject(refusedError(frame, 'subscriptions/listen', transport))
        else resolve()
      })
      signal.addEventListener('abort', onAbort, { once: true })
      send(rpcRequest(number(id), 'subscriptions/listen', params), { requestId: id, method: 'subscriptions/listen' })
    })
  }

  /** The client's request in the server's era, with our id and token. */
  function encode({ frame, client, edits, inputs }: Outgoing, id: number, era: Era): Buffer {
    const token = frame.params.progressToken
    if (client.era === era && !inputs) {
      const own: Edit[] = [{ span: frame.id as Span, bytes: number(id) }, ...(token ? [{ span: token, bytes: number(id) }] : [])]
      return splice(frame.bytes, [...edits, ...own])
    }
    const renamed = edits.length > 0 ? readFrame(splice(frame.bytes, edits)) : frame
    const source = isFrame(renamed) ? renamed : frame
    const ours = token ? id : null
    const params = era === 'modern' ? toModernParams(source, client, ours, inputs ?? null) : toLegacyParams(source, ours)
    return rpcRequest(number(id), frame.method, params)
  }

  return {
    /** Starts the transport and finds out what the server speaks. @param eras what may be tried @throws UpstreamError */
    async open(timeoutMs: number, eras: 'auto' | Era = 'auto'): Promise<Handshake> {
      await transport.start({
        message: onMessage,
        large: onLarge,
        failed(id, error) {
          const mine = own.get(id)
          own.delete(id)
          if (mine) mine(error)
          else settle(id)?.sink.failed(error)
        },
        closed(error) {
          failAll(error)
          events.closed(error)
        },
      })
      const settled = await shakeHands({ request, notify }, clientVersion, timeoutMs, transport.eras ?? eras)
      handshake = settled
      transport.ready(settled.era, settled.version)
      if (settled.era === 'legacy') notify('notifications/initialized')
      return settled
    },

    request,
    listen,
    notify,

    /** Sends a client's request on, in the era that the server speaks. */
    forward(outgoing: Outgoing, sink: CallSink): ForwardedCall {
      if (closed) {
        sink.failed(closed)
        return { message: null, cancel() {} }
      }
      const id = nextId++
      lastUsed = performance.now()
      const { frame, client, edits, target, paramHeaders = {}, inputs } = outgoing
      const era = handshake?.era ?? 'legacy'
      const bytes = encode(outgoing, id, era)
      pending.set(id, { sink, client, progress: frame.params.progressToken !== null, unanswered: 0, askedAt: 0 })
      send(bytes, { requestId: id, method: frame.method, principal: client.principal, target, paramHeaders })
      const isSame = client.era === era && edits.length === 0 && !inputs
      return { message: isSame ? null : bytes, cancel: (reason) => cancel(id, reason) }
    },

    get era(): Era {
      return handshake?.era ?? 'legacy'
    },
    /** The revision that the server speaks; null before it is known. */
    get version(): string | null {
      return handshake?.version ?? null
    },
    get pid() {
      return transport.pid
    },
    get program() {
      return transport.program ?? null
    },

    /** How long nobody has used it, in milliseconds; 0 while a request is in flight. */
    get unusedFor() {
      return pending.size > 0 ? 0 : performance.now() - lastUsed
    },

    /** New requests fail from now on; those in flight are cancelled, and what serves them is ended. */
    async close(quitting = false): Promise<void> {
      const calls = [...pending.keys()]
      for (const id of calls) tellCancelled(id, 'The gateway closes the connection')
      failAll(new UpstreamError('CONNECTION_LOST', ['The gateway closed the connection']))
      await transport.close({ busy: calls.length > 0, quitting })
    },
  }
}

export type Connection = ReturnType<typeof createConnection>

const number = (id: number) => Buffer.from(String(id))

function refusedError({ bytes, error }: Frame, method: string, { conceal = (text) => text }: Transport): RefusedError {
  return new RefusedError(conceal(bytes.toString('utf8', 0, 2000)), error ? parseSpan(bytes, error) : null, method)
}

function numberAt(frame: Frame, span: Span | null): number | null {
  if (!span) return null
  const text = frame.bytes.toString('latin1', span.start, span.end)
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

function paramsOf({ bytes, paramsSpan }: Frame): object {
  return paramsSpan ? (parseSpan(bytes, paramsSpan) as object) : {}
}
