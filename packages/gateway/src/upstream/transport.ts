import type { Principal } from '@local-mcp/core'
import type { Era } from '../protocol/revisions.ts'
import type { Frame } from '../wire/frame.ts'
import type { LargeAnswer, LargeSink, LargeSource } from '../wire/large-answer.ts'
import type { UpstreamError } from './problems.ts'
import type { StopOptions } from './supervision/stop-ladder.ts'

/** What a transport tells its connection. */
export interface TransportEvents {
  /**
   * @param relatedTo id of our request whose stream carried the message; null where the carrier cannot tell
   */
  message(frame: Frame, relatedTo: number | null): void
  /**
   * An answer that is too large to be held as a whole begins to arrive.
   *
   * @returns who takes it from its first byte on; null where it has to be held after all
   */
  large(answer: LargeAnswer, relatedTo: number | null, source: LargeSource): LargeSink | null
  /** A request will get no answer: its own exchange failed, the transport may live on. */
  failed(requestId: number, error: UpstreamError): void
  /** The transport is gone; nothing comes after this. */
  closed(error: UpstreamError): void
}

export interface SendOptions {
  /** Id of the request in the frame; null for a notification or a response. */
  readonly requestId: number | null
  readonly method: string
  readonly era: Era
  /** The revision that is spoken; null before it is known. */
  readonly version: string | null
  /** Whom it is for; null for messages of our own. */
  readonly principal: Principal | null
  /** What the request is about, as its server calls it: the tool, prompt, URI or task. Modern carriers repeat it in a header. */
  readonly target?: string | null
  /** Arguments that the tool wants repeated in headers, by the header's full name. */
  readonly paramHeaders?: Readonly<Record<string, string>>
}

/** Carries frames to and from one server, and knows nothing of what they mean. */
export interface Transport {
  /** The server's process, where it is one of ours. */
  readonly pid: number | null
  /** Absolute path of the program that runs; absent or null where none does. */
  readonly program?: string | null
  /** Hides the values of the configuration's references in a text of the server that is to be shown. */
  conceal?(text: string): string
  /** The only era that its carrier knows; absent where it knows both. */
  readonly eras?: Era
  start(events: TransportEvents): Promise<void>
  send(bytes: Buffer, options: SendOptions): void
  /** Called once the era is settled. */
  ready(era: Era, version: string): void
  /** Gives up an exchange; says nothing to the server. */
  abandon(requestId: number): void
  /** Last things that the server said beside the protocol, newest last. */
  evidence(): string[]
  /** Ends the connection, and the process where there is one; resolves when it is gone. */
  close(how?: StopOptions): Promise<void>
}
