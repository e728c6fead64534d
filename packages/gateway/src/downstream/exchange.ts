import { randomUUID } from 'node:crypto'
import { ERRORS } from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'
import { askClient, type Question } from '../bridge/ask-client.ts'
import { ownerOf, type ParkedCalls } from '../bridge/parked-calls.ts'
import { answerEdits, completeMark, resultTypeOf } from '../bridge/translate-answer.ts'
import type { Inputs } from '../bridge/translate-request.ts'
import { type Client, canAnswer, clientName, isObject, wantsLog } from '../protocol/client.ts'
import { CODES } from '../protocol/revisions.ts'
import type { Connection } from '../upstream/connection.ts'
import type { CallSink, ForwardedCall, ServerRequest } from '../upstream/connection.types.ts'
import { UpstreamError } from '../upstream/problems.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import { type Edit, type Frame, MAX_UPSTREAM_DEPTH, parseSpan, splice } from '../wire/frame.ts'
import { toJson } from '../wire/json-edit.ts'
import { isObjectAt, type Span, skipValue, walkObject } from '../wire/json-scan.ts'
import type { AnswerSource, LargeAnswer, LargeSink } from '../wire/large-answer.ts'
import { rpcError, rpcResult } from '../wire/messages.ts'
import type { LiveCallHistory } from './call-history.ts'
import type { EndpointView } from './endpoint.ts'
import { createPatience } from './patience.ts'
import { errorFor, isUnknown, levelOf, statusOf, tokenOf, toolSaysError } from './read-answer.ts'
import type { LargeReply, Reply } from './reply.ts'
import { type Session, tokenIdOf } from './sessions.ts'
import { sealTaskId } from './tasks.ts'

/** However much progress a call reports, it ends after this long, in milliseconds. */
const HARD_LIMIT = 60 * 60 * 1000
/** How often a modern server may ask for more before one answer. */
const MAX_ROUNDS = 8
/** Questions of a server that come this close together are put to a modern client together, in milliseconds. */
const GATHER = 10

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
}

/** A message that is written when it is known which request it answers. */
type Message = (id: Buffer) => Buffer

