import type { Call, ServerConfig, ServerLog, ServerRefresh, ServerSettings, ServerStatus, SystemUsage } from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'

/** A tool as its server listed it last. */
export interface ListedTool {
  readonly name: string
  /** JSON text. */
  readonly definition: string
  /** It is not as it was accepted. */
  readonly changed: boolean
}

/** What the services need of the running gateway. */
/** A program as it lies on the disk. */
export interface ProgramIdentity {
  /** Absolute path. */
  readonly path: string
  /** SHA-256 of its content, hex; null for a program that only starts others and is updated all the time (node, npx, uvx …). */
  readonly sha256: string | null
}

export interface Upstreams {
  /** The program that a configuration means now; null where it is not found, and for what is no program. */
  identify(config: ServerConfig): Promise<ProgramIdentity | null>
  /** The present state of a server; cheap, from memory. */
  status(id: ServerId): ServerStatus
  /** What the server listed last; null if it was never listed. */
  tools(id: ServerId): ListedTool[] | null
  /** What clients of a profile call its tools now: by server and own name. */
  exposedNames(slug: string): ReadonlyMap<ServerId, ReadonlyMap<string, string>>
  /** Forgets what a server that is gone for good ever listed. */
  forget(id: ServerId): void
  /** Starts a server that is needed soon, without waiting. */
  warm(id: ServerId): void
  /** Stops and starts it and lists its tools; resolves with the state reached. */
  restart(id: ServerId): Promise<ServerStatus>
  /** The same, and what is not as it was before. */
  refresh(id: ServerId): Promise<ServerRefresh>
  /** What the server wrote beside the protocol. */
  logs(id: ServerId): ServerLog
  /** The settings of all servers are others. */
  configure(settings: ServerSettings): void
  /** Measures what the servers take. */
  usage(): Promise<SystemUsage>
}

export interface CallHistory {
  /** Newest first. */
  recent(): Call[]
}
