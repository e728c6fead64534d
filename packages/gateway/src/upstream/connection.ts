import type { Principal } from '@local-mcp/core'
import { type Edit, type Frame, MAX_UPSTREAM_DEPTH, parseSpan, splice } from '../wire/frame.ts'
import { isObjectAt, type Span, skipValue, walkObject } from '../wire/json-scan.ts'
import { UpstreamError } from './problems.ts'
import { type ListedTool, readToolPage } from './tool-list.ts'
import type { Transport } from './transport.ts'

/** Revisions with `initialize`, newest first. */
export const LEGACY_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']
/** What one server may list; more is refused, because every client would have to read it. */
const MAX_TOOLS = 5000
const MAX_TOOL_BYTES = 32 * 1024 * 1024
/** A longer id of a server's own request is not worth an answer, in bytes. */
const MAX_ID = 1024
/** A longer answer is not looked into for `isError`; it counts as a success. */
const LOOK_INTO = 64 * 1024

/** Where the messages that belong to one forwarded request go. Exactly one of `answer` and `failed` is called, once. */
export interface CallSink {
  /** A notification of the request, its progress token put back to the client's. */
  notification(bytes: Buffer): void
  /** The server's response, its id put back to the client's. @param isError the protocol or the tool itself says that it failed */
  answer(bytes: Buffer, isError: boolean): void
  failed(error: UpstreamError): void
}

export interface ForwardedCall {
  /** Tells the server that nobody waits any more, and forgets the request. */
  cancel(reason: string): void
}

export interface ServerIdentity {
  readonly protocolVersion: string
  readonly serverInfo: { readonly name: string; readonly version: string } | null
}

interface Pending {
  readonly sink: CallSink
  /** The client's id, as it wrote it. */
  readonly id: Buffer
  /** The client's progress token as it wrote it; null if it asked for no progress. */
  readonly progressToken: Buffer | null
}

export interface ConnectionEvents {
  toolsChanged(): void
  closed(error: UpstreamError): void
}

const number = (id: number) => Buffer.from(String(id))
const envelope = (fields: object) => Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...fields }))

/**
 * One connection to one server, shared by all sessions. Requests get ids of our own, because clients count from
 * zero all alike; the same number serves as progress token.
 */
