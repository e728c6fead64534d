import type { IncomingMessage, ServerResponse } from 'node:http'
import { MAX_BODY_BYTES } from '@local-mcp/contract'
import { toOneLine } from '../wire/frame.ts'
import { createPieces } from '../wire/pieces.ts'
import { sseMessage } from '../wire/sse.ts'
import type { EventLog, EventStream } from './event-log.ts'

const KEEP_ALIVE = 15_000
const MAX_QUEUED = 1024 * 1024
/** After so long without an answer a stream is begun: clients and proxies give up on responses without headers. In milliseconds. */
const STREAM_AFTER = 25_000
const SWEEP_EVERY = 2500
/** How long a client may not read of an answer that is sent on while it arrives, in milliseconds. */
const STALLED = 30_000

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/** Where what belongs to one request goes, however the client is connected. */
export interface Reply {
  /** Something that the client can do without: it is dropped where the client does not read. */
  notify(message: Buffer): void
  /** Something that the client must get before the answer. @returns false where it cannot */
  request(message: Buffer): boolean
  /** @param status where nothing was sent before */
  end(message: Buffer, status?: number): void
  /** Begins an answer that is sent on while it arrives. @returns null where the client's connection cannot carry one */
  large(): LargeReply | null
  /** The client is gone, and did not get an answer. */
  onGone(listener: () => void): void
}

/** An answer on its way. */
export interface LargeReply {
  /** @param onDrain called when the client has read enough of what it was too slow for @returns false where it is too slow */
  write(piece: Buffer, onDrain: () => void): boolean
  end(): void
  /** Nothing that could still be sent would make it an answer. */
  destroy(): void
}

export function sendJson(res: ServerResponse, status: number, body: Buffer, headers: Readonly<Record<string, string>> = {}): void {
  if (res.headersSent || res.destroyed) return
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, ...headers })
  res.end(body)
}

export function sendEmpty(res: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  if (res.headersSent || res.destroyed) return
  res.writeHead(status, { 'content-length': 0, ...headers })
  res.end()
}

interface Unanswered {
  readonly since: number
  begin(): void
}

/** Replies that may have to become streams, oldest first: one timer for all, because nearly every one is over at once. */
const answers = new Set<Unanswered>()
let sweep: NodeJS.Timeout | null = null

function waitForAnswer(reply: Unanswered): void {
  answers.add(reply)
  sweep ??= setInterval(() => {
    const limit = performance.now() - STREAM_AFTER
    for (const waiting of answers) {
      if (waiting.since > limit) break
      waiting.begin()
    }
    if (answers.size > 0 || !sweep) return
    clearInterval(sweep)
    sweep = null
  }, SWEEP_EVERY).unref()
}

/**
 * The answer to one POST. It is plain JSON when the answer is all there is, and becomes a stream of events when there
 * is something to say before it, or nothing to say for long.
 *
 * @param log of the session, so that the stream can be continued; null in the modern era, where it cannot
 */
export function createReply(req: IncomingMessage, res: ServerResponse, log: EventLog | null): Reply {
  const streams = (req.headers.accept ?? '').includes('text/event-stream')
  const unanswered = streams ? { since: performance.now(), begin } : null
  if (unanswered) waitForAnswer(unanswered)
  let keepAlive: NodeJS.Timeout | null = null
  let stream: EventStream | null = null
  let begun = false
  let ended = false
  const stop = () => {
    if (unanswered) answers.delete(unanswered)
    if (keepAlive) clearInterval(keepAlive)
    keepAlive = null
  }

  function begin(): void {
    if (unanswered) answers.delete(unanswered)
    if (begun || res.headersSent || res.destroyed) return
    begun = true
    res.once('close', stop)
    res.writeHead(200, STREAM_HEADERS)
    res.flushHeaders()
    if (log) {
      stream = log.open()
      stream.attach(res)
    } else keepAlive = setInterval(() => res.write(': keep-alive\n\n'), KEEP_ALIVE)
  }

  const gone = () => res.writableEnded || res.destroyed
  return {
    notify(message) {
      if (!streams || ended) return
      if (stream) stream.send(message, true)
      else if (!gone() && res.writableLength <= MAX_QUEUED) {
        begin()
        if (stream) (stream as EventStream).send(message, true)
        else res.write(sseMessage(message))
      }
    },
    request(message) {
      if (!streams || ended) return false
      if (!stream && gone()) return false
      begin()
      if (stream) stream.send(message)
      else if (!gone()) res.write(sseMessage(message))
      return true
    },
    end(message, status = 200) {
      if (ended) return
      ended = true
      stop()
      if (stream) {
        stream.send(message)
        stream.finish()
      } else if (begun) {
        if (!gone()) res.end(sseMessage(message))
      } else sendJson(res, status, message)
    },
    large() {
      if (ended || gone()) return null
      ended = true
      stop()
      const events = begun || stream !== null
      if (!begun) res.writeHead(200, { 'content-type': 'application/json' })
      else res.write('event: message\ndata: ')
      stream?.release()
      return largeReply(res, events)
    },
    onGone(listener) {
      res.once('close', () => {
        if (!res.writableFinished) listener()
      })
    },
  }
}

/** @param events whether it goes out as the data of an event, which has to be one line */
function largeReply(res: ServerResponse, events: boolean): LargeReply {
  let stalled: NodeJS.Timeout | null = null
  const moving = () => {
    if (stalled) clearTimeout(stalled)
    stalled = null
  }
  res.once('close', moving)
  return {
    write(piece, onDrain) {
      if (piece.length === 0 || res.destroyed) return true
      if (res.write(events ? toOneLine(piece) : piece)) return true
      if (!stalled) {
        // The server's other clients wait behind this one.
        stalled = setTimeout(() => res.destroy(), STALLED)
        res.once('drain', () => {
          moving()
          onDrain()
        })
        res.once('close', onDrain)
      }
      return false
    },
    end: () => void res.end(events ? '\n\n' : ''),
    destroy: () => void res.destroy(),
  }
}

/** Thrown for a body that is longer than is read. */
export class BodyTooLarge extends Error {}

/** The whole body. @throws BodyTooLarge before more than the limit is held in memory */
export function readBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
      reject(new BodyTooLarge())
      return
    }
    const pieces = createPieces()
    let length = 0
    req.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MAX_BODY_BYTES) {
        pieces.clear()
        reject(new BodyTooLarge())
      } else pieces.push(chunk)
    })
    req.once('end', () => resolve(pieces.take()))
    req.once('error', reject)
    req.once('aborted', () => reject(new Error('The client went away')))
  })
}
