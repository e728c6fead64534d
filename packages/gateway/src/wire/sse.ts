import { toOneLine } from './frame.ts'
import type { LargeSink } from './large-answer.ts'
import { createLineSplitter } from './line-splitter.ts'

const LINE_COST = 64
const PREFIXES = [Buffer.from('data: '), Buffer.from('data:')]

export interface SseEvent {
  readonly event: string
  readonly data: Buffer
  /** The last id that the stream gave, with this event or an earlier one. */
  readonly id: string | null
  /** How long to wait before connecting again, as the stream said with this event, in milliseconds. */
  readonly retry: number | null
}

/**
 * Reads server-sent events from chunks (WHATWG HTML, section 9.2). CR alone as a line end, which the standard
 * allows and no MCP server sends, is not understood.
 *
 * @param maxBytes longest line and longest event that is kept
 * @param onLarge gets the beginning of data that is large already; who takes it gets the rest as it comes, and no event
 */
export function createSseReader(
  maxBytes: number,
  onEvent: (event: SseEvent) => void,
  onTooLong: (bytes: number) => void,
  onLarge: (first: Buffer) => LargeSink | null = () => null,
) {
  let event = ''
  let id: string | null = null
  let data: Buffer[] = []
  let length = 0
  let retry: number | null = null
  const flush = () => {
    if (data.length > 0) {
      const body =
        data.length === 1 ? (data[0] as Buffer) : Buffer.concat(data.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from('\n'), part])))
      onEvent({ event: event || 'message', data: body, id, retry })
    }
    event = ''
    retry = null
    data = []
    length = 0
  }
  const onLine = (raw: Buffer) => {
    const line = raw.at(-1) === 0x0d ? raw.subarray(0, -1) : raw
    if (line.length === 0) return flush()
    const colon = line.indexOf(0x3a)
    if (colon === 0) return
    const field = line.toString('latin1', 0, colon < 0 ? line.length : colon)
    let value = colon < 0 ? line.subarray(line.length) : line.subarray(colon + 1)
    if (value[0] === 0x20) value = value.subarray(1)
    if (field === 'data') {
      // An empty line costs memory too.
      length += value.length + LINE_COST
      if (length <= maxBytes) data.push(value)
      else {
        data = []
        onTooLong(length)
      }
    } else if (field === 'event') event = value.toString('utf8')
    else if (field === 'id') id = value.toString('utf8')
    else if (field === 'retry' && /^\d{1,9}$/.test(value.toString('latin1'))) retry = Number(value.toString('latin1'))
  }
  return createLineSplitter(maxBytes, onLine, onTooLong, true, (line) => {
    const prefix = PREFIXES.find((one) => line.subarray(0, one.length).equals(one))
    if (!prefix || data.length > 0) return null
    const sink = onLarge(line.subarray(prefix.length))
    let skip = prefix.length
    return (
      sink && {
        push(piece) {
          sink.push(piece.subarray(skip))
          skip = 0
        },
        end: () => sink.end(),
      }
    )
  })
}

/**
 * One message as a server-sent event, whose data is one line. A line end that a server wrote into its JSON, sent on as
 * it is, would end the event early or begin another one.
 *
 * @param id that a client may continue after
 */
export function sseMessage(message: Buffer, id?: string): Buffer {
  return Buffer.concat([
    Buffer.from(id === undefined ? 'event: message\ndata: ' : `event: message\nid: ${id}\ndata: `),
    toOneLine(message),
    END_OF_EVENT,
  ])
}

const END_OF_EVENT = Buffer.from('\n\n')