export function createConnection(transport: Transport, clientVersion: string, events: ConnectionEvents) {
  const pending = new Map<number, Pending>()
  const own = new Map<number, (frame: Frame | UpstreamError) => void>()
  let nextId = 1
  let closed: UpstreamError | null = null

  function settle(id: number): Pending | undefined {
    const found = pending.get(id)
    pending.delete(id)
    return found
  }

  function numberAt(frame: Frame, span: Span | null): number | null {
    if (!span) return null
    const text = frame.bytes.toString('latin1', span.start, span.end)
    return /^\d{1,15}$/.test(text) ? Number(text) : null
  }

  function onMessage(frame: Frame): void {
    if (frame.kind === 'response') {
      const id = numberAt(frame, frame.id)
      const call = id === null ? undefined : settle(id)
      if (call && frame.id)
        call.sink.answer(splice(frame.bytes, [{ span: frame.id, bytes: call.id }]), frame.error !== null || toolSaysError(frame))
      return
    }
    if (frame.kind === 'request') {
      answerServer(frame)
      return
    }
    if (frame.method === 'notifications/progress') {
      const token = frame.params.progressToken
      const id = numberAt(frame, token)
      const call = id === null ? undefined : pending.get(id)
      if (call?.progressToken && token) call.sink.notification(splice(frame.bytes, [{ span: token, bytes: call.progressToken }]))
      return
    }
    if (frame.method === 'notifications/tools/list_changed') events.toolsChanged()
  }

  /** We declare no client capability yet, so the only request a server may send is a ping. */
  function answerServer(frame: Frame): void {
    if (!frame.id || frame.id.end - frame.id.start > MAX_ID) return
    const id = parseSpan(frame.bytes, frame.id)
    const reply =
      frame.method === 'ping'
        ? envelope({ id, result: {} })
        : envelope({ id, error: { code: -32601, message: `Method not found: ${frame.method}` } })
    transport.send(reply, { requestId: null, method: '', principal: null })
  }

  function failAll(error: UpstreamError): void {
    closed ??= error
    const calls = [...pending.values()]
    pending.clear()
    for (const call of calls) call.sink.failed(error)
  }

  function cancel(id: number, reason: string): void {
    if (!settle(id)) return
    transport.abandon(id)
    notify('notifications/cancelled', { requestId: id, reason })
  }

  function notify(method: string, params?: object): void {
    if (!closed) transport.send(envelope(params ? { method, params } : { method }), { requestId: null, method, principal: null })
  }

  /** A request of our own. */
  function request(method: string, params: object, timeoutMs: number): Promise<Frame & { result: Span }> {
    return new Promise((resolve, reject) => {
      const id = nextId++
      const timer = setTimeout(() => {
        // The handshake is never cancelled (MCP, cancellation).
        own.delete(id)
        transport.abandon(id)
        if (method !== 'initialize') notify('notifications/cancelled', { requestId: id, reason: 'Timed out' })
        reject(new UpstreamError('HANDSHAKE_TIMEOUT', [`No answer to ${method} within ${timeoutMs} ms`, ...transport.evidence()]))
      }, timeoutMs)
      raw(id, method, envelope({ id, method, params }), (frame) => {
        clearTimeout(timer)
        if (frame instanceof UpstreamError) reject(frame)
        else if (frame.result) resolve(frame as Frame & { result: Span })
        else reject(new UpstreamError('HANDSHAKE_REFUSED', [frame.bytes.toString('utf8', 0, 2000)], method))
      })
    })
  }

  function raw(id: number, method: string, bytes: Buffer, done: (frame: Frame | UpstreamError) => void): void {
    if (closed) {
      done(closed)
      return
    }
    own.set(id, done)
    transport.send(bytes, { requestId: id, method, principal: null })
  }

  return {
    /** Starts the transport and shakes hands. @throws UpstreamError */
    async open(timeoutMs: number): Promise<ServerIdentity> {
      await transport.start({
        message(frame) {
          const id = frame.kind === 'response' ? numberAt(frame, frame.id) : null
          const mine = id === null ? undefined : own.get(id)
          if (mine && id !== null) {
            own.delete(id)
            mine(frame)
          } else onMessage(frame)
        },
        failed(id, error) {
          const mine = own.get(id)
          own.delete(id)
          if (mine) mine(error)
          else settle(id)?.sink.failed(error)
        },
        closed(error) {
          failAll(error)
          for (const done of own.values()) done(error)
          own.clear()
          events.closed(error)
        },
      })
      const frame = await request(
        'initialize',
        { protocolVersion: LEGACY_VERSIONS[0], capabilities: {}, clientInfo: { name: 'local-mcp-gateway', version: clientVersion } },
        timeoutMs,
      ).catch((error: UpstreamError) => {
        // Servers of the stateless era do not know `initialize`.
        if (error.problem?.code === 'HANDSHAKE_REFUSED' && /-32601|-32022/.test(error.problem.evidence.join())) {
          throw new UpstreamError('PROTOCOL_MISMATCH', error.problem.evidence)
        }
        throw error
      })
      const result = parseSpan(frame.bytes, frame.result) as {
        protocolVersion?: unknown
        serverInfo?: { name?: unknown; version?: unknown }
      }
      const version = String(result.protocolVersion)
      if (!LEGACY_VERSIONS.includes(version)) throw new UpstreamError('PROTOCOL_MISMATCH', [`The server answered with version ${version}`])
      transport.ready(version)
      notify('notifications/initialized')
      const info = result.serverInfo
      return { protocolVersion: version, serverInfo: info ? { name: String(info.name), version: String(info.version) } : null }
    },

    /**
     * All tools, every page, byte for byte; of tools that share a name the first.
     *
     * @param timeoutMs for all pages together
     * @throws UpstreamError
     */
    async listTools(timeoutMs: number): Promise<ListedTool[]> {
      const deadline = performance.now() + timeoutMs
      const tools = new Map<string, ListedTool>()
      const seen = new Set<string>()
      let bytes = 0
      let cursor: string | undefined
      for (;;) {
        const frame = await request('tools/list', cursor === undefined ? {} : { cursor }, Math.max(1, deadline - performance.now()))
        bytes += frame.bytes.length
        const { listed, next } = readToolPage(frame.bytes, frame.result)
        for (const tool of listed) if (!tools.has(tool.name)) tools.set(tool.name, tool)
        if (tools.size > MAX_TOOLS || bytes > MAX_TOOL_BYTES)
          throw new UpstreamError('TOO_MANY_TOOLS', [`${tools.size} tools, ${bytes} bytes`])
        if (next === null || seen.has(next)) return [...tools.values()]
        seen.add(next)
        cursor = next
      }
    },

    /** Sends a client's request on. @param edits rewrites beside id and progress token, such as the tool's name */
    forward(frame: Frame, edits: readonly Edit[], sink: CallSink, principal: Principal): ForwardedCall {
      if (closed) {
        sink.failed(closed)
        return { cancel() {} }
      }
      const id = nextId++
      const idSpan = frame.id as Span
      const token = frame.params.progressToken
      const bytes = splice(frame.bytes, [
        ...edits,
        { span: idSpan, bytes: number(id) },
        ...(token ? [{ span: token, bytes: number(id) }] : []),
      ])
      const copy = (span: Span) => Buffer.from(frame.bytes.subarray(span.start, span.end))
      pending.set(id, { sink, id: copy(idSpan), progressToken: token ? copy(token) : null })
      transport.send(bytes, { requestId: id, method: frame.method, principal })
      return { cancel: (reason) => cancel(id, reason) }
    },

    get inFlight() {
      return pending.size
    },
    get pid() {
      return transport.pid
    },

    async close(): Promise<void> {
      const error = new UpstreamError('CONNECTION_LOST', ['The gateway closed the connection'])
      failAll(error)
      for (const done of own.values()) done(error)
      own.clear()
      await transport.close()
    },
  }
}

export type Connection = ReturnType<typeof createConnection>

/** Whether the tool itself says that it failed. */
function toolSaysError({ bytes, result }: Frame): boolean {
  if (!result || bytes.length > LOOK_INTO || !isObjectAt(bytes, result.start)) return false
  let isError = false
  walkObject(bytes, result.start, (key, _escaped, start) => {
    if (key === 'isError') isError = bytes[start] === 0x74
    return skipValue(bytes, start, MAX_UPSTREAM_DEPTH)
  })
  return isError
}