/** What a server needs of the client cannot be had. */
class ClientFault extends Error {}

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
    let isParked = false
    let gathering: NodeJS.Timeout | null = null
    let nextQuestion = 1
    /** Set while the answer is being sent on as it arrives. */
    let sending: LargeReply | null = null
    /** What there is to say to a client that has not come back yet. */
    let held: Message | null = null

    const sessionKey = id.toString('utf8')
    const record =
      method === 'tools/call'
        ? history.start({
            profileSlug: view.label,
            serverId: exchange.servers[0] ?? null,
            tool: exchange.name,
            tokenName: client.principal.token?.name ?? null,
            clientName: clientName(client),
          })
        : null
    const timeoutMs = () => upstream?.record.timeoutMs ?? 30_000
    const latest = performance.now() + HARD_LIMIT

    // Lives for as long as the request does, through a start of the server and a second try.
    const handle = {
      cancel(reason: string): void {
        if (done) return
        forwarded?.cancel(reason)
        record?.finish('cancelled')
        // Nobody waits for the answer; the exchange still has to end.
        end((to) => rpcError(to, -32800, 'The request was cancelled'))
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

    function end(message: Message, status = 200): void {
      conclude()
      for (const question of questions) question.withdraw('The request is over')
      for (const request of waiting.values()) request.refuse(toJson({ code: CODES.internal, message: 'The request is over' }))
      if (sending) sending.destroy()
      else if (isParked) held = message
      else reply.end(message(id), status)
    }

    function onTimeout(): void {
      if (done) return
      forwarded?.cancel('Timed out')
      record?.finish('timeout', 'UPSTREAM_TIMEOUT')
      const { rpc, title, next } = ERRORS.UPSTREAM_TIMEOUT
      const server = upstream?.record.name
      end((to) => rpcError(to, rpc, `${server}: ${title} (${timeoutMs()} ms)`, { code: 'UPSTREAM_TIMEOUT', server, next }))
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
        record?.finish('error', 'TOOL_ERROR')
        end((to) => rpcError(to, CODES.internal, error.message))
        return
      }
      const known = error instanceof UpstreamError ? error : new UpstreamError('CONNECTION_LOST', [String(error)])
      const { code, message, data } = errorFor(known, upstream)
      record?.finish('error', code)
      end((to) => rpcError(to, ERRORS[code].rpc, message, data))
    }

    function onAnswer(answer: Frame): void {
      if (done || !connection) return
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
      const failed = answer.error !== null || toolSaysError(answer)
      if (failed) record?.finish('error', 'TOOL_ERROR')
      else record?.finish('success')
      const itsId = answer.id as Span
      const translated = answerEdits(answer, connection.era, client.era, method)
      if (special?.type === 'task' || method.startsWith('tasks/')) translated.push(...taskEdits(answer))
      end((to) => splice(answer.bytes, [{ span: itsId, bytes: to }, ...translated]), statusOf(answer, client.era))
    }

    /** Sends a large answer on while it arrives, unless something inside of it would have to be written anew. */
    function sendOn(answer: LargeAnswer, ourId: number, source: AnswerSource): LargeSink | null {
      if (done || isParked || !connection || method.startsWith('tasks/')) return null
      if (connection.era === 'modern' && client.era === 'legacy') return null
      const out = reply.large()
      if (!out) return null
      sending = out
      const translated = connection.era !== client.era
      const rewriter = answer.rewrite(id, translated ? Buffer.concat([completeMark(method), Buffer.from(',')]) : null)
      const patience = createPatience(source, () => {
        record?.finish('cancelled', 'CLIENT_TOO_SLOW')
        out.destroy()
      })
      const write = (pieces: readonly Buffer[]) => {
        let fast = true
        for (const piece of pieces) {
          fast = out.write(piece, goOn) && fast
          patience.sent(piece.length)
        }
        if (fast) armTimer()
        else {
          // Now it is the client's time that runs.
          if (timer) clearTimeout(timer)
          source.pause()
          patience.begin()
        }
      }
      const goOn = () => {
        patience.end()
        if (!done) armTimer()
        source.resume()
      }
      reply.onGone(() => handle.cancel('The client went away'))
      return {
        push(piece) {
          if (!done) write(rewriter.push(piece))
        },
        end() {
          if (done) return
          const rest = rewriter.end(ourId)
          if (!rest) {
            fail(new UpstreamError('CONNECTION_LOST', ['The end of a long answer is not that of an answer to this request']))
            return
          }
          write(rest)
          out.end()
          sending = null
          record?.finish('success')
          conclude()
        },
      }
    }

    /** Tasks are known to the client by a name that leads back to their server. */
    function taskEdits({ bytes, result }: Frame): Edit[] {
      if (!result || !isObjectAt(bytes, result.start) || !upstream) return []
      const { id: serverId } = upstream.record
      const found: Edit[] = []
      const task: Record<string, unknown> = {}
      walkObject(bytes, result.start, (member, _escaped, start) => {
        const stop = skipValue(bytes, start, MAX_UPSTREAM_DEPTH)
        if (member === 'taskId' || member === 'status' || member === 'ttlMs') {
          const value = parseSpan(bytes, { start, end: stop })
          task[member] = value
          if (member === 'taskId' && typeof value === 'string')
            found.push({ span: { start, end: stop }, bytes: toJson(sealTaskId(serverId, value, key)) })
        }
        return stop
      })
      if (typeof task.taskId === 'string')
        upstream.noteTask(task.taskId, String(task.status), typeof task.ttlMs === 'number' ? task.ttlMs : null)
      return found
    }

    /** A modern server needs more of a legacy client: it is asked, and the request is made again with its answers. */
    async function askForInputs(asked: Session, { bytes }: Frame, members: Map<string, Span>): Promise<void> {
      if (++rounds > MAX_ROUNDS) throw new ClientFault(`The server asked for more than ${MAX_ROUNDS} times`)
      const requests = members.get('inputRequests')
      const wanted = requests ? Object.entries(parseSpan(bytes, requests) as Record<string, { method?: unknown; params?: unknown }>) : []
      const answers = await Promise.all(
        wanted.map(async ([name, { method: what, params }]): Promise<[string, unknown]> => {
          const asking = String(what)
          if (!canAnswer(client, asking, params)) {
            if (asking === 'roots/list') return [name, { roots: [] }]
            if (asking === 'elicitation/create') return [name, { action: 'decline' }]
            throw new ClientFault(`The server needs ${asking}, which the client does not support`)
          }
          const withId =
            isObject(params) && params.mode === 'url' && !params.elicitationId ? { ...params, elicitationId: randomUUID() } : params
          const answer = await ask(asked, asking, toJson(withId ?? {}))
          if ('error' in answer) throw new ClientFault(`The client answered ${asking} with ${answer.error.toString('utf8', 0, 500)}`)
          return [name, JSON.parse(answer.result.toString('utf8'))]
        }),
      )
      const state = members.get('requestState')
      if (done) return
      await send(false, {
        responses: toJson(Object.fromEntries(answers)),
        state: state ? Buffer.from(bytes.subarray(state.start, state.end)) : null,
      })
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

    function onServerRequest(request: ServerRequest): void {
      if (done) {
        request.refuse(toJson({ code: CODES.internal, message: 'The request is over' }))
      } else if (session) {
        ask(session, request.method, request.params)
          .then((answer) => ('result' in answer ? request.answer(answer.result) : request.refuse(answer.error)))
          .catch(fail)
      } else {
        waiting.set(`${request.method.replaceAll('/', '_')}_${nextQuestion++}`, request)
        armTimer()
        if (!isParked) gathering ??= setTimeout(park, GATHER)
      }
    }

    /** Ends the modern client's request with what the server asks for; the call itself goes on waiting. */
    function park(): void {
      gathering = null
      if (done || waiting.size === 0) return
      const state = parked.park({
        owner: ownerOf(tokenIdOf(client.principal), view.key, method, exchange.name),
        resume,
        expire: () => handle.cancel('The client did not come back'),
      })
      if (state === null) {
        for (const request of waiting.values())
          request.refuse(toJson({ code: CODES.internal, message: 'Too many calls wait for their clients' }))
        waiting.clear()
        return
      }
      const asked = [...waiting].map(([name, { method: what, params }]) =>
        Buffer.from(`${JSON.stringify(name)}:{"method":${JSON.stringify(what)},"params":${params.toString('utf8')}}`),
      )
      isParked = true
      reply.end(
        rpcResult(
          id,
          Buffer.from(`{"resultType":"input_required","inputRequests":{${asked.join(',')}},"requestState":${JSON.stringify(state)}}`),
        ),
      )
    }

    function resume(again: Frame, newId: Buffer, newReply: Reply, responses: ReadonlyMap<string, Span>): void {
      isParked = false
      id = newId
      reply = newReply
      token = tokenOf(again)
      if (held) {
        // It ended while the client was away.
        reply.end(held(id))
        return
      }
      cancelWhenGone(reply)
      for (const [name, span] of responses) {
        waiting.get(name)?.answer(Buffer.from(again.bytes.subarray(span.start, span.end)))
        waiting.delete(name)
      }
      armTimer()
      // What is still to be answered is asked again.
      if (waiting.size > 0) gathering ??= setTimeout(park, GATHER)
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
      large: sendOn,
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
    }
    send(true).catch(fail)
  }
}
