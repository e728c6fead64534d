import type { AnswerSource, LargeAnswer, LargeSink } from '../wire/large-answer.ts'
import { createPatience } from './patience.ts'
import type { LargeReply } from './reply.ts'

export interface SendOnOptions {
  /** The request's id as the client wrote it. */
  readonly id: Buffer
  readonly ourId: number
  /** What the result has to begin with, as JSON text; null where it goes out as it is. */
  readonly mark: Buffer | null
  readonly isDone: () => boolean
  /** Whose time runs. */
  readonly onTurn: (whose: 'client' | 'server') => void
  /** Called once: sent to its end, the end is no answer to this request, or the client reads too slowly. */
  readonly onEnd: (how: 'sent' | 'broken' | 'too-slow') => void
}

/** Sends a large answer on while it arrives, at the speed at which the client reads. */
export function sendOn(answer: LargeAnswer, source: AnswerSource, out: LargeReply, options: SendOnOptions): LargeSink {
  const { isDone, onTurn, onEnd } = options
  const rewriter = answer.rewrite(options.id, options.mark)
  const patience = createPatience(source, () => {
    onEnd('too-slow')
    out.destroy()
  })
  const goOn = () => {
    patience.end()
    if (!isDone()) onTurn('server')
    source.resume()
  }
  function write(pieces: readonly Buffer[]): void {
    let fast = true
    for (const piece of pieces) {
      fast = out.write(piece, goOn) && fast
      patience.sent(piece.length)
    }
    if (fast) {
      onTurn('server')
      return
    }
    onTurn('client')
    source.pause()
    patience.begin()
  }
  return {
    push(piece) {
      if (!isDone()) write(rewriter.push(piece))
    },
    end() {
      if (isDone()) return
      const rest = rewriter.end(options.ourId)
      if (!rest) {
        onEnd('broken')
        return
      }
      write(rest)
      out.end()
      onEnd('sent')
    },
  }
}
