import { LARGE, type LargeSink } from './large-answer.ts'
import { createPieces } from './pieces.ts'

const NEWLINE = 0x0a

/**
 * Cuts a stream of chunks into lines in time linear to its length, however the chunks fall.
 *
 * @param maxBytes a longer line is given up: `onTooLong` is called once and the rest of that line is dropped
 * @param keepEmpty whether an empty line means something (in server-sent events it ends an event)
 * @param onLarge gets the beginning of a line that is large already; who takes it gets the rest of the line as it comes
 */
export function createLineSplitter(
  maxBytes: number,
  onLine: (line: Buffer) => void,
  onTooLong: (bytes: number) => void,
  keepEmpty = false,
  onLarge: (first: Buffer) => LargeSink | null = () => null,
) {
  const pieces = createPieces()
  let dropping = false
  let asked = false
  let sink: LargeSink | null = null
  const take = (piece: Buffer) => {
    if (dropping) return
    if (sink) {
      sink.push(piece)
      return
    }
    const length = pieces.length + piece.length
    if (length > maxBytes) {
      dropping = true
      pieces.clear()
      onTooLong(length)
      return
    }
    pieces.push(piece)
    if (length < LARGE || asked) return
    asked = true
    const first = pieces.take()
    sink = onLarge(first)
    if (sink) sink.push(first)
    else pieces.push(first)
  }
  return (chunk: Buffer) => {
    let from = 0
    for (;;) {
      const at = chunk.indexOf(NEWLINE, from)
      if (at < 0) {
        if (from < chunk.length) take(chunk.subarray(from))
        return
      }
      take(chunk.subarray(from, at))
      from = at + 1
      const taken = sink
      const line = dropping || taken ? null : pieces.take()
      dropping = false
      asked = false
      sink = null
      taken?.end()
      if (line && (keepEmpty || line.length > 0)) onLine(line)
    }
  }
}
