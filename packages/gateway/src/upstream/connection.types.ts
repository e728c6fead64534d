import type { Inputs } from '../bridge/translate-request.ts'
import type { Client } from '../protocol/client.ts'
import type { Edit, Frame } from '../wire/frame.ts'
import type { Span } from '../wire/json-scan.ts'
import type { AnswerSource, LargeAnswer, LargeSink } from '../wire/large-answer.ts'
import type { UpstreamError } from './problems.ts'

/** Something that a server asks a client for. Exactly one of `answer` and `refuse` is called, once. */
export interface ServerRequest {
  readonly method: string
  /** JSON text of an object. */
  readonly params: Buffer
  /** @param result JSON text */
  answer(result: Buffer): void
  /** @param error JSON text of a JSON-RPC error object */
  refuse(error: Buffer): void
}

/** Where the messages that belong to one forwarded request go. Exactly one of `answer` and `failed` is called, once. */
export interface CallSink {
  /** Progress of the request. @param token where our progress token is in it */
  progress(frame: Frame, token: Span): void
  /** A log message that was written for the request. */
  log(frame: Frame): void
  /** The server needs something from the client before it can answer. */
  request(request: ServerRequest): void
  /** The server's response, with our id in it, in the era that the server speaks. */
  answer(frame: Frame): void
  /** The server's response begins to arrive, and is too large to be held. @returns who takes it; null where it must be held */
  large(answer: LargeAnswer, ourId: number, source: AnswerSource): LargeSink | null
  failed(error: UpstreamError): void
}

export interface Outgoing {
  readonly frame: Frame
  readonly client: Client
  /** Rewrites beside id and progress token, such as the tool's name. */
  readonly edits: readonly Edit[]
  readonly target: string | null
  readonly paramHeaders?: Readonly<Record<string, string>>
  readonly inputs?: Inputs | null
}

export interface ForwardedCall {
  /** What the server was sent; null where that is the client's own message but for id and progress token. */
  readonly message: Buffer | null
  /** Tells the server that nobody waits any more, and forgets the request. */
  cancel(reason: string): void
}

/** The kinds of things that a server lists. */
export type ListKind = 'tools' | 'resources' | 'prompts'

export interface ConnectionEvents {
  listChanged(kind: ListKind): void
  resourceUpdated(uri: string, frame: Frame): void
  /**
   * A server asks for roots while no request that it could be for is in flight, as many do when they start.
   *
   * @returns JSON text of a result
   */
  rootsWanted(): Promise<Buffer>
  /** A log message that belongs to no request that we know of. */
  log(frame: Frame): void
  /** An elicitation that this client was sent elsewhere for is over. */
  elicitationComplete(client: Client, frame: Frame): void
  closed(error: UpstreamError): void
}
