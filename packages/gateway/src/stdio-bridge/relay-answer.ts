import type { IncomingMessage } from 'node:http'
import { isFrame, MAX_UPSTREAM_DEPTH, readFrame, toOneLine } from '../wire/frame.ts'
import { errorMessage, rpcError } from '../wire/messages.ts'
import { createSseReader, type SseEvent } from '../wire/sse.ts'
import { GatewayLost } from './door.ts'

/** Writes one message to the client; a promise where the client has to read first. */
export type WriteLine = (message: Buffer) => Promise<void> | undefined

/** Hands on every event of the response. @throws Error where the response breaks off */
export async function readEvents(response: IncomingMessage, onEvent: (event: SseEvent) => Promise<void> | undefined): Promise<void> {
  let taken: Promise<void> | undefined
  const read = createSseReader(
    Number.POSITIVE_INFINITY,
    (event) => {
      taken = onEvent(event) ?? taken
    },
    () => {},
  )
  for await (const chunk of response) {
    read(chunk as Buffer)
    await taken
  }
}

export const isStream = ({ headers }: IncomingMessage): boolean => (headers['content-type'] ?? '').startsWith('text/event-stream')

export async function readAll(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of response) parts.push(chunk as Buffer)
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
}

/**
 * Writes what the gateway answers to one message: each JSON-RPC message on a line of its own.
 *
 * @param id of the request as the client wrote it; null where no answer is due
 * @throws GatewayLost where the response ends before the answer
 */
export async function relayAnswer(response: IncomingMessage, id: Buffer | null, write: WriteLine): Promise<void> {
  if (isStream(response)) {
    let answered = false
    try {
      await readEvents(response, ({ data }) => {
        if (data.length === 0) return undefined
        const frame = readFrame(data, MAX_UPSTREAM_DEPTH)
        if (isFrame(frame) && frame.kind === 'response') answered = true
        return write(toOneLine(data))
      })
    } catch {
      if (!answered) throw new GatewayLost()
    }
    if (!answered) throw new GatewayLost()
    return
  }
  const body = await readAll(response).catch(() => {
    throw new GatewayLost()
  })
  const status = response.statusCode ?? 0
  if (id === null) {
    // The answer to several messages at once, in one array.
    if (status === 200 && body.length > 0) await write(toOneLine(body))
  } else await write(status === 200 ? toOneLine(body) : refusal(body, status, id))
}

/** What the gateway refused, as the answer to this request: some refusals come before anybody has read the id. */
export function refusal(body: Buffer, status: number, id: Buffer): Buffer {
  const frame = readFrame(body, MAX_UPSTREAM_DEPTH)
  if (isFrame(frame) && frame.error) return errorMessage(id, toOneLine(body.subarray(frame.error.start, frame.error.end)))
  return rpcError(id, null, `The gateway answered with HTTP ${status}`)
}
