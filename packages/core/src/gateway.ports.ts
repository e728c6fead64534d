import type {
  Call,
  ServerConfig,
  ServerLog,
  ServerRefresh,
  ServerSettings,
  ServerStatus,
  SystemUsage,
  ToolHiding,
} from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'
import type { ToolCustom } from './tools/tool-rules.ts'

/** A tool as its server listed it last. */
export interface ListedTool {
  readonly name: string
  /** JSON text. */
  readonly definition: string
  /** It is not as it was accepted. */
  readonly changed: boolean
}

/** What became of a tool that a server of a profile lists: the same answer that its clients get. */
export interface ToolOutcome {
  readonly serverId: ServerId
  /** The server's own name of it. */
  readonly own: string
  /** What it would be called if no other tool were there and nothing were prefixed. */
  readonly plain: string
  /** What clients call it; null where they do not see it. */
  readonly name: string | null
  readonly hidden: ToolHiding | null
  /** JSON text that clients read, or would, were it not hidden. */
  readonly definition: string
}

/** A program as it lies on the disk. */
export interface ProgramIdentity {
  /** Absolute path. */
  readonly path: string
  /** SHA-256 of its content, hex; null for a program that only starts others and is updated all the time (node, npx, uvx …). */
  readonly sha256: string | null
}

/** What the services need of the running gateway. */
export interface Upstreams {
  /** The program that a configuration means now; null where it is not found, and for what is no program. */
  identify(config: ServerConfig): Promise<ProgramIdentity | null>
  /** The present state of a server; cheap, from memory. */
  status(id: ServerId): ServerStatus
  /** What the server listed last; null if it was never listed. */
  tools(id: ServerId): ListedTool[] | null
  /** What clients of a profile call its tools now: by server and own name. */
  exposedNames(slug: string): ReadonlyMap<ServerId, ReadonlyMap<string, string>>
  /** Every tool of the servers that a profile has switched on, in their order. */
  profileTools(slug: string): readonly ToolOutcome[]
  /** What would become of a tool that is let through and says what is wanted; null where its server does not list it (now). */
  previewTool(slug: string, id: ServerId, tool: string, custom: ToolCustom): ToolOutcome | null
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
  /** Those that have ended are not told any more. */
  forget(): void
}
