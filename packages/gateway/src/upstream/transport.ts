import type { Principal } from '@local-mcp/core'
import type { Frame } from '../wire/frame.ts'
import type { UpstreamError } from './problems.ts'

/** What a transport tells its connection. */
export interface TransportEvents {
  /**
   * @param relatedTo id of our request whose stream carried the message; null where the carrier cannot tell
   */
  message(frame: Frame, relatedTo: number | null): void
  /** A request will get no answer: its own exchange failed, the transport may live on. */
  failed(requestId: number, error: UpstreamError): void
  /** The transport is gone; nothing comes after this. */
  closed(error: UpstreamError): void
}

export interface SendOptions {
  /** Id of the request in the frame; null for a notification or a response. */
  readonly requestId: number | null
  readonly method: string
  /** Name of the tool, where the frame calls one. */
  readonly principal: Principal | null
}

/** Carries frames to and from one server, and knows nothing of what they mean. */
export interface Transport {
  /** The server's process, where it is one of ours. */
  readonly pid: number | null
  start(events: TransportEvents): Promise<void>
  send(bytes: Buffer, options: SendOptions): void
  /** Called once the handshake is through. */
  ready(protocolVersion: string): void
  /** Gives up an exchange; says nothing to the server. */
  abandon(requestId: number): void
  /** Last things that the server said beside the protocol, newest last. */
  evidence(): string[]
  close(): Promise<void>
}
