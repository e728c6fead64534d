import type { Call, LogSettings, ServerMoment } from '@local-mcp/contract'
import type { LogFilters, LogPlace, LogSpan, Principal } from '@local-mcp/core'
import type { ProfileId, ServerId } from '@local-mcp/kernel'

/** Where the kept part of a payload is in the bytes that come with a batch, and how long the whole was. In bytes. */
export interface Slice {
  readonly start: number
  readonly length: number
  readonly size: number
}

export interface Begun {
  readonly profileId: ProfileId | null
  readonly clientVersion: string | null
  readonly request: Slice | null
}

export interface Ended {
  readonly serverVersion: string | null
  readonly message: string | null
  readonly response: Slice | null
  readonly sent: Slice | 'same' | null
  readonly received: Slice | 'same' | null
}

/** What is new of one call. */
export interface Entry {
  /** As it was when the batch went out. */
  readonly call: Call
  /** Null where an earlier batch had it. */
  readonly begun: Begun | null
  /** Null while it runs. */
  readonly ended: Ended | null
}

export interface Moment extends ServerMoment {
  readonly serverId: ServerId
}

export interface Batch {
  readonly bytes: ArrayBuffer | null
  readonly entries: readonly Entry[]
  readonly moments: readonly Moment[]
}

/** Questions to the log, by name: input and answer. */
export interface Asks {
  readonly list: { readonly viewer: Principal; readonly filters: LogFilters; readonly limit: number; readonly before: LogPlace | null }
  readonly get: { readonly viewer: Principal; readonly id: string }
  readonly summary: { readonly viewer: Principal; readonly span: LogSpan; readonly without: readonly string[] }
  readonly usage: { readonly viewer: Principal }
  readonly clear: null
  readonly history: { readonly serverId: ServerId }
}
export type AskName = keyof Asks

/** What the thread of the log is started with. */
export interface TrafficOrder {
  readonly traffic: {
    readonly path: string
    readonly settings: LogSettings
    /** What is too old or too much is removed by the process that serves. */
    readonly serving: boolean
    /** Calls of an earlier life that never ended are those from before this time, ms; null where that was looked at already. */
    readonly aliveSince: number | null
  }
}

export type ToTraffic =
  | { readonly type: 'batch'; readonly batch: Batch }
  | { readonly type: 'secret'; readonly value: string }
  | { readonly type: 'settings'; readonly settings: LogSettings }
  | { readonly type: 'ask'; readonly id: number; readonly name: AskName; readonly input: unknown }
  | { readonly type: 'close' }

export type FromTraffic =
  /** In the order of the batches. @param error why it was not written; null where it was */
  | { readonly type: 'done'; readonly error: string | null }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly code: string | null; readonly message: string }
