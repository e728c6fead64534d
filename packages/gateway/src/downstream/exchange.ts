import { ERRORS } from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'
import { askClient, MAX_QUESTION_BYTES, MAX_QUESTIONS, type Question } from '../bridge/ask-client.ts'
import { ClientFault, gatherInputs } from '../bridge/gather-inputs.ts'
import { neededLinks, wentThere } from '../bridge/needed-links.ts'
import { ownerOf, type ParkedCall, type ParkedCalls } from '../bridge/parked-calls.ts'
import { answerEdits, completeMark, resultTypeOf } from '../bridge/translate-answer.ts'
import type { Inputs } from '../bridge/translate-request.ts'
import { type Client, wantsLog } from '../protocol/client.ts'
import { CODES } from '../protocol/revisions.ts'
import type { Connection } from '../upstream/connection.ts'
import type { CallSink, ForwardedCall, ServerRequest } from '../upstream/connection.types.ts'
import { UpstreamError } from '../upstream/problems.ts'
import { accountOf, serverOf } from '../upstream/upstream-key.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import { type Edit, type Frame, splice } from '../wire/frame.ts'
import { toJson } from '../wire/json-edit.ts'
import type { Span } from '../wire/json-scan.ts'
import type { AnswerSource, LargeAnswer, LargeSink } from '../wire/large-answer.ts'
import { rpcError, rpcResult } from '../wire/messages.ts'
import { gatherHead } from '../wire/payload-head.ts'
import type { LiveCallHistory, Outcome } from './call-history.ts'
import type { EndpointView } from './endpoint.ts'
import { errorFor, isUnknown, levelOf, statusOf, tokenOf, toolSaysError } from './read-answer.ts'
import type { LargeReply, Reply } from './reply.ts'
import { sendOn } from './send-on.ts'
import { type Session, tokenIdOf } from './sessions.ts'
import { taskEdits } from './tasks.ts'

/** However much progress a call reports, it ends after this long, in milliseconds. */
const HARD_LIMIT = 60 * 60 * 1000
/** How often a modern server may ask for more before one answer. */
const MAX_ROUNDS = 8
/** Questions of a server that come this close together are put to a modern client together, in milliseconds. */
const GATHER = 10
const TOO_MANY_PARKED = 'Too many calls wait for their clients'

/** One request of a client that goes to a server. */
export interface Exchange {
  readonly frame: Frame
  /** The request's id as the client wrote it. */
  readonly id: Buffer
  readonly client: Client
  /** Null for modern clients. */
  readonly session: Session | null
  /** What handles that the client keeps for us are sealed with. */
  readonly key: string
  readonly view: EndpointView
  readonly reply: Reply
  /** Who is asked; the next one only where the one before does not know what was asked for. */
  readonly servers: readonly ServerId[]
  readonly edits: readonly Edit[]
  /** What the request is about, in the client's words and in the server's. */
  readonly name: string
  readonly target: string
  readonly paramHeaders?: Readonly<Record<string, string>>
  /** Called with the id under which the request is taken down. */
  readonly onStarted?: (call: string) => void
}

/** A message that is written when it is known which request it answers. */
type Message = (id: Buffer) => Buffer

export type StartExchange = (exchange: Exchange) => void

