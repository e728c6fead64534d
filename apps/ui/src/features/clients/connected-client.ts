import type { ClientId, Profile } from '@local-mcp/contract'

/** A client that was told how to connect. */
export interface ConnectedClient {
  readonly client: ClientId
  readonly profile: Profile
  /** Null for a client that needs none. */
  readonly token: {
    readonly id: string
    readonly name: string
    /** Known to the page that made it alone, and only until it is left: null afterwards. */
    readonly secret: string | null
  } | null
  /** When it was told. */
  readonly since: number
}
