const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

/** Longer strings are leapt over; in shorter ones, looking at each byte is quicker. In bytes. */
const SHORT = 256

/**
 * Follows an object through its bytes as they come, and finds where it ends. Long strings are leapt over, so it costs
 * little where most of the object is text. Exact for whatever is JSON; what is none, no reader takes for an answer.
 *
 * @returns a function that gets each piece, and where in it the object begins or goes on; it gives the index after the
 *   closing brace, -1 where the object goes on in the next piece
 */
export function createEndFinder(): (piece: Buffer, from: number) => number {
  let openAtEnd = 0
  let inString = false
  let escaped = false

  /** @returns the index after the string's end, or the end of the piece */
  function skipString(b: Buffer, from: number): number {
    let k = escaped ? from + 1 : from
    escaped = false
    for (;;) {
      const near = Math.min(b.length, k + SHORT)
      while (k < near) {
        const c = b[k++]
        if (c === QUOTE) {
          inString = false
          return k
        }
        if (c === BACKSLASH) {
          if (k === b.length) escaped = true
          k++
        }
      }
      if (k >= b.length) return b.length
      const quote = b.indexOf(QUOTE, k)
      const stop = quote < 0 ? b.length : quote
      let backslashes = 0
      while (stop - 1 - backslashes >= k && b[stop - 1 - backslashes] === BACKSLASH) backslashes++
      const odd = backslashes % 2 === 1
      k = stop + (odd ? 1 : 0)
      if (quote < 0) {
        escaped = odd
        return b.length
      }
    }
  }

  return (b, from) => {
    let depth = openAtEnd
    let k = inString && from < b.length ? skipString(b, from) : from
    const length = b.length
    while (k < length) {
      const c = b[k++]
      if (c === QUOTE) {
        inString = true
        k = skipString(b, k)
      } else if (c === OPEN_OBJECT || c === OPEN_ARRAY) depth++
      else if ((c === CLOSE_OBJECT || c === CLOSE_ARRAY) && --depth === 0) return k
    }
    openAtEnd = depth
    return -1
  }
}
