import type { Call, ServerConfig, ServerStatus, Tool } from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'

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
  tools(id: ServerId): Tool[] | null
  /** Starts a server that is needed soon, without waiting. */
  warm(id: ServerId): void
  /** Stops and starts it and lists its tools; resolves with the state reached. */
  restart(id: ServerId): Promise<ServerStatus>
}

export interface CallHistory {
  /** Newest first. */
  recent(): Call[]
}
