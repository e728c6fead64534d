import { createHttpTransport, type HttpOptions } from './http-transport.ts'
import type { UpstreamError } from './problems.ts'
import { createSseTransport } from './sse-transport.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

/** What a server that does not know Streamable HTTP answers to a POST. */
const MAYBE_OLD = new Set(['NOT_MCP', 'HTTP_STATUS', 'SERVER_ERROR'])

/**
 * A server at a URL. It is spoken to over Streamable HTTP; where it refuses `initialize` there, and offers the stream
 * of HTTP+SSE at the same address, over that (MCP, backward compatibility).
 */
export function createRemoteTransport({ config, referable }: HttpOptions): Transport {
  let current: Transport = createHttpTransport({ config, referable })
  let opening: { readonly bytes: Buffer; readonly options: SendOptions } | null = null
  let trying: Transport | null = null
  let closed = false

  async function tryOld(refused: UpstreamError, { bytes, options }: NonNullable<typeof opening>, events: TransportEvents): Promise<void> {
    const { url, headers, allowPrivateNetwork } = config
    const old = createSseTransport({ config: { url, headers, allowPrivateNetwork }, referable })
    trying = old
    try {
      await old.start(events)
    } catch (error) {
      await old.close()
      const foreign = (error as UpstreamError).problem.code === 'FOREIGN_ENDPOINT'
      events.failed(options.requestId as number, foreign ? (error as UpstreamError) : refused)
      return
    }
    if (closed) return
    const before = current
    current = old
    old.send(bytes, options)
    await before.close()
  }

  return {
    get pid() {
      return current.pid
    },

    start(events) {
      return current.start({
        ...events,
        failed(requestId, error) {
          const asked = opening
          if (asked?.options.requestId !== requestId || !MAYBE_OLD.has(error.problem.code)) events.failed(requestId, error)
          else {
            opening = null
            void tryOld(error, asked, events)
          }
        },
      })
    },

    send(bytes, options) {
      if (options.method === 'initialize') opening = { bytes, options }
      current.send(bytes, options)
    },

    ready(era, version) {
      opening = null
      current.ready(era, version)
    },
    abandon: (requestId) => current.abandon(requestId),
    evidence: () => current.evidence(),
    conceal: (text) => current.conceal?.(text) ?? text,

    async close() {
      closed = true
      await Promise.all([current.close(), trying?.close()])
    },
  }
}
