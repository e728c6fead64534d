import type { IncomingMessage, ServerResponse } from 'node:http'
import { MAX_BODY_BYTES } from '@local-mcp/contract'
import { toOneLine } from '../wire/frame.ts'
import { sseMessage } from '../wire/sse.ts'

const KEEP_ALIVE = 15_000
const MAX_QUEUED = 1024 * 1024
const INTERNAL_ERROR = -32603

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
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

/** A JSON-RPC error. @param id the request's id as the client wrote it; null where it is not known */
export function rpcError(id: Buffer | null, code: number | null, message: string, data?: object): Buffer {
  const error = JSON.stringify({ code: code ?? INTERNAL_ERROR, message, ...(data ? { data } : {}) })
  return Buffer.from(`{"jsonrpc":"2.0","id":${id ? id.toString('utf8') : 'null'},"error":${error}}`)
}

/** A JSON-RPC result. @param result JSON text */
export function rpcResult(id: Buffer, result: Buffer): Buffer {
  return Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":'), id, Buffer.from(',"result":'), result, Buffer.from('}')])
}

/**
 * The answer to one POST. It is plain JSON when the answer is all there is, and becomes a stream of events when the
 * server has something to say before it.
 */
export function createReply(req: IncomingMessage, res: ServerResponse) {
  const streams = (req.headers.accept ?? '').includes('text/event-stream')
  let keepAlive: NodeJS.Timeout | null = null
  const stop = () => {
    if (keepAlive) clearInterval(keepAlive)
    keepAlive = null
  }
  res.once('close', stop)
  return {
    notify(message: Buffer): void {
      // A client that does not read loses progress, not the answer.
      if (!streams || res.writableEnded || res.destroyed || res.writableLength > MAX_QUEUED) return
      if (!res.headersSent) {
        res.writeHead(200, STREAM_HEADERS)
        keepAlive = setInterval(() => res.write(': keep-alive\n\n'), KEEP_ALIVE)
      }
      res.write(sseMessage(toOneLine(message)))
    },
    end(message: Buffer): void {
      if (keepAlive) {
        stop()
        res.end(sseMessage(toOneLine(message)))
      } else sendJson(res, 200, message)
    },
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
    const parts: Buffer[] = []
    let length = 0
    req.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MAX_BODY_BYTES) {
        req.pause()
        reject(new BodyTooLarge())
      } else parts.push(chunk)
    })
    req.once('end', () => resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)))
    req.once('error', reject)
    req.once('aborted', () => reject(new Error('The client went away')))
  })
}
