import { isUtf8 } from 'node:buffer'
import { createEndFinder } from './end-finder.ts'
import { type Frame, type FrameProblem, MAX_UPSTREAM_DEPTH, NO_PARAMS_SPANS, readFrame } from './frame.ts'

/** From here on an answer is handed on while it still arrives, and never held as a whole. In bytes. */
export const LARGE = 256 * 1024
/** More than this never comes after a result, in bytes. */
const LONGEST_TAIL = 128

/** The two ways in which serialisers write an answer: with its envelope before the result, or after it. */
const ENVELOPE_FIRST = /^\{"jsonrpc":"2\.0","id":(\d{1,15}),"result":(?=\{)/
const RESULT_FIRST = /^\{(?:"jsonrpc":"2\.0",)?"result":(?=\{)/
/** All that may come after the result. Another id there would make it the answer to another request for the client. */
const END_ONLY = /^\}\s*$/
const ENVELOPE_LAST = /^(?:,"jsonrpc":"2\.0")?,"id":(\d{1,15})(?:,"jsonrpc":"2\.0")?\}\s*$/
const LONGEST_HEAD = 64

const headOf = (bytes: Buffer) => bytes.toString('latin1', 0, LONGEST_HEAD)

/**
 * Reads a long answer without looking at its content: where the id and the result are follows from how it begins and
 * from where the result ends.
 *
 * @returns null where it is written in some other way
 */
function readLongAnswer(bytes: Buffer): Frame | null {
  const head = headOf(bytes)
  const first = ENVELOPE_FIRST.exec(head)
  const start = (first ?? RESULT_FIRST.exec(head))?.[0].length
  if (start === undefined) return null
  const end = createEndFinder()(bytes, start)
  if (end < 0 || bytes.length - end > LONGEST_TAIL) return null
  const tail = bytes.toString('latin1', end)
  const last = first ? null : ENVELOPE_LAST.exec(tail)
  if (!(last ?? (first && END_ONLY.test(tail)))) return null
  const idStart = last ? end + last[0].indexOf('"id":') + 5 : 22
  const digits = (last ?? first)?.[1] as string
  return {
    bytes,
    kind: 'response',
    method: '',
    error: null,
    paramsSpan: null,
    params: NO_PARAMS_SPANS,
    id: { start: idStart, end: idStart + digits.length },
    result: { start, end },
  }
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
      const result = createResultSplitter()
      let begun = false
      return {
        push(piece) {
          if (begun) return [result.push(piece, 0)]
          begun = true
          const body = result.push(piece, resultStart).subarray(1)
          return [piece.subarray(0, 22), id, piece.subarray(22 + digits.length, resultStart + 1), ...(insert ? [insert] : []), body]
        },
        end(expected) {
          const tail = result.tail()
          return tail && expected === Number(digits) && END_ONLY.test(tail.toString('latin1')) ? [tail] : null
        },
      }
    },
  }
}

function envelopeLast(resultStart: number): LargeAnswer {
  return {
    id: null,
    rewrite(id, insert) {
      const result = createResultSplitter()
      let begun = false
      return {
        push(piece) {
          if (begun) return [result.push(piece, 0)]
          begun = true
          const body = result.push(piece, resultStart).subarray(1)
          return [piece.subarray(0, resultStart + 1), ...(insert ? [insert] : []), body]
        },
        end(expected) {
          const tail = result.tail()
          const last = tail && ENVELOPE_LAST.exec(tail.toString('latin1'))
          if (!tail || !last || Number(last[1]) !== expected) return null
          const at = last[0].indexOf('"id":') + 5
          return [tail.subarray(0, at), id, tail.subarray(at + (last[1] as string).length)]
        },
      }
    },
  }
}

/** Lets a result through and holds back what comes after it, until it is known to be no more than the end of its answer. */
function createResultSplitter() {
  const findEnd = createEndFinder()
  let ended = false
  let after: Buffer = Buffer.alloc(0)
  return {
    /** @param from where the result begins or goes on @returns the part of the piece that is of the result */
    push(piece: Buffer, from: number): Buffer {
      const end = ended ? from : findEnd(piece, from)
      if (end < 0) return piece.subarray(from)
      ended = true
      // One byte more than there may be says that there is too much.
      if (after.length <= LONGEST_TAIL) after = Buffer.concat([after, piece.subarray(end, end + LONGEST_TAIL + 1)])
      return piece.subarray(from, end)
    },
    /** What came after the result; null where that is not over, or more than an end of an answer. */
    tail: () => (ended && after.length <= LONGEST_TAIL ? after : null),
  }
}
