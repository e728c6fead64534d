import type { Call } from '@local-mcp/contract'
import type { CallHistory, CallLog, Payload } from '@local-mcp/core'
import { type AccountId, type Clock, newId, redact, type ServerId } from '@local-mcp/kernel'
import { type Client, clientName } from '../protocol/client.ts'
import { type Frame, isFrame, MAX_UPSTREAM_DEPTH, readFrame } from '../wire/frame.ts'
import { type PayloadHead, payloadHead } from '../wire/payload-head.ts'
import type { EndpointView } from './endpoint.ts'
import type { Reply } from './reply.ts'

const KEPT = 200
/** Names of tools are in the catalogue; what else is asked for is in the client's words, and may be anything. In characters. */
const MAX_TARGET = 500

export interface Outcome {
  readonly status: Exclude<Call['status'], 'pending'>
  readonly code?: string
  /** In words of ours; what a server says of its error is in its answer. */
  readonly message?: string
}

export interface RunningCall {
  readonly call: Call
  /** Whether payloads of it are kept, so that they have to be handed over. */
  readonly keepsPayloads: boolean
  /** It went to a server; the last time counts. @param message null where it is the client's but for the id */
  sent(server: ServerId, version: string | null, message: Buffer | null): void
  /**
   * It is over; only the first time counts.
   *
   * @param answer what the client got @param received what the server said; `same` but for the id, null where it said nothing
   */
  finish(outcome: Outcome, answer: Payload | null, received?: Payload | 'same' | null): void
}

/** A request of a client, as far as it is taken down. */
export interface NotedRequest {
  readonly frame: Frame
  readonly client: Client
  readonly view: Pick<EndpointView, 'label' | 'profileId'>
}

export interface CallHistoryOptions {
  readonly clock: Clock
  /** Who a call is made as, where that is told; null: the server has no accounts. */
  readonly nameOf: (server: ServerId, named: AccountId | null) => string | null
  readonly log: CallLog
  readonly onStarted: (call: Call) => void
  readonly onFinished: (call: Call) => void
}

/** The last calls, in memory: enough to see that it works and what failed. What they were about goes to the log. */
export function createCallHistory({ clock, nameOf, log, onStarted, onFinished }: CallHistoryOptions) {
  const calls: Call[] = []
  /** Requests that went to a server, and are taken down as such. */
  const forwarded = new WeakSet<Frame>()

  function start(
    { frame, client, view }: NotedRequest,
    to: { readonly serverId: ServerId | null; readonly accountId: AccountId | null; readonly target: string },
  ): RunningCall {
    const { method } = frame
    const started = performance.now()
    const level = log.level()
    const call: Call = {
      id: newId<'call'>(),
      at: clock.now(),
      method: method.slice(0, MAX_TARGET),
      profileSlug: view.label,
      serverId: to.serverId,
      tool: method === 'tools/call' ? to.target : redact(to.target.slice(0, 8 * MAX_TARGET)).slice(0, MAX_TARGET),
      accountName: to.serverId && nameOf(to.serverId, to.accountId),
      tokenId: client.principal.token?.id ?? null,
      tokenName: client.principal.token?.name ?? null,
      clientName: clientName(client),
      status: 'pending',
      errorCode: null,
      durationMs: null,
    }
    const keepsPayloads = level === 'normal' || level === 'verbose'
    let serverVersion: string | null = null
    let sent: PayloadHead | 'same' | null = null
    calls.push(call)
    if (calls.length > KEPT) calls.shift()
    forwarded.add(frame)
    if (level !== 'off')
      log.begin(call, {
        profileId: view.profileId,
        clientVersion: client.version,
        request: keepsPayloads ? { bytes: frame.bytes, size: frame.bytes.length } : null,
      })
    onStarted(call)
    return {
      call,
      keepsPayloads,
      sent(server, version, message) {
        call.serverId = server
        serverVersion = version
        if (keepsPayloads) sent = message ? payloadHead(message) : 'same'
      },
      finish({ status, code = null, message = null }, answer, received = null) {
        if (call.status !== 'pending') return
        const durationMs = Math.round((performance.now() - started) * 10) / 10
        Object.assign(call, { status, errorCode: code, durationMs })
        if (level !== 'off') {
          const response = keepsPayloads ? answer : null
          log.end(call, { serverVersion, message, response, sent, received: keepsPayloads ? received : null })
        }
        onFinished(call)
      },
    }
  }

  /** Takes down a request that the gateway answers by itself. @param answer null where it stays open */
  function own(request: NotedRequest, answer: Buffer | null): void {
    if (log.level() !== 'verbose' || forwarded.has(request.frame)) return
    const read = answer ? readFrame(answer, MAX_UPSTREAM_DEPTH) : null
    const failed = read && isFrame(read) && read.error !== null
    start(request, { serverId: null, accountId: null, target: request.frame.method }).finish(
      { status: failed ? 'error' : 'success' },
      answer && { bytes: answer, size: answer.length },
    )
  }

  return {
    start,
    own,
    /** The same reply, which takes down what the gateway answers by itself. */
    watch(request: NotedRequest, reply: Reply): Reply {
      if (log.level() !== 'verbose') return reply
      return {
        ...reply,
        end(message, status) {
          reply.end(message, status)
          own(request, message)
        },
      }
    },
    forget: () => void calls.splice(0, calls.length, ...calls.filter(({ status }) => status === 'pending')),
    recent: () => calls.toReversed().map((call) => ({ ...call })),
  }
}

export type LiveCallHistory = ReturnType<typeof createCallHistory> & CallHistory
