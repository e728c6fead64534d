import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { isObject } from '@local-mcp/kernel'
import type { ParkedCalls } from '../bridge/parked-calls.ts'
import { ownerOf, parkedState } from '../bridge/parked-calls.ts'
import { claimsModern } from '../protocol/claims-modern.ts'
import type { Client } from '../protocol/client.ts'
import { decodeHeader } from '../protocol/headers.ts'
import { CODES, LEGACY_VERSIONS, LOG_LEVELS, META, MODERN_VERSIONS } from '../protocol/revisions.ts'
import { type Frame, parseSpan, stringOf } from '../wire/frame.ts'
import type { Span } from '../wire/json-scan.ts'
import { rpcError, rpcResult } from '../wire/messages.ts'
import { guestFacts, type OnArrived } from './arrived.ts'
import type { LiveCallHistory } from './call-history.ts'
import { type Arrival, CAPABILITIES } from './legacy.ts'
import type { Listeners } from './listeners.ts'
import { type ClientRequest, type Methods, resultFor } from './methods.ts'
import { createReply, type Reply, sendEmpty, sendJson } from './reply.ts'
import { tokenIdOf } from './sessions.ts'

export interface ModernOptions {
  readonly methods: Methods
  readonly listeners: Listeners
  readonly parked: ParkedCalls
  readonly history: LiveCallHistory
  readonly version: string
  readonly onArrived: OnArrived
}

