import { isUtf8 } from 'node:buffer'
import { type Frame, type FrameProblem, MAX_UPSTREAM_DEPTH, NO_PARAMS_SPANS, readFrame } from './frame.ts'

/** From here on an answer is handed on while it still arrives, and never held as a whole. In bytes. */
export const LARGE = 256 * 1024
/** What is held back of an answer whose id may come at its end, in bytes: longer than any such end. */
const TAIL = 128

/** The two ways in which serialisers write an answer: with its envelope before the result, or after it. */
const ENVELOPE_FIRST = /^\{"jsonrpc":"2\.0","id":(\d{1,15}),"result":(?=\{)/
const RESULT_FIRST = /^\{(?:"jsonrpc":"2\.0",)?"result":(?=\{)/
const ENVELOPE_LAST = /\}(?:,"jsonrpc":"2\.0")?,"id":(\d{1,15})(?:,"jsonrpc":"2\.0")?\}\s*$/
const LONGEST_HEAD = 64

const headOf = (bytes: Buffer) => bytes.toString('latin1', 0, LONGEST_HEAD)
const tailOf = (bytes: Buffer) => bytes.toString('latin1', Math.max(0, bytes.length - TAIL))

/**
 * Reads a long answer without looking at its content: where the id and the result are follows from how it begins and
 * ends, whatever is between, because a string that is still open there would make it no JSON at all.
 *
 * @returns null where it is written in some other way
 */
function readLongAnswer(bytes: Buffer): Frame | null {
  const head = headOf(bytes)
  const first = ENVELOPE_FIRST.exec(head)
  const frame = { bytes, kind: 'response' as const, method: '', error: null, paramsSpan: null, params: NO_PARAMS_SPANS }
  if (first) {
    const end = bytes.lastIndexOf(0x7d)
    return { ...frame, id: { start: 22, end: 22 + (first[1] as string).length }, result: { start: first[0].length, end } }
  }
  const start = RESULT_FIRST.exec(head)?.[0].length
  const tail = tailOf(bytes)
  const last = ENVELOPE_LAST.exec(tail)
  if (start === undefined || !last) return null
  const at = bytes.length - tail.length + last.index
  const idStart = at + last[0].indexOf('"id":') + 5
  return { ...frame, id: { start: idStart, end: idStart + (last[1] as string).length }, result: { start, end: at + 1 } }
}

/** Answers from here on are read by how they begin and end. In bytes. */
const LONG = 4096

/** Reads a message of a server. @returns as readFrame */
export function readServerMessage(bytes: Buffer): Frame | FrameProblem {
  const long = bytes.length >= LONG && isUtf8(bytes) ? readLongAnswer(bytes) : null
  return long ?? readFrame(bytes, MAX_UPSTREAM_DEPTH)
}

/** Whoever sends a large answer. */
export interface LargeSource {
  pause(): void
  resume(): void
}

/** The same, as seen by the call that it answers. */
export interface AnswerSource extends LargeSource {
  /** Whether other calls wait behind this answer. */
  isShared(): boolean
}

/** Whoever takes a large answer, piece by piece. */
export interface LargeSink {
  push(piece: Buffer): void
  end(): void
}

/** An answer that is handed on while it arrives. */
export interface LargeAnswer {
  /** The id of the request; null where it only comes at the end. */
  readonly id: number | null
  /**
   * @param id the client's, as it wrote it
   * @param insert members to write at the beginning of the result, as JSON text that ends with a comma; null for none
   */
  rewrite(id: Buffer, insert: Buffer | null): AnswerRewriter
}

export interface AnswerRewriter {
  /** What is to be sent on for the next piece, the first one included. */
  push(piece: Buffer): Buffer[]
  /** What is left. @returns null where the end is not that of an answer to this request */
  end(expected: number): Buffer[] | null
}

/** @param first the first bytes of a message, at least a few hundred @returns null where it may not be an answer */
export function recogniseAnswer(first: Buffer): LargeAnswer | null {
  const head = headOf(first)
  const before = ENVELOPE_FIRST.exec(head)
  if (before) return envelopeFirst(before[0].length, before[1] as string)
  const start = RESULT_FIRST.exec(head)?.[0].length
  return start === undefined ? null : envelopeLast(start)
}

function envelopeFirst(resultStart: number, digits: string): LargeAnswer {
  return {
    id: Number(digits),
    rewrite(id, insert) {
      let begun = false
      return {
        push(piece) {
          if (begun) return [piece]
          begun = true
          const body = piece.subarray(resultStart + 1)
          return [piece.subarray(0, 22), id, piece.subarray(22 + digits.length, resultStart + 1), ...(insert ? [insert] : []), body]
        },
        end: (expected) => (expected === Number(digits) ? [] : null),
      }
    },
  }
}

function envelopeLast(resultStart: number): LargeAnswer {
  return {
    id: null,
    rewrite(id, insert) {
      let begun = false
      let held: Buffer = Buffer.alloc(0)
      return {
        push(piece) {
          const out: Buffer[] = []
          let rest = piece
          if (!begun) {
            begun = true
            out.push(piece.subarray(0, resultStart + 1), ...(insert ? [insert] : []))
            rest = piece.subarray(resultStart + 1)
          }
          if (rest.length >= TAIL) {
            out.push(held, rest.subarray(0, rest.length - TAIL))
            held = Buffer.from(rest.subarray(rest.length - TAIL))
          } else {
            const joined = Buffer.concat([held, rest])
            const keep = Math.max(0, joined.length - TAIL)
            out.push(joined.subarray(0, keep))
            held = joined.subarray(keep)
          }
          return out
        },
        end(expected) {
          const last = ENVELOPE_LAST.exec(held.toString('latin1'))
          if (!last || Number(last[1]) !== expected) return null
          const at = last.index + last[0].indexOf('"id":') + 5
          return [held.subarray(0, at), id, held.subarray(at + (last[1] as string).length)]
        },
      }
    },
  }
}
