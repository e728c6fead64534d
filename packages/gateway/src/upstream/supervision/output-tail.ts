import type { ServerLog } from '@local-mcp/contract'
import { type Clock, redact } from '@local-mcp/kernel'

/** How much of what a server wrote is kept, in bytes. */
const CAPACITY = 256 * 1024
/** What a line costs beside its text: many short ones must not become much. */
const PER_LINE = 64

type Line = ServerLog['lines'][number]
const KEY_BEGINS = /-----BEGIN [A-Z ]*PRIVATE KEY-----/
const KEY_ENDS = /-----END [A-Z ]*PRIVATE KEY-----/

/**
 * The last things that a server wrote beside the protocol, through all of its lives. Secrets are taken out when it is
 * read: writing has to be cheap, because it is the server that decides how much there is.
 */
export function createOutputTail(clock: Clock) {
  const lines: Line[] = []
  let first = 0
  let bytes = 0
  let dropped = 0
  const sizeOf = ({ text }: Line) => Buffer.byteLength(text) + PER_LINE

  return {
    add(source: Line['source'], text: string): void {
      const line = { at: clock.now(), source, text }
      lines.push(line)
      bytes += sizeOf(line)
      while (bytes > CAPACITY) {
        bytes -= sizeOf(lines[first++] as Line)
        dropped++
      }
      // Taking them from the front one by one would move all others each time.
      if (first > 1000 && first > lines.length / 2) {
        lines.splice(0, first)
        first = 0
      }
    },

    read(): ServerLog {
      let inKey = false
      const clean = lines.slice(first).map((line) => {
        const hidden = inKey
        if (KEY_BEGINS.test(line.text)) inKey = true
        if (KEY_ENDS.test(line.text)) inKey = false
        return { ...line, text: hidden ? '•••' : redact(line.text) }
      })
      return { lines: clean, dropped }
    },
  }
}

export type OutputTail = ReturnType<typeof createOutputTail>
