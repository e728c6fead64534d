import { ERRORS, type ErrorCode } from '@local-mcp/contract'
import type { Principal } from '@local-mcp/core'
import type { ToolRoute } from '../catalog/catalog.ts'
import type { ForwardedCall } from '../upstream/connection.ts'
import { UpstreamError } from '../upstream/problems.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import type { Edit, Frame } from '../wire/frame.ts'
import type { Span } from '../wire/json-scan.ts'
import type { LiveCallHistory } from './call-history.ts'
import type { EndpointView } from './endpoint.ts'
import { type createReply, rpcError } from './reply.ts'
import type { Session } from './sessions.ts'

/** However much progress a call reports, it ends after this long, in milliseconds. */
const HARD_LIMIT = 60 * 60 * 1000

export interface ToolCall {
  readonly frame: Frame
  /** The request's id as the client wrote it. */
  readonly id: Buffer
  readonly name: string
  readonly route: ToolRoute
  readonly view: EndpointView
  readonly session: Session
  readonly principal: Principal
  readonly reply: ReturnType<typeof createReply>
}

export type ToolCaller = (call: ToolCall) => void

const SIGN_IN = 'AUTH_REQUIRED' satisfies ErrorCode

/** The error of a failed server as the client sees it: which server, what is wrong, and the one next step. */
function errorFor(error: UpstreamError, upstream: Upstream | undefined): { code: ErrorCode; message: string; data: object } {
  const { problem } = error
  const code: ErrorCode =
    problem.code === SIGN_IN ? SIGN_IN : problem.code === 'APPROVAL_REQUIRED' ? 'APPROVAL_REQUIRED' : 'SERVER_UNAVAILABLE'
  const server = upstream?.record.name ?? 'The server'
  return {
    code,
    message: `${server}: ${problem.message}. ${problem.next}`,
    data: { code, server: upstream?.record.name ?? null, problem: problem.code, next: problem.next },
  }
}

/** Sends a call to the server that has the tool, and whatever comes back to the client, unchanged but for the ids. */
export function createToolCaller(pool: UpstreamPool, history: LiveCallHistory): ToolCaller {
  return (call) => {
    const { frame, id, name, route, view, session, principal, reply } = call
    const upstream = pool.get(route.serverId)
    const key = id.toString('utf8')
    const record = history.start({
      profileSlug: view.label,
      serverId: route.serverId,
      tool: name,
      tokenName: principal.token?.name ?? null,
      clientName: session.clientName,
    })
    const rename = route.rename ?? (name === route.toolName ? null : Buffer.from(JSON.stringify(route.toolName)))
    const edits: Edit[] = rename ? [{ span: frame.params.name as Span, bytes: rename }] : []
    const timeoutMs = upstream?.record.timeoutMs ?? 30_000

    let forwarded: ForwardedCall | null = null
    let done = false
    let timer: NodeJS.Timeout | null = null
    const hardLimit = setTimeout(() => onTimeout(), HARD_LIMIT)
    const end = (message: Buffer | null) => {
      done = true
      if (timer) clearTimeout(timer)
      clearTimeout(hardLimit)
      if (session.calls.get(key) === handle) session.calls.delete(key)
      if (message) reply.end(message)
    }
    // Lives for as long as the request does, through a start of the server and a second try.
    const handle: ForwardedCall = {
      cancel(reason) {
        if (done) return
        forwarded?.cancel(reason)
        record.finish('cancelled')
        // Nobody waits for the answer; the exchange still has to end.
        end(rpcError(id, -32800, 'The request was cancelled'))
      },
    }
    session.calls.set(key, handle)

    function onTimeout(): void {
      if (done) return
      forwarded?.cancel('Timed out')
      record.finish('timeout', 'UPSTREAM_TIMEOUT')
      const { rpc, title, next } = ERRORS.UPSTREAM_TIMEOUT
      end(
        rpcError(id, rpc, `${upstream?.record.name}: ${title} (${timeoutMs} ms)`, {
          code: 'UPSTREAM_TIMEOUT',
          server: upstream?.record.name,
          next,
        }),
      )
    }
    function armTimer(): void {
      if (timer) clearTimeout(timer)
      timer = setTimeout(onTimeout, timeoutMs)
    }
    function fail(error: unknown): void {
      if (done) return
      const known = error instanceof UpstreamError ? error : new UpstreamError('CONNECTION_LOST', [String(error)])
      const { code, message, data } = errorFor(known, upstream)
      record.finish('error', code)
      end(rpcError(id, ERRORS[code].rpc, message, data))
    }

    async function send(mayRepeat: boolean): Promise<void> {
      if (!upstream) throw new UpstreamError('CONNECTION_LOST', ['The server was removed'])
      const connection = await upstream.ready()
      if (done) return
      armTimer()
      forwarded = connection.forward(
        frame,
        edits,
        {
          notification(bytes) {
            if (done) return
            armTimer()
            reply.notify(bytes)
          },
          answer(bytes, isError) {
            if (done) return
            if (isError) record.finish('error', 'TOOL_ERROR')
            else record.finish('success')
            end(bytes)
          },
          failed(error) {
            if (error.notProcessed && mayRepeat) send(false).catch(fail)
            else fail(error)
          },
        },
        principal,
      )
    }
    send(true).catch(fail)
  }
}
