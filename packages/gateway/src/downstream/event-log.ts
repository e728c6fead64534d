import type { ServerResponse } from 'node:http'
import { sseMessage } from '../wire/sse.ts'

/** What is kept of a session's streams for a client that comes back. */
const MAX_EVENTS = 128
const MAX_BYTES = 1024 * 1024
const MAX_STREAMS = 200
/** A stream that is not read holds no more than this; what is only news is then dropped. In bytes. */
const MAX_QUEUED = 1024 * 1024
/** More than this may not wait for a client that does not read, whatever it is: its connection is ended. In bytes. */
const MAX_WAITING = 8 * 1024 * 1024
const RETRY_MS = 1000

/** One stream of events to a client, which may be broken off and continued. */
export interface EventStream {
  /** Continues on this response. */
  attach(out: ServerResponse): void
  readonly attached: boolean
  /** @param mayDrop it is not worth memory where the client does not read */
  send(message: Buffer, mayDrop?: boolean): void
  /** Nothing comes after this; what was sent is kept for a while. */
  finish(): void
  /** Somebody else goes on writing to the response; the stream is over. */
  release(): void
}

interface StreamState {
  readonly number: number
  next: number
  out: ServerResponse | null
  finished: boolean
}

/**
 * The streams of one session. Every event has an id that names its stream and its place in it, so that a client whose
 * connection broke gets the rest of that stream and nothing of another (MCP, resumability).
 *
 * @param primes whether a stream begins with an empty event, which newer clients can come back to
 * @param onCut called when a connection was ended because its client does not read, with how many bytes waited
 */
export function createEventLog(primes: boolean, onCut: (bytes: number) => void) {
  const streams = new Map<number, StreamState>()
  const events: { readonly stream: number; readonly place: number; readonly message: Buffer }[] = []
  let bytes = 0
  let nextStream = 0

  function keep(stream: number, place: number, given: Buffer): void {
    // A copy in memory of its own: a short message is often a view of a chunk or slab that is many times as large.
    const message = Buffer.allocUnsafeSlow(given.length)
    given.copy(message)
    events.push({ stream, place, message })
    bytes += message.length
    // The newest one is kept whatever its length: it may be the answer to a call that took an hour.
    while (events.length > MAX_EVENTS || (bytes > MAX_BYTES && events.length > 1)) bytes -= events.shift()?.message.length ?? 0
  }

  function handle(state: StreamState): EventStream {
    return {
      attach(out) {
        const before = state.out
        state.out = out
        // The newest connection wins: the old one is often one that the client has lost.
        if (before && before !== out) before.end()
        out.once('close', () => {
          if (state.out === out) state.out = null
        })
        if (primes && state.next === 1) out.write(`id: ${state.number}-0\nretry: ${RETRY_MS}\ndata: \n\n`)
      },
      get attached() {
        return state.out !== null && !state.out.writableEnded && !state.out.destroyed
      },
      send(message, mayDrop = false) {
        const { out } = state
        if (mayDrop && (out === null || out.writableLength > MAX_QUEUED)) return
        const place = state.next++
        keep(state.number, place, message)
        if (!out || out.writableEnded || out.destroyed) return
        if (out.writableLength > MAX_WAITING) {
          onCut(out.writableLength)
          out.destroy()
        } else out.write(sseMessage(message, `${state.number}-${place}`))
      },
      finish() {
        state.finished = true
        state.out?.end()
        state.out = null
      },
      release() {
        state.finished = true
        state.out = null
      },
    }
  }

  return {
    open(): EventStream {
      const state: StreamState = { number: nextStream++, next: 1, out: null, finished: false }
      streams.set(state.number, state)
      if (streams.size > MAX_STREAMS) {
        const finished = [...streams.values()].find((stream) => stream.finished)
        if (finished) streams.delete(finished.number)
      }
      return handle(state)
    },

    /** Sends what came after that event, and goes on with its stream. @returns false where the stream is not known (any more) */
    resume(lastEventId: string, out: ServerResponse): boolean {
      const [, number, place] = /^(\d{1,9})-(\d{1,9})$/.exec(lastEventId) ?? []
      const state = streams.get(Number(number ?? -1))
      if (!state) return false
      for (const event of events) {
        if (event.stream === state.number && event.place > Number(place))
          out.write(sseMessage(event.message, `${event.stream}-${event.place}`))
      }
      if (state.finished) out.end()
      else handle(state).attach(out)
      return true
    },

    close(): void {
      for (const { out } of streams.values()) out?.end()
      streams.clear()
      events.length = 0
      bytes = 0
    },

    keepAlive(): void {
      for (const { out } of streams.values()) if (out && !out.writableEnded) out.write(': keep-alive\n\n')
    },
  }
}

export type EventLog = ReturnType<typeof createEventLog>
