/** A shorter piece is copied to the ones before it: as an object of its own it would cost more than it holds. In bytes. */
const SMALL = 1024
const SMALLEST_SLAB = 4096
const LARGEST_SLAB = 64 * 1024

/**
 * Keeps what arrives in pieces, in memory that is in proportion to it however small they are: whoever sends single
 * bytes would otherwise have us keep some hundred for each.
 */
export function createPieces() {
  let parts: Buffer[] = []
  let length = 0
  /** Where small pieces go: from `begun` to `used` is what follows the parts. */
  let slab: Buffer = Buffer.alloc(0)
  let begun = 0
  let used = 0

  function seal(): void {
    if (used > begun) parts.push(slab.subarray(begun, used))
    begun = used
  }

  function copy(piece: Buffer): void {
    if (slab.length - used < piece.length) {
      seal()
      slab = Buffer.allocUnsafeSlow(Math.min(LARGEST_SLAB, Math.max(SMALLEST_SLAB, length)))
      begun = 0
      used = 0
    }
    used += piece.copy(slab, used)
  }

  return {
    get length() {
      return length
    },
    push(piece: Buffer): void {
      if (piece.length === 0) return
      // The first one is often all there is.
      if (piece.length < SMALL && parts.length > 0) copy(piece)
      else {
        seal()
        parts.push(piece)
      }
      length += piece.length
    },
    /** All of it, and forgets it. */
    take(): Buffer {
      seal()
      const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length)
      parts = []
      length = 0
      // What was copied there is copied once more by now.
      begun = 0
      used = 0
      return whole
    },
    clear(): void {
      parts = []
      length = 0
      begun = 0
      used = 0
    },
  }
}
