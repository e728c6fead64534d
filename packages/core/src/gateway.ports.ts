import type { Call, ServerStatus, Tool } from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'

/** What the services need of the running gateway. */
export interface Upstreams {
  /** The present state of a server; cheap, from memory. */
  status(id: ServerId): ServerStatus
  /** What the server listed last; null if it was never listed. */
  tools(id: ServerId): Tool[] | null
  /** Forgets what a server that is gone for good ever listed. */
  forget(id: ServerId): void
  /** Starts a server that is needed soon, without waiting. */
  warm(id: ServerId): void
  /** Stops and starts it and lists its tools; resolves with the state reached. */
  restart(id: ServerId): Promise<ServerStatus>
}

export interface CallHistory {
  /** Newest first. */
  recent(): Call[]
}
