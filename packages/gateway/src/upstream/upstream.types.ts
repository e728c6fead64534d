import type { ServerStatus } from '@local-mcp/contract'
import type { ServerRecord } from '@local-mcp/core'
import type { Clock, Logger } from '@local-mcp/kernel'
import type { Frame } from '../wire/frame.ts'
import type { ConnectionEvents, ListKind } from './connection.types.ts'
import type { Handshake } from './handshake.ts'
import type { ItemKind, Offer } from './listing.ts'
import type { Transport } from './transport.ts'
import type { UpstreamKey } from './upstream-key.ts'

export interface UpstreamEvents {
  statusChanged(status: ServerStatus): void
  /** @param changed kinds whose items are not what they were */
  listed(offer: Offer, changed: readonly ItemKind[]): void
  /** The server says that a list changed; it has been listed anew. */
  told(kind: ListKind): void
  resourceUpdated(uri: string, frame: Frame): void
  log(frame: Frame): void
  elicitationComplete: ConnectionEvents['elicitationComplete']
  rootsWanted: ConnectionEvents['rootsWanted']
}

export interface UpstreamOptions {
  readonly record: ServerRecord
  readonly key: UpstreamKey
  readonly createTransport: () => Transport
  /** Bounds how many servers start at once. */
  readonly startSlot: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly clientVersion: string
  readonly clock: Clock
  readonly logger: Logger
  readonly events: UpstreamEvents
  /** The end of the one that this one replaces: two never run at the same time. */
  readonly after?: Promise<void>
  /** What was listed in an earlier life; null if never. */
  readonly knownOffer: Offer | null
  /** What the server said of itself in an earlier life. */
  readonly knownHandshake?: Handshake | null
  /** Whether it is to run also while nobody uses it, as of now. */
  readonly keepAlive: () => boolean
  /** How long a program may go unused before it is ended, in milliseconds, as of now; null for ever. */
  readonly idleAfter: () => number | null
}
