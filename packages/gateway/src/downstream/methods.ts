import type { IncomingHttpHeaders } from 'node:http'
import { ERRORS } from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'
import { isObject } from '@local-mcp/kernel'
import type { Catalog } from '../catalog/catalog.ts'
import type { Client } from '../protocol/client.ts'
import { headersFor, mismatchedHeader } from '../protocol/headers.ts'
import { CODES, META, TASKS } from '../protocol/revisions.ts'
import { type ItemKind, LISTS } from '../upstream/listing.ts'
import { serverOf } from '../upstream/upstream-key.ts'
import { type Edit, type Frame, parseSpan, stringOf } from '../wire/frame.ts'
import { membersOf, toJson } from '../wire/json-edit.ts'
import type { Span } from '../wire/json-scan.ts'
import { rpcError, rpcResult } from '../wire/messages.ts'
import { guestFacts, type OnArrived } from './arrived.ts'
import type { EndpointView } from './endpoint.ts'
import type { Exchange, StartExchange } from './exchange.ts'
import type { Reply } from './reply.ts'
import type { Session } from './sessions.ts'
import { openTaskId } from './tasks.ts'

/** One request of a client, of either era. */
export interface ClientRequest {
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
  /** What has to agree with the body; null where the carrier has no headers, or the era no such rule. */
  readonly headers: IncomingHttpHeaders | null
  /** Whether it may still be answered: a token may be revoked while a server starts. */
  readonly isWelcome: () => boolean
  /** Called with the id under which it is taken down, once it goes to a server. */
  readonly onStarted?: (call: string) => void
  /** It is for this server alone, wherever its name leads by now. */
  readonly only?: ServerId | null
}

const LIST_METHODS = new Map(Object.entries(LISTS).map(([kind, { method }]) => [method as string, kind as ItemKind]))
const { TOOL_CHANGED } = ERRORS
const MISSING_URI = 'params.uri must be the URI of a resource'

/** The result of a request that we answer ourselves, as the client's era wants it. */
export function resultFor(client: Client, version: string, fields: object): Buffer {
  if (client.era === 'legacy') return toJson(fields)
  return toJson({ resultType: 'complete', ...fields, _meta: { [META.serverInfo]: gatewayInfo(version) } })
}

export const gatewayInfo = (version: string) => ({ name: 'local-mcp-gateway', version })