/** Sends a request to the server that it is for, and whatever comes back to the client, translated where their eras differ. */
export function createExchanges(pool: UpstreamPool, history: LiveCallHistory, parked: ParkedCalls): StartExchange {
  return (exchange) => {
    const { frame, client, session, view, key, edits, target } = exchange
    const { method } = frame
    let { id, reply } = exchange
    let token = tokenOf(frame)
    let candidate = 0
    let upstream = pool.get(exchange.servers[0] as ServerId)
    let connection: Connection | null = null
    let forwarded: ForwardedCall | null = null
    let done = false
    let rounds = 0
    let timer: NodeJS.Timeout | null = null
    const questions = new Set<Question>()
    /** What the server waits for while the client has to come back, by the key that the client is told. */
    const waiting = new Map<string, ServerRequest>()
    /** Questions of the server that it has no answer to, and how long they are together. */
    const unanswered = { count: 0, bytes: 0 }
    let isParked = false
    let gathering: NodeJS.Timeout | null = null
    let nextQuestion = 1
    /** Set while the answer is being sent on as it arrives. */
    let sending: LargeReply | null = null
    /** What there is to say to a client that has not come back yet. */
    let held: Message | null = null

    const sessionKey = id.toString('utf8')
    const record = history.start(exchange, {
      serverId: exchange.servers[0] ? serverOf(exchange.servers[0]) : null,
      accountId: exchange.servers[0] ? accountOf(exchange.servers[0]) : null,
      target: exchange.name,
    })
    exchange.onStarted?.(record.call.id)
    const timeoutMs = () => upstream?.record.timeoutMs ?? 30_000
    const latest = performance.now() + HARD_LIMIT

    // Lives for as long as the request does, through a start of the server and a second try.
    const handle = {
      cancel(reason: string): void {
        if (done) return
        forwarded?.cancel(reason)
        // Nobody waits for the answer; the exchange still has to end.
        end((to) => rpcError(to, -32800, 'The request was cancelled'), { status: 'cancelled', message: reason })
      },
    }
    session?.calls.set(sessionKey, handle)
    const cancelWhenGone = (which: Reply) => {
      // In the legacy era a broken connection is not a cancellation.
      if (client.era === 'modern') which.onGone(() => handle.cancel('The client went away'))
    }
    cancelWhenGone(reply)

    function conclude(): void {
      done = true
      if (timer) clearTimeout(timer)
      if (gathering) clearTimeout(gathering)
      if (session?.calls.get(sessionKey) === handle) session.calls.delete(sessionKey)
    }

    /** @param received what the server said; `same` as the message but for the id */
    function end(message: Message, outcome: Outcome, received: Buffer | 'same' | null = null, status = 200): void {
      const answer = message(id)
      conclude()
      for (const question of questions) question.withdraw('The request is over')
      for (const request of waiting.values()) request.refuse(toJson({ code: CODES.internal, message: 'The request is over' }))
      if (sending) sending.destroy()
      else if (isParked) held = message
      else reply.end(answer, status)
      // Whoever went away, or gets another answer in pieces, did not get this one.
      const isGot = !sending && !(outcome.status === 'cancelled' && client.era === 'modern')
      record.finish(
        outcome,
        isGot ? { bytes: answer, size: answer.length } : null,
        received === null || received === 'same' ? received : { bytes: received, size: received.length },
      )
    }

    function onTimeout(): void {
      if (done) return
      forwarded?.cancel('Timed out')
      const { rpc, title, next } = ERRORS.UPSTREAM_TIMEOUT
      const server = upstream?.record.name
      const message = `${server}: ${title} (${timeoutMs()} ms)`
      end((to) => rpcError(to, rpc, message, { code: 'UPSTREAM_TIMEOUT', server, next }), {
        status: 'timeout',
        code: 'UPSTREAM_TIMEOUT',
        message,
      })
    }

    /** The server's time runs only while nobody else has to act. */
    function armTimer(): void {
      if (timer) clearTimeout(timer)
      const theirTurn = questions.size > 0 || waiting.size > 0
      timer = done || theirTurn ? null : setTimeout(onTimeout, Math.min(timeoutMs(), latest - performance.now()))
    }

    function fail(error: unknown): void {
      if (done) return
      if (error instanceof ClientFault) {
        const { message } = error
        end((to) => rpcError(to, CODES.internal, message), { status: 'error', code: 'TOOL_ERROR', message })
        return
      }
      const known = error instanceof UpstreamError ? error : new UpstreamError('CONNECTION_LOST', [String(error)])
      const { code, message, data } = errorFor(known, upstream)
      end((to) => rpcError(to, ERRORS[code].rpc, message, data), { status: 'error', code, message })
    }

    function onAnswer(answer: Frame): void {
      if (done || !connection || !upstream) return
      const special = connection.era === 'modern' ? resultTypeOf(answer) : null
      if (special?.type === 'input_required' && session) {
        askForInputs(session, answer, special.members).catch(fail)
        return
      }
      if (answer.error && candidate + 1 < exchange.servers.length && isUnknown(answer)) {
        upstream = pool.get(exchange.servers[++candidate] as ServerId)
        send(true).catch(fail)
        return
      }
      const links = client.era === 'modern' && connection.era === 'legacy' ? neededLinks(answer, client) : null
      if (links && sendThere(links, answer)) {
        if (timer) clearTimeout(timer)
        return
      }
      conclusion(answer, special?.type === 'task')
    }

    function conclusion(answer: Frame, isTask = false): void {
      if (!connection || !upstream) return
      const failed = answer.error !== null || toolSaysError(answer)
      const itsId = answer.id as Span
      const translated = answerEdits(answer, connection.era, client.era, method)
      if (isTask || method.startsWith('tasks/')) translated.push(...taskEdits(answer, upstream, key))
      end(
        (to) => splice(answer.bytes, [{ span: itsId, bytes: to }, ...translated]),
        failed ? { status: 'error', code: 'TOOL_ERROR' } : { status: 'success' },
        translated.length === 0 ? 'same' : answer.bytes,
        statusOf(answer, client.era),
      )
    }

    /** A large answer goes on while it arrives, unless something inside of it would have to be written anew. */
    function onLarge(answer: LargeAnswer, ourId: number, source: AnswerSource): LargeSink | null {
      if (done || isParked || !connection || method.startsWith('tasks/')) return null
      if (connection.era === 'modern' && client.era === 'legacy') return null
      const out = reply.large()
      if (!out) return null
      sending = out
      reply.onGone(() => handle.cancel('The client went away'))
      const isSame = connection.era === client.era
      const sent = gatherHead()
      const received = gatherHead()
      const noted: LargeReply = {
        ...out,
        write(piece, onDrain) {
          if (record.keepsPayloads) sent.push(piece)
          return out.write(piece, onDrain)
        },
      }
      const finish = (outcome: Outcome) => record.finish(outcome, sent.read(), isSame ? 'same' : received.read())
      const carrier = sendOn(answer, source, noted, {
        id,
        ourId,
        mark: isSame ? null : Buffer.concat([completeMark(method), Buffer.from(',')]),
        isDone: () => done,
        onTurn(whose) {
          if (whose === 'server') armTimer()
          else if (timer) clearTimeout(timer)
        },
        onEnd(how) {
          if (how === 'too-slow') finish({ status: 'cancelled', code: 'CLIENT_TOO_SLOW' })
          else if (how === 'broken')
            fail(new UpstreamError('CONNECTION_LOST', ['The end of a long answer is not that of an answer to this request']))
          else {
            sending = null
            finish({ status: 'success' })
            conclude()
          }
        },
      })
      return {
        ...carrier,
        push(piece) {
          if (record.keepsPayloads && !isSame) received.push(piece)
          carrier.push(piece)
        },
      }
    }

    /** A modern server needs more of a legacy client: it is asked, and the request is made again with its answers. */
    async function askForInputs(asked: Session, { bytes }: Frame, members: Map<string, Span>): Promise<void> {
      if (++rounds > MAX_ROUNDS) throw new ClientFault(`The server asked for more than ${MAX_ROUNDS} times`)
      const inputs = await gatherInputs(bytes, members, client, (what, params) => ask(asked, what, params))
      if (!done) await send(false, inputs)
    }

    async function ask(asked: Session, what: string, params: Buffer) {
      const question = askClient(asked, reply, what, params)
      questions.add(question)
      armTimer()
      const answer = await question.answer
      questions.delete(question)
      armTimer()
      return answer
    }

    /** @returns null where the server has asked for too much already */
    function count(request: ServerRequest): ServerRequest | null {
      const { length } = request.params
      if (unanswered.count >= MAX_QUESTIONS || unanswered.bytes + length > MAX_QUESTION_BYTES) return null
      unanswered.count++
      unanswered.bytes += length
      const settle = () => {
        unanswered.count--
        unanswered.bytes -= length
      }
      return {
        ...request,
        answer(result) {
          settle()
          request.answer(result)
        },
        refuse(error) {
          settle()
          request.refuse(error)
        },
      }
    }

    function onServerRequest(asked: ServerRequest): void {
      const request = done ? null : count(asked)
      if (!request) {
        asked.refuse(toJson({ code: CODES.internal, message: done ? 'The request is over' : 'Too many questions wait for an answer' }))
      } else if (session) {
        ask(session, request.method, request.params)
          .then((answer) => ('result' in answer ? request.answer(answer.result) : request.refuse(answer.error)))
          .catch(fail)
      } else {
        waiting.set(`${request.method.replaceAll('/', '_')}_${nextQuestion++}`, request)
        armTimer()
        if (!isParked) gathering ??= setTimeout(putQuestions, GATHER)
      }
    }

    /** Ends the modern client's request with questions; the call is taken up when the client comes back. */
    function park(asked: ReadonlyMap<string, Buffer>, resume: ParkedCall['resume']): boolean {
      const state = parked.park({
        owner: ownerOf(tokenIdOf(client.principal), view.key, method, exchange.name),
        resume(again, newId, newReply, responses) {
          isParked = false
          id = newId
          reply = newReply
          token = tokenOf(again)
          // It may have ended while the client was away.
          if (held) reply.end(held(id))
          else {
            cancelWhenGone(reply)
            resume(again, newId, newReply, responses)
          }
        },
        expire: () => handle.cancel('The client did not come back'),
      })
      if (state === null) return false
      isParked = true
      const requests = [...asked].map(([name, question]) => `${JSON.stringify(name)}:${question.toString('utf8')}`).join(',')
      const result = `{"resultType":"input_required","inputRequests":{${requests}},"requestState":${JSON.stringify(state)}}`
      reply.end(rpcResult(id, Buffer.from(result)))
      return true
    }

    /** Puts what a legacy server waits for to a modern client. */
    function putQuestions(): void {
      gathering = null
      if (done || waiting.size === 0) return
      const asked = [...waiting].map(([name, { method: what, params }]): [string, Buffer] => [
        name,
        Buffer.from(`{"method":${JSON.stringify(what)},"params":${params.toString('utf8')}}`),
      ])
      const isAsked = park(new Map(asked), ({ bytes }, _id, _reply, responses) => {
        for (const [name, span] of responses) {
          waiting.get(name)?.answer(Buffer.from(bytes.subarray(span.start, span.end)))
          waiting.delete(name)
        }
        armTimer()
        // What is still to be answered is asked again.
        if (waiting.size > 0) gathering ??= setTimeout(putQuestions, GATHER)
      })
      if (isAsked) return
      for (const request of waiting.values()) request.refuse(toJson({ code: CODES.internal, message: TOO_MANY_PARKED }))
      waiting.clear()
      armTimer()
    }

    /** A legacy server answers only when the person has been somewhere: the modern client is told, and its call made again. */
    function sendThere(links: ReadonlyMap<string, Buffer>, refusal: Frame): boolean {
      if (++rounds > MAX_ROUNDS) return false
      return park(links, ({ bytes }, _id, _reply, responses) => {
        if (wentThere(bytes, links.keys(), responses)) send(false).catch(fail)
        else conclusion(refusal)
      })
    }

    const sink: CallSink = {
      progress(message, span) {
        if (done) return
        armTimer()
        if (token && !isParked) reply.notify(splice(message.bytes, [{ span, bytes: token }]))
      },
      log(message) {
        if (!done && !isParked && wantsLog(client, levelOf(message))) reply.notify(message.bytes)
      },
      request: onServerRequest,
      answer: onAnswer,
      large: onLarge,
      failed(error) {
        if (error.notProcessed && rounds === 0 && !connectionWasRetried) {
          connectionWasRetried = true
          send(false).catch(fail)
        } else fail(error)
      },
    }
    let connectionWasRetried = false

    async function send(first: boolean, inputs: Inputs | null = null): Promise<void> {
      if (!upstream) throw new UpstreamError('CONNECTION_LOST', ['The server was removed'])
      if (first) connectionWasRetried = false
      connection = await upstream.ready()
      // Legacy sessions say it once, modern clients with every request.
      if (client.era === 'modern' && client.logLevel) await upstream.needLogLevel(client.logLevel)
      if (done) return
      armTimer()
      const { paramHeaders = {} } = exchange
      forwarded = connection.forward({ frame, client, edits, target, paramHeaders, inputs }, sink)
      record.sent(serverOf(upstream.key), connection.version, forwarded.message)
    }
    send(true).catch(fail)
  }
}
