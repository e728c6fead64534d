import type { ChangedTools, ToolNaming } from '@local-mcp/contract'
import type { AccountId, ProfileId, ServerId } from '@local-mcp/kernel'
import type { ServerRecord } from './records.ts'
import type { ToolChoices, ToolPins } from './tools/tool-rules.ts'

/** A profile as the gateway routes it. */
export interface RoutedProfile {
  readonly id: ProfileId
  readonly slug: string
  readonly name: string
  readonly description: string | null
  readonly toolNaming: ToolNaming
  /** Active links to enabled, live servers, in order. */
  readonly serverIds: readonly ServerId[]
  /** Accounts that its links name, other than the default one of the server. */
  readonly accounts: ReadonlyMap<ServerId, AccountId>
  /** What of each of these servers it lets through. */
  readonly toolChoices: ReadonlyMap<ServerId, ToolChoices>
}

/** Everything that a call's way through the gateway depends on, as of one moment. Replaced whole, never changed. */
export interface RoutingSnapshot {
  readonly profiles: ReadonlyMap<string, RoutedProfile>
  /** Slug of the profile behind /mcp/gateway. */
  readonly defaultSlug: string
  readonly servers: ReadonlyMap<ServerId, ServerRecord>
  /** What of each live server is let through to anybody. */
  readonly toolChoices: ReadonlyMap<ServerId, ToolChoices>
  /** What of each server was accepted; a server that was never listed has none. */
  readonly toolPins: ReadonlyMap<ServerId, ToolPins>
  readonly changedTools: ChangedTools
  /** The servers by the keys of their own endpoints. */
  readonly endpoints: ReadonlyMap<string, ServerId>
}

/** Hands out the present snapshot from memory, so that no call touches the store. */
export interface RoutingSource {
  current(): RoutingSnapshot
  /** Calls the listener after each replacement. */
  onChange(listener: (snapshot: RoutingSnapshot) => void): () => void
}