/** The methods that both eras have. */
export function createMethods(startExchange: StartExchange, version: string, onArrived: OnArrived) {
  const refuse = ({ reply, id }: ClientRequest, code: number, message: string, data?: object) =>
    reply.end(rpcError(id, code, message, data))
  const forward = (request: ClientRequest, to: Pick<Exchange, 'servers' | 'edits' | 'name' | 'target'> & Partial<Exchange>) => {
    const servers = request.only ? to.servers.filter((key) => serverOf(key) === request.only) : to.servers
    if (servers.length > 0) startExchange({ ...request, ...to, servers })
    else refuse(request, CODES.invalidParams, `${to.name} leads to another server now`)
  }

  /** Looks something up, and once more when the servers that were never listed have been. */
  async function find<Found>(
    { view, isWelcome }: ClientRequest,
    look: (catalog: Catalog) => Found | undefined,
  ): Promise<Found | undefined | null> {
    const known = look(view.catalog())
    if (known !== undefined) return known
    await view.prepare()
    return isWelcome() ? look(view.catalog()) : null
  }

  async function list(request: ClientRequest, kind: ItemKind): Promise<void> {
    const { frame, view, client, session, reply, id } = request
    if (frame.params.cursor) {
      refuse(request, CODES.invalidParams, 'Unknown cursor: every list is one page')
      return
    }
    await view.prepare()
    const result = view.catalog().list(kind, client.era)
    session?.served.set(LISTS[kind].method, result)
    if (kind === 'tool') onArrived({ kind: 'listed', ...guestFacts(client, view), tools: view.catalog().tools.length })
    reply.end(rpcResult(id, result))
  }

  const isWithheld = ({ view }: ClientRequest, kind: 'tool' | 'prompt', name: string) =>
    view.catalog().withheld[kind].some((one) => one.name === name || one.own === name)

  async function callNamed(request: ClientRequest, kind: 'tool' | 'prompt'): Promise<void> {
    const { frame } = request
    const span = frame.params.name
    const name = stringOf(frame.bytes, span)
    if (name === null || !span) {
      refuse(request, CODES.invalidParams, `params.name must be the name of a ${kind}`)
      return
    }
    const route = await find(request, (catalog) => catalog.route(kind, name))
    if (route === null) return
    if (!route) {
      if (isWithheld(request, kind, name))
        refuse(request, CODES.invalidParams, `${name}: ${TOOL_CHANGED.title}`, { code: 'TOOL_CHANGED', next: TOOL_CHANGED.next })
      else {
        // Where there is one server, and nobody knows what it has before a sign-in, it says so itself.
        const [waiting] = request.view.unknownUntilSignIn()
        if (waiting && request.view.serverIds.length === 1) forward(request, { servers: [waiting], edits: [], name, target: name })
        else {
          const hint = waiting ? ' (a server of this profile wants a sign-in before it says what it has)' : ''
          refuse(request, CODES.invalidParams, `Unknown ${kind}: ${name}${hint}`)
        }
      }
      return
    }
    const args = route.headerParams.length + route.shownParams.length > 0 ? argumentsOf(frame) : null
    const mismatch = args && request.headers ? mismatchedHeader(route.shownParams, args, request.headers) : null
    if (mismatch) {
      request.reply.end(rpcError(request.id, CODES.headerMismatch, `The header ${mismatch} does not say what the arguments say`), 400)
      return
    }
    const rename = route.rename ?? (name === route.name ? null : toJson(route.name))
    forward(request, {
      servers: [route.serverId],
      edits: rename ? [{ span, bytes: rename }] : [],
      name,
      target: route.name,
      ...(args ? { paramHeaders: headersFor(route.headerParams, args) } : {}),
    })
  }

  /** The servers to ask for a resource: who lists it or a template for it, else all that have any. */
  async function ownersOf(request: ClientRequest, uri: string): Promise<readonly ServerId[] | null> {
    const owners = await find(request, (catalog) => {
      const known = catalog.ownersOf(uri)
      return known.length > 0 ? known : undefined
    })
    return owners === undefined ? request.view.resourceServers() : owners
  }

  async function read(request: ClientRequest): Promise<void> {
    const uri = stringOf(request.frame.bytes, request.frame.params.uri)
    if (uri === null) {
      refuse(request, CODES.invalidParams, MISSING_URI)
      return
    }
    const servers = await ownersOf(request, uri)
    if (!servers) return
    if (servers.length === 0) {
      const code = request.client.era === 'modern' ? CODES.invalidParams : CODES.resourceNotFound
      refuse(request, code, `Resource not found: ${uri}`, { uri })
      return
    }
    forward(request, { servers, edits: [], name: uri, target: uri })
  }

  async function complete(request: ClientRequest): Promise<void> {
    const { frame, client, reply, id, view } = request
    const ref = membersOf(frame.bytes, frame.paramsSpan).get('ref') ?? null
    const members = membersOf(frame.bytes, ref)
    const type = stringOf(frame.bytes, members.get('type') ?? null)
    const edits: Edit[] = []
    let servers: readonly ServerId[] | null = []
    if (type === 'ref/prompt') {
      const span = members.get('name') as Span
      const name = stringOf(frame.bytes, span ?? null) ?? ''
      const route = await find(request, (catalog) => catalog.route('prompt', name))
      if (route === null) return
      if (!route) {
        refuse(request, CODES.invalidParams, `Unknown prompt: ${name}`)
        return
      }
      if (route.name !== name) edits.push({ span, bytes: toJson(route.name) })
      servers = [route.serverId]
    } else if (type === 'ref/resource') {
      servers = await ownersOf(request, stringOf(frame.bytes, members.get('uri') ?? null) ?? '')
      if (!servers) return
    } else {
      refuse(request, CODES.invalidParams, 'params.ref must name a prompt or a resource')
      return
    }
    const able = servers.filter((server) => view.serverHas(server, 'completions'))
    if (able.length === 0) reply.end(rpcResult(id, resultFor(client, version, { completion: { values: [], total: 0, hasMore: false } })))
    else forward(request, { servers: able, edits, name: type, target: '' })
  }

  function task(request: ClientRequest): void {
    const { frame, key, client, reply, id } = request
    const { extensions } = client.capabilities
    if (!isObject(extensions) || !isObject(extensions[TASKS])) {
      const data = { requiredCapabilities: { extensions: { [TASKS]: {} } } }
      reply.end(rpcError(id, CODES.missingCapability, 'The request does not declare the tasks extension', data), 400)
      return
    }
    const span = frame.params.taskId
    const handle = stringOf(frame.bytes, span)
    const task = handle === null ? null : openTaskId(handle, key)
    if (!task || !span || !request.view.serverIds.includes(task.serverId)) {
      refuse(request, CODES.invalidParams, 'Unknown task')
      return
    }
    forward(request, {
      servers: [task.serverId],
      edits: [{ span, bytes: toJson(task.taskId) }],
      name: handle as string,
      target: task.taskId,
    })
  }

  /** A method of an extension goes to the one server that has the extension. */
  function extension(request: ClientRequest): boolean {
    const { frame, view } = request
    const servers = view.extensionServers(frame.method)
    if (servers.length !== 1) return false
    forward(request, { servers, edits: [], name: frame.method, target: '' })
    return true
  }

  return {
    /** @returns false for a method that nobody knows */
    async handle(request: ClientRequest): Promise<boolean> {
      const { method } = request.frame
      const kind = LIST_METHODS.get(method)
      if (kind) await list(request, kind)
      else if (method === 'tools/call') await callNamed(request, 'tool')
      else if (method === 'prompts/get') await callNamed(request, 'prompt')
      else if (method === 'resources/read') await read(request)
      else if (method === 'completion/complete') await complete(request)
      else if (request.client.era === 'modern' && /^tasks\/(get|update|cancel)$/.test(method)) task(request)
      else return extension(request)
      return true
    },
    ownersOf,
  }
}

export type Methods = ReturnType<typeof createMethods>

function argumentsOf({ bytes, paramsSpan }: Frame): unknown {
  const span = membersOf(bytes, paramsSpan).get('arguments')
  const value = span ? parseSpan(bytes, span) : {}
  return isObject(value) ? value : {}
}
