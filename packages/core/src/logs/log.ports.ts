import type { Call, CallDetail, CallStatus, LogLevel, LogSettings, LogSummary, LogUsage, ServerMoment } from '@local-mcp/contract'
import type { ProfileId, ServerId } from '@local-mcp/kernel'
import type { Principal } from '../context.ts'

/** A message, or the beginning of one that is longer than what is kept. */
export interface Payload {
  readonly bytes: Uint8Array
  /** Of the whole message, in bytes. */
  readonly size: number
}

/** How a call ended, beside what its noun says. */
export interface CallEnd {
  /** The protocol that the server spoke; null where it was never reached. */
  readonly serverVersion: string | null
  /** What went wrong, in words of ours; those of a server are in its answer. */
  readonly message: string | null
  /** What the client got. */
  readonly response: Payload | null
  /** What went to the server and came back; `same` as on the side of the client but for the id. */
  readonly sent: Payload | 'same' | null
  readonly received: Payload | 'same' | null
}

/**
 * Takes down what calls were about. Copies at once what it keeps of a payload, waits for nothing, and never throws: what
 * it cannot keep is counted.
 */
export interface CallLog {
  level(): LogLevel
  begin(
    call: Call,
    from: { readonly profileId: ProfileId | null; readonly clientVersion: string | null; readonly request: Payload | null },
  ): void
  end(call: Call, how: CallEnd): void
}

export interface LogFilters {
  readonly profileId?: ProfileId | undefined
  readonly serverId?: ServerId | undefined
  readonly tokenId?: string | undefined
  readonly method?: string | undefined
  readonly status?: CallStatus | undefined
  readonly hasError?: boolean | undefined
  /** In ms UTC. */
  readonly from?: number | undefined
  /** In ms UTC; not included. */
  readonly to?: number | undefined
  readonly text?: string | undefined
}

/** Where a page ends; the next one begins behind it. */
export interface LogPlace {
  readonly at: number
  readonly id: string
}

export interface LogSpan {
  readonly profileId?: ProfileId | undefined
  readonly serverId?: ServerId | undefined
  readonly from: number
  readonly to: number
  readonly step: 'hour' | 'day'
}

/** A row with the profile that it came through. */
export interface LoggedCall extends CallDetail {
  /** Null where it came through the endpoint of a single server. */
  readonly profileId: ProfileId | null
}

/**
 * The traffic log of one database, kept by a thread of its own. Reads see all that was taken down before them, and only
 * what the viewer may see. @throws AppError LOG_UNAVAILABLE where the thread does not answer
 */
export interface TrafficLog extends CallLog {
  configure(settings: LogSettings): void
  /** The newest first. @param before null for the first page */
  list(viewer: Principal, filters: LogFilters, limit: number, before: LogPlace | null): Promise<Call[]>
  get(viewer: Principal, id: string): Promise<LoggedCall | null>
  summary(viewer: Principal, span: LogSpan): Promise<LogSummary>
  usage(viewer: Principal): Promise<LogUsage>
  /** Removes all that was taken down until now. @returns how many rows */
  clear(): Promise<number>
  /** Keeps what became of a server. */
  note(server: ServerId, moment: ServerMoment): void
  /** The newest first. */
  history(server: ServerId): Promise<ServerMoment[]>
  /** Writes what waits, and ends the thread. */
  close(): Promise<void>
}
