import { ERRORS } from '@local-mcp/contract'
import type { ToolCustom } from '@local-mcp/core'
import { AppError, type ProfileId, type ServerId } from '@local-mcp/kernel'
import type { Catalog, CatalogOutcome } from '../catalog/catalog.ts'
import { CODES } from '../protocol/revisions.ts'
import type { UpstreamKey } from '../upstream/upstream-key.ts'
import { isFrame, readFrame } from '../wire/frame.ts'
import { isArrayAt, skipSpace } from '../wire/json-scan.ts'
import { rpcError } from '../wire/messages.ts'
import type { Arrival, Legacy } from './legacy.ts'
import type { MemoryGuard } from './memory-guard.ts'
import { isModern, type Modern } from './modern.ts'
import { BodyTooLarge, readBody, sendJson } from './reply.ts'
import { assertMayAsk } from './rights.ts'

/** How long the rest of a body that is too long is read, in milliseconds. */
const DRAIN_FOR = 5000
/** In seconds. */
const RETRY_AFTER = '5'

/** One MCP endpoint: a profile, or a single server. */
export interface EndpointView {
  /** Tells endpoints apart; a session belongs to one. */
  readonly key: string
  /** Slug of the profile or server that it leads to now. */
  readonly label: string
  /** Null for a single server. */
  readonly profileId: ProfileId | null
  readonly name: string
  readonly description: string | null
  /** What a client's model should know: of the profile, and of its servers. */
  readonly instructions: string | null
  /** Its servers, each as the account that it names. */
  readonly serverIds: readonly UpstreamKey[]
  /** Extensions of its servers, with what they say of them. */
  readonly extensions: Readonly<Record<string, unknown>>
  catalog(): Catalog
  /** What would become of a tool that is let through and says what somebody wants; undefined where no server lists it. */
  preview(server: ServerId, tool: string, custom: ToolCustom): CatalogOutcome | undefined
  /** Starts what is not running; waits a bounded time for servers whose lists were never read. */
  prepare(): Promise<void>
  /** Servers that have resources, or may have. */
  resourceServers(): readonly ServerId[]
  /** Servers that have the extension which a method belongs to. */
  extensionServers(method: string): readonly ServerId[]
  /** Servers that want a sign-in and were never listed, so that nobody knows what they have. */
  unknownUntilSignIn(): readonly UpstreamKey[]
  serverHas(server: ServerId, capability: string): boolean
  /** A client wants other log messages than before. */
  logLevelChanged(): void
  /** A client's roots are others. */
  rootsChanged(): void
}

/** The door of one endpoint: reads a request, and hands it to the era that it is of. */
export function createEndpoint(legacy: Legacy, modern: Modern, memory: MemoryGuard) {
  function refuseForMemory(arrival: Arrival, id: Buffer | null): void {
    const { rpc, title, next, status } = ERRORS.OVERLOADED
    sendJson(arrival.res, status, rpcError(id, rpc ?? CODES.internal, title, { code: 'OVERLOADED', next }), { 'retry-after': RETRY_AFTER })
  }

  async function post(arrival: Arrival): Promise<void> {
    const { req, res } = arrival
    const body = await readJsonBody(arrival)
    if (!body) return
    if (isArrayAt(body, skipSpace(body, 0))) {
      const problem = readFrame(body)
      if (!isFrame(problem) && problem.code === CODES.parse) sendJson(res, 400, rpcError(null, problem.code, problem.message))
      else if (memory.isOver()) refuseForMemory(arrival, null)
      else legacy.batch(body, arrival)
      return
    }
    const frame = readFrame(body)
    if (isFrame(frame)) assertMayAsk(frame, arrival.principal)
    if (!isFrame(frame)) sendJson(res, 400, rpcError(frame.id, frame.code, frame.message))
    // Answers and cancellations are taken: they let go of something.
    else if (frame.kind === 'request' && memory.isOver())
      refuseForMemory(arrival, frame.id && Buffer.from(body.subarray(frame.id.start, frame.id.end)))
    else if (isModern(frame, req)) modern.post(frame, arrival)
    else if (frame.kind === 'request' && frame.method === 'initialize') legacy.initialize(frame, arrival)
    else legacy.post(frame, arrival)
  }

  return {
    /** Handles one request to the endpoint of `view` by somebody who may use it. @throws AppError UNAUTHORIZED, FORBIDDEN */
    async handle(arrival: Arrival): Promise<void> {
      const { req, res } = arrival
      if (req.method === 'POST') await post(arrival)
      else if (req.method === 'GET') {
        if (memory.isOver()) refuseForMemory(arrival, null)
        else legacy.listen(arrival)
      } else if (req.method === 'DELETE') legacy.end(arrival)
      else sendJson(res, 405, rpcError(null, CODES.invalidRequest, ERRORS.METHOD_NOT_ALLOWED.title), { allow: 'POST, GET, DELETE' })
    },
  }
}

/** @returns null where it was refused, and the client told so @throws AppError UNAUTHORIZED */
export async function readJsonBody({ req, res, isWelcome }: Arrival): Promise<Buffer | null> {
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    sendJson(res, 415, rpcError(null, CODES.invalidRequest, ERRORS.UNSUPPORTED_MEDIA_TYPE.next))
    return null
  }
  try {
    const body = await readBody(req)
    if (isWelcome()) return body
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      sendJson(res, 413, rpcError(null, CODES.invalidRequest, ERRORS.PAYLOAD_TOO_LARGE.title))
      // A client that is cut off while it writes never sees the answer, so the rest is read and dropped for a while.
      req.resume()
      const enough = setTimeout(() => req.destroy(), DRAIN_FOR)
      req.once('close', () => clearTimeout(enough))
    }
    return null
  }
  throw new AppError('UNAUTHORIZED', 'The token is not valid any more')
}