/** Requests that say in a header what they are about, and where in `params` that is. */
const NAMED = new Map<string, 'name' | 'uri' | 'taskId'>([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

/** Parsed, what a client says of itself takes twenty times its length: more is not read, in bytes. */
const MAX_META = 256 * 1024

interface Refusal {
  readonly code: number
  readonly message: string
  readonly data?: object
}

const metaOf = ({ bytes, params }: Frame): Record<string, unknown> => {
  const meta = params.meta && params.meta.end - params.meta.start <= MAX_META ? parseSpan(bytes, params.meta) : null
  return isObject(meta) ? meta : {}
}

/** Whether a message is of the modern era: by what it claims, or by what only modern clients send. */
export function isModern(frame: Frame, { headers }: IncomingMessage): boolean {
  if (headers['mcp-session-id'] !== undefined || frame.kind === 'response') return false
  if (claimsModern(frame)) return true
  if (frame.method === 'initialize') return false
  const version = headers['mcp-protocol-version']
  return version !== undefined && !LEGACY_VERSIONS.includes(String(version))
}

function envelopeProblem({ params }: Frame, meta: Record<string, unknown>): Refusal | null {
  if (params.meta && params.meta.end - params.meta.start > MAX_META)
    return { code: CODES.invalidParams, message: `params._meta is longer than ${MAX_META} bytes` }
  if (typeof meta[META.version] !== 'string') return { code: CODES.invalidParams, message: `params._meta needs ${META.version}` }
  if (!isObject(meta[META.capabilities]))
    return { code: CODES.invalidParams, message: `params._meta needs ${META.capabilities}, an object` }
  return null
}

function headerProblem(frame: Frame, headers: IncomingHttpHeaders | null, claimed: string): Refusal | null {
  const mismatch = (name: string): Refusal => ({
    code: CODES.headerMismatch,
    message: `The header ${name} does not say what the body says`,
  })
  const value = (name: string): string | null => {
    const given = headers?.[name]
    return typeof given === 'string' ? given.trim() : null
  }
  if (headers && value('mcp-protocol-version') !== claimed) return mismatch('MCP-Protocol-Version')
  if (!MODERN_VERSIONS.includes(claimed)) {
    const supported = [...MODERN_VERSIONS, ...LEGACY_VERSIONS]
    return { code: CODES.unsupportedVersion, message: 'Unsupported protocol version', data: { supported, requested: claimed } }
  }
  if (!headers) return null
  if (value('mcp-method') !== frame.method) return mismatch('Mcp-Method')
  const member = NAMED.get(frame.method)
  if (!member) return null
  const given = value('mcp-name')
  const said = stringOf(frame.bytes, frame.params[member])
  return given !== null && decodeHeader(given) === said ? null : mismatch('Mcp-Name')
}

/** Speaks the revisions in which every request stands for itself (2026-07-28). */
export function createModern({ methods, listeners, parked, history, version, onArrived }: ModernOptions) {
  /** Requests that are being answered, and the token that each came with. */
  const open = new Map<ServerResponse, string>()

  function clientOf(meta: Record<string, unknown>, { principal, view }: Pick<Arrival, 'principal' | 'view'>): Client {
    const said = meta[META.clientInfo]
    const info = isObject(said) ? said : {}
    const level = meta[META.logLevel]
    return {
      era: 'modern',
      version: String(meta[META.version]),
      principal,
      info,
      capabilities: meta[META.capabilities] as Record<string, unknown>,
      logLevel: typeof level === 'string' && LOG_LEVELS.includes(level) ? level : null,
      conversation: `${tokenIdOf(principal)} ${view.key}`,
    }
  }

  function discover({ view, reply, id, client }: ClientRequest): void {
    const { instructions, extensions } = view
    onArrived({ kind: 'connected', ...guestFacts(client, view) })
    const capabilities = { ...CAPABILITIES, ...(Object.keys(extensions).length > 0 ? { extensions } : {}) }
    const fields = {
      supportedVersions: [...MODERN_VERSIONS, ...LEGACY_VERSIONS],
      capabilities,
      ...(instructions ? { instructions } : {}),
      ttlMs: 0,
      cacheScope: 'private',
    }
    reply.end(rpcResult(id, resultFor(client, version, fields)))
  }

  /** A request that shows a state of ours takes up the call that waits for it. @returns false where there is none to take up */
  function takeUp({ frame, client, view, id, reply }: ClientRequest): boolean {
    const state = parkedState(frame)
    if (state === null) return false
    const member = NAMED.get(frame.method)
    const name = member ? stringOf(frame.bytes, frame.params[member]) : null
    const owner = ownerOf(tokenIdOf(client.principal), view.key, frame.method, name ?? '')
    if (!parked.resume(state, owner, frame, id, reply))
      reply.end(rpcError(id, CODES.invalidParams, 'The request state is not valid (any more)'))
    return true
  }

  async function answer(request: ClientRequest, arrival: Arrival): Promise<void> {
    const { frame, reply, id } = request
    if (frame.method === 'server/discover') discover(request)
    else if (frame.method === 'subscriptions/listen') {
      history.own(request, null)
      await listeners.open(request, arrival.res)
    } else if (takeUp(request)) return
    else if (!(await methods.handle(request))) reply.end(rpcError(id, CODES.methodNotFound, `Method not found: ${frame.method}`), 404)
  }

  return {
    post(frame: Frame, arrival: Arrival): void {
      const { req, res, view, principal, key, headers, isWelcome } = arrival
      if (frame.kind !== 'request') {
        sendEmpty(res, 202)
        return
      }
      const span = frame.id as Span
      const id = Buffer.from(frame.bytes.subarray(span.start, span.end))
      const meta = metaOf(frame)
      const problem = envelopeProblem(frame, meta) ?? headerProblem(frame, headers, String(meta[META.version]))
      if (problem) {
        sendJson(res, 400, rpcError(id, problem.code, problem.message, problem.data))
        return
      }
      const client = clientOf(meta, arrival)
      const reply: Reply = history.watch({ frame, client, view }, createReply(req, res, null))
      // Those that listen are ended in order, by who keeps them.
      if (frame.method !== 'subscriptions/listen') {
        open.set(res, tokenIdOf(principal))
        res.once('close', () => open.delete(res))
      }
      const request = { frame, id, client, session: null, key, view, reply, headers, isWelcome: () => !res.destroyed && isWelcome() }
      answer(request, arrival).catch((error: unknown) =>
        reply.end(rpcError(id, CODES.internal, error instanceof Error ? error.message : 'Internal error')),
      )
    },

    /** Cuts off every request of a token that is no longer valid; whatever servers do for them is cancelled. */
    cutOff(tokenId: string): void {
      for (const [res, id] of [...open]) if (id === tokenId) res.destroy()
    },
  }
}

export type Modern = ReturnType<typeof createModern>
