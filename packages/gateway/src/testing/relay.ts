import type { Principal } from '@local-mcp/core'
import { type ServerId, systemClock } from '@local-mcp/kernel'
import { createParkedCalls } from '../bridge/parked-calls.ts'
import { createCallHistory } from '../downstream/call-history.ts'
import type { EndpointView } from '../downstream/endpoint.ts'
import { createExchanges } from '../downstream/exchange.ts'
import type { Reply } from '../downstream/reply.ts'
import { createSessions, type Session } from '../downstream/sessions.ts'
import type { Client } from '../protocol/client.ts'
import { type Era, NEWEST_LEGACY, NEWEST_MODERN } from '../protocol/revisions.ts'
import { createConnection } from '../upstream/connection.ts'
import type { TransportEvents } from '../upstream/transport.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import { type Frame, isFrame, MAX_UPSTREAM_DEPTH, readFrame } from '../wire/frame.ts'
import { readServerMessage } from '../wire/large-answer.ts'
import { rpcResult } from '../wire/messages.ts'

const HANDSHAKES: Readonly<Record<Era, object>> = {
  legacy: { protocolVersion: NEWEST_LEGACY, capabilities: { tools: {} } },
  modern: { supportedVersions: [NEWEST_MODERN], capabilities: { tools: {} } },
}
const OPENS: Readonly<Record<Era, string>> = { legacy: 'initialize', modern: 'server/discover' }

export function parseFrame(text: string | Buffer, maxDepth?: number): Frame {
  const frame = readFrame(Buffer.from(text as string), maxDepth)
  if (!isFrame(frame)) throw new Error(frame.message)
  return frame
}

/** The JSON text of a frame's id. */
export const idOf = ({ bytes, id }: Frame): string => (id ? bytes.toString('utf8', id.start, id.end) : '')

/** A real connection and real exchanges, with a server that is a function. @param serve gets each request, and says what comes back when */
export async function startRelay(era: Era, serve: (request: Frame, say: (message: string) => void) => void) {
  let events: TransportEvents | null = null
  const tell = (message: string | Buffer) => {
    const frame = readServerMessage(Buffer.from(message as string))
    if (isFrame(frame)) events?.message(frame, null)
  }
  const connection = createConnection(
    {
      pid: null,
      async start(into) {
        events = into
      },
      send(bytes) {
        const frame = parseFrame(bytes, MAX_UPSTREAM_DEPTH)
        if (frame.kind !== 'request') return
        const { method } = frame
        const opening = method === 'initialize' || method === 'server/discover'
        if (opening && method === OPENS[era]) tell(rpcResult(Buffer.from(idOf(frame)), Buffer.from(JSON.stringify(HANDSHAKES[era]))))
        else if (opening) tell(`{"jsonrpc":"2.0","id":${idOf(frame)},"error":{"code":-32601,"message":"Method not found"}}`)
        else serve(frame, tell)
      },
      ready() {},
      abandon() {},
      evidence: () => [],
      async close() {},
    },
    'test',
    {
      listChanged() {},
      resourceUpdated() {},
      log() {},
      elicitationComplete() {},
      rootsWanted: async () => Buffer.from('{"roots":[]}'),
      closed() {},
    },
  )
  await connection.open(1000)
  const upstream = { key: 's', record: { name: 'loop', timeoutMs: 30_000 }, ready: async () => connection, needLogLevel: () => null }
  const pool = { get: () => upstream } as unknown as UpstreamPool
  const parked = createParkedCalls()
  const history = createCallHistory({
    clock: systemClock,
    nameOf: () => null,
    log: { level: () => 'off', begin() {}, end() {} },
    onStarted() {},
    onFinished() {},
  })
  const start = createExchanges(pool, history, parked)
  const sessions = createSessions(systemClock, () => {})

  return {
    /** A client that says nothing of itself but its era. */
    newClient(of: Era, tokenId: string): { client: Client; session: Session | null } {
      const principal = { userId: 'u', token: { id: tokenId, name: tokenId, profileIds: null } } as unknown as Principal
      const ticket = { endpoint: 'e', version: NEWEST_LEGACY, capabilities: {}, info: {} }
      const session = of === 'legacy' ? sessions.open(ticket, principal, tokenId) : null
      const fields = { era: of, version: NEWEST_MODERN, principal, info: {}, capabilities: {}, logLevel: null, conversation: {} }
      return { client: session ?? fields, session }
    },

    /** Sends a request of the client through. @returns the messages that it got, the response last */
    call({ client, session }: { client: Client; session: Session | null }, request: Frame, edits: Frame['params']['name'] = null) {
      return new Promise<string[]>((resolve) => {
        const got: string[] = []
        const reply: Reply = {
          notify: (message) => got.push(message.toString('utf8')),
          request: () => false,
          large: () => null,
          end(message) {
            got.push(message.toString('utf8'))
            resolve(got)
          },
          onGone() {},
        }
        start({
          frame: request,
          id: Buffer.from(idOf(request)),
          client,
          session,
          key: 'key',
          view: { key: 'e', label: 'e' } as EndpointView,
          reply,
          servers: ['s' as ServerId],
          edits: edits ? [{ span: edits, bytes: Buffer.from('"own.name"') }] : [],
          name: 'name',
          target: 'own.name',
        })
      })
    },

    async close(): Promise<void> {
      sessions.close()
      parked.close()
      await connection.close()
    },
  }
}
