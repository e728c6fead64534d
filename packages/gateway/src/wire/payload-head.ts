import type { Payload } from '@local-mcp/core'

/** More than the log keeps of one payload, in bytes: it cuts for itself. */
const HEAD = 80 * 1024

export interface PayloadHead extends Payload {
  readonly bytes: Buffer
}

/** The beginning of a message, which does not hold on to the rest of a long one. */
export const payloadHead = (message: Buffer): PayloadHead => ({
  bytes: message.length > HEAD ? Buffer.from(message.subarray(0, HEAD)) : message,
  size: message.length,
})

/** Gathers the beginning of something that goes by in pieces. */
export function gatherHead() {
  const pieces: Buffer[] = []
  let held = 0
  let size = 0
  return {
    push(piece: Buffer): void {
      size += piece.length
      if (held >= HEAD) return
      const kept = Buffer.from(piece.subarray(0, HEAD - held))
      pieces.push(kept)
      held += kept.length
    },
    /** What was seen so far. */
    read: (): PayloadHead => ({ bytes: Buffer.concat(pieces), size }),
  }
}
