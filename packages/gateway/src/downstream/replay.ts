import type { Call } from '@local-mcp/contract'
import type { CallHistory, Principal, ReplayTarget, RoutingSource } from '@local-mcp/core'
import { AppError } from '@local-mcp/kernel'
import type { Client } from '../protocol/client.ts'
import { ENVELOPE, META, NEWEST_MODERN } from '../protocol/revisions.ts'
import { isFrame, readFrame } from '../wire/frame.ts'
import { editObject, toJson } from '../wire/json-edit.ts'
import { rpcRequest } from '../wire/messages.ts'
import { gatewayInfo, type Methods } from './methods.ts'
import type { Reply } from './reply.ts'
import { serverKey, type Views } from './views.ts'

const ID = Buffer.from('1')
/** What of a request belonged to one conversation. */
const ONCE = new Set(['inputResponses', 'requestState', 'task'])

export interface ReplayOptions {
  readonly methods: Methods
  readonly views: Views
  readonly routing: RoutingSource
  readonly calls: CallHistory
  readonly version: string
}

const refuse = (message: string) => new AppError('NOT_REPLAYABLE', message)

/**
 * Makes recorded requests again: through the profile that they came through, with whatever it lets through now, as a
 * client of the modern era that answers no questions.
 */
export function createReplay({ methods, views, routing, calls, version }: ReplayOptions) {
  function viewOf({ profileId, serverId }: ReplayTarget) {
    const profile = profileId && [...routing.current().profiles.values()].find(({ id }) => id === profileId)
    const key = profileId ? profile?.slug : serverId && serverKey(serverId)
    const found = key ? views.find(key) : null
    if (!found) throw refuse('The profile or server that the call went through is not there any more')
    return found.view
  }

  function requestOf(target: ReplayTarget, meta: Readonly<Record<string, Buffer>>): Buffer {
    const recorded = readFrame(Buffer.from(target.request))
    if (!isFrame(recorded)) throw refuse('What was recorded is no request')
    const { bytes, params, paramsSpan } = recorded
    const own = editObject(bytes, params.meta, { drop: (key) => key === 'progressToken' || ENVELOPE.has(key), set: meta })
    return rpcRequest(ID, target.method, editObject(bytes, paramsSpan, { drop: (key) => ONCE.has(key), set: { _meta: own } }))
  }

  /** @returns the new call, when it has ended @throws AppError NOT_REPLAYABLE */
  return async (target: ReplayTarget, principal: Principal): Promise<Call> => {
    const view = viewOf(target)
    const client: Client = {
      era: 'modern',
      version: NEWEST_MODERN,
      principal: { ...principal, token: null },
      info: gatewayInfo(version),
      capabilities: {},
      logLevel: null,
      conversation: {},
    }
    const frame = readFrame(
      requestOf(target, {
        [META.version]: toJson(client.version),
        [META.capabilities]: toJson(client.capabilities),
        [META.clientInfo]: toJson(client.info),
      }),
    )
    if (!isFrame(frame)) throw refuse('What was recorded is no request')
    let id: string | null = null
    const answer = await new Promise<Buffer>((resolve, reject) => {
      const reply: Reply = { notify() {}, request: () => false, end: resolve, large: () => null, onGone() {} }
      const request = { frame, id: ID, client, session: null, key: '', view, reply, headers: null, isWelcome: () => true }
      const onStarted = (call: string) => {
        id = call
      }
      methods
        .handle({ ...request, onStarted, only: target.serverId })
        .then((known) => known || reject(refuse('The gateway does not know the method')), reject)
    })
    const made = calls.recent().find((call) => call.id === id)
    if (made) return made
    const read = readFrame(answer)
    const said =
      isFrame(read) && read.error ? (JSON.parse(answer.toString('utf8')) as { error: { message?: unknown } }).error.message : null
    throw refuse(`The gateway refused it: ${typeof said === 'string' ? said.slice(0, 500) : 'it went to no server'}`)
  }
}
